"""Two of the staff and three owners bring three cases to a match side by side, as they would.

What came of it is read where they read it: on cards and in the answers to commands.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot.sandbox import cast
from bot.sandbox.booking_walk import BookingWalk
from bot.sandbox.intake_walk import Screen
from bot.sandbox.people import Person
from domain.matches import Engagement
from domain.questions import DONE, SKIP
from domain.slots import Method
from domain.staff import Role
from handlers.callbacks import MATCH, MATCH_CONTRACT, PARTNER, STAFF, WALK_IN, pack
from tests.e2e.booking_people import Visitor, monday_in_june, starting
from tests.e2e.conftest import unrecorded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.sandbox.booking_walk import Find
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.shown import Button, ShownMessage

_LINK = re.compile(r"https?://t\.me/\S+")
BANK, AGENCIES = "株式会社見本銀行", ("株式会社例示人材", "仮名キャリア株式会社")


@dataclass
class Member(Visitor):
    """One of the staff, who does one thing at a time however many cases they have."""

    hands: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def asks(self, command: str) -> str:
        """Give a command and return the answer."""
        asked = await self.say(command)
        return (await self.sees(lambda _: True, asked)).text

    async def works(self, command: str, *starts: str) -> None:
        """Give a command, then press one button after the other, by its words or its data."""
        asked = await self.say(command)
        for start in starts:
            await self.sees(_offered(start), asked)
            await self.press(_offered(start))

    async def fills_in(self, family: str, answers: Mapping[str, str]) -> None:
        """Press or type what the table has; else skip, or take the first choice. Then send it."""
        submit, before = starting(f"{family}:submit-"), None
        while submit(shown := await self._asked(submit, before)) is None:
            before = Screen(shown)
            answer = answers.get(str(before.question), "")
            if answer and answer not in before.codes and before.yes is None:
                await self.say(answer)
            else:
                await self.press(starting(_button(before, answer).value))
        await self.press(submit)

    async def _asked(self, submit: Find, before: Screen | None) -> ShownMessage:
        """Wait for another question than the one before, or for the review."""

        def is_next(shown: ShownMessage) -> object:
            asked = Screen(shown).question is not None
            return submit(shown) or (
                asked and (before is None or _step(shown) != _step(before.message))
            )

        return await self.sees(is_next)


def _offered(start: str) -> Find:
    return lambda shown: next(
        (
            each
            for row in shown.buttons
            for each in row
            if each.value.startswith(start) or each.text == start
        ),
        None,
    )


def _step(shown: ShownMessage) -> tuple[object, ...]:
    screen = Screen(shown)
    return screen.question, screen.yes is not None, _is_ticked(screen)


def _is_ticked(screen: Screen) -> bool:
    return any(button.text.startswith("✓") for button in screen.codes.values())


def _button(screen: Screen, answer: str) -> Button:
    if screen.yes is not None:
        return screen.yes
    codes = [answer, DONE if _is_ticked(screen) else SKIP, *screen.codes]
    return next(screen.codes[code] for code in codes if code in screen.codes)


@dataclass
class Story:
    """A case: its owner, who has it, what the owner says to sharing, to how many it is referred."""

    owner: Visitor
    member: Member
    share: str
    agencies: int
    engagement: Engagement
    link: str = ""
    reference: str = ""

    async def sends_the_form(self) -> None:
        self.reference = await self.owner.submit(self.link, share=(self.share,))

    async def is_taken(self) -> None:
        async with self.member.hands:
            await self._works("cs:take:")
            assert f"担当：{self.member.person.name}" in await self._card()

    async def both_write(self) -> None:
        """Have the owner ask and be answered; then the member writes first."""
        await self.owner.say(f"{self.reference}の件でご相談です")
        async with self.member.hands:
            question = await self.member.sees(f"{self.reference}の件でご相談です")
            await self.people.reply(self.member.person.id, question, "承知しました")
            await self.owner.sees("承知しました")
            await self._works("rl:write:")
            await self.member.say("決算書をお持ちください")
            await self.owner.sees("決算書をお持ちください")

    async def books(self) -> datetime:
        """Return the end of the meeting (JST)."""
        await BookingWalk(unrecorded(self.people, self.owner.person)).book(Method.HUB)
        (event,) = (await self.owner.calendar_file()).events
        return event.end

    async def meets(self) -> None:
        async with self.member.hands:
            question = await self.member.sees(f"{self.reference} の面談はいかがでしたか")
            met = starting("mt:met:")(question)
            assert met is not None
            await self.member.press(starting(met.value))
            await self._works("cs:set:")
            assert "課題・人材像を整理" in await self._card()

    async def agrees_to_sharing(self) -> None:
        """Have the member record it, where the owner wanted to decide after the meeting."""
        if self.share == "later":
            async with self.member.hands:
                await self._works("sh:open:", "sh:how:", "sh:rec:")
                assert "共有の同意：①②とも可" in await self._card()

    async def is_referred(self) -> None:
        async with self.member.hands:
            for _ in range(self.agencies):
                before = await self.member.say("/help")
                await self._works("rf:list:", "rf:pv:", "rf:go:")
                sheet = await self.member.sees(
                    lambda shown: shown.file and shown.file.name == f"needs-{self.reference}.pdf",
                    before,
                )
                assert self.reference in sheet.text

    async def finds_somebody(self) -> None:
        """Have candidates introduced and one selected; a trial is no match yet."""
        async with self.member.hands:
            for state in ("候補者の紹介", "選考中"):
                await self._works("cs:set:")
                assert state in await self._card()
            await self._works("ma:begin:")
            answers = {"engage": self.engagement.value, "agreed": "今日", "starts": "7/1"}
            await self.member.fills_in(MATCH, answers)
            is_trial = self.engagement is Engagement.TRIAL
            await self.member.sees("計上しない" if is_trial else "令和9年度に計上")
            assert ("選考中" if is_trial else "成約あり") in await self._card()

    async def agrees_on_a_contract(self) -> None:
        async with self.member.hands:
            await self._works("ma:card:", "お試し後の本契約")
            await self.member.fills_in(MATCH_CONTRACT, {"engage": "side", "agreed": "今日"})

    async def ends(self) -> None:
        async with self.member.hands:
            await self._works("cs:set:")
            assert "フォロー中" in await self._card()
            await self._works("cs:ask:", "cs:set:")
            assert "終了（完了）" in await self._card()

    @property
    def people(self) -> SandboxClient:
        return self.owner.people

    async def _works(self, *starts: str) -> None:
        await self.member.works(f"/case {self.reference}", *starts)

    async def _card(self) -> str:
        return await self.member.asks(f"/case {self.reference}")


@pytest.mark.usefixtures("bot")
async def test_two_members_and_three_owners_bring_three_cases_to_a_match(
    people: SandboxClient,
) -> None:
    await people.move_to(monday_in_june(await people.now()))
    sub, manager = await _members(people)
    link = await _partners(manager)
    metal, sweets, logistics = (Visitor(people, person) for person in cast.OWNERS)
    trial = Story(logistics, sub, "agency", 1, Engagement.TRIAL)
    stories = (
        Story(metal, sub, "later", 1, Engagement.FULL),
        Story(sweets, manager, "both", 2, Engagement.SIDE, link),
        trial,
    )

    async def side_by_side(step: Callable[[Story], Awaitable[None]]) -> None:
        await asyncio.gather(*map(step, stories))

    for step in (Story.sends_the_form, Story.is_taken, Story.both_write):
        await side_by_side(step)
    await people.move_to(max(await asyncio.gather(*map(Story.books, stories))))
    for step in (Story.meets, Story.agrees_to_sharing, Story.is_referred, Story.finds_somebody):
        await side_by_side(step)
    await manager.works("/log")
    await manager.fills_in(
        WALK_IN, {"day": "今日", "company": "来所株式会社", "contact": "来所 太郎"}
    )
    logged = (await manager.sees("として記録しました")).text

    assert await _this_year(manager) == {"相談": 4, "面談": 3, "取次": 4, "マッチング": 2}
    await trial.agrees_on_a_contract()
    await side_by_side(Story.ends)
    assert await _this_year(manager) == {"相談": 4, "面談": 3, "取次": 4, "マッチング": 3}
    await _assert_the_partners_share(manager)
    for story in stories:
        asked = await story.owner.say("/status")
        assert "終了" in (await story.owner.sees(story.reference, asked)).text
    still_open = re.findall(r"R9-\d{4}", await manager.asks("/cases"))
    assert still_open == re.findall(r"R9-\d{4}", logged)


async def _members(people: SandboxClient) -> tuple[Member, Member]:
    """Have a sub-manager and a manager join by invitation."""
    admin = Member(people, cast.MANAGER)
    invited = (
        (Person(6001, "試験", "次郎"), Role.SUB_MANAGER),
        (Person(6002, "統括", "美咲"), Role.MANAGER),
    )
    for person, role in invited:
        await people.add_person(person.id, person.first_name, last_name=person.last_name)
        before = await admin.say("/help")
        await admin.works("/staff", pack(STAFF, "roles"), pack(STAFF, "invite", role))
        link = _LINK.search((await admin.sees("?start=", before)).text)
        assert link is not None
        await people.open_link(person.id, link[0])
        await Visitor(people, person).sees("登録しました")
    sub, manager = (Member(people, person) for person, _ in invited)
    return sub, manager


async def _partners(manager: Member) -> str:
    """Register a bank and two agencies; return the bank's link."""
    for kind, name in (("agency", AGENCIES[0]), ("agency", AGENCIES[1]), ("bank", BANK)):
        await manager.works("/partners", "pt:new")
        await manager.fills_in(PARTNER, {"kind": kind, "name": name})
        card = await manager.sees(
            lambda shown, of=name: of in shown.text and _LINK.search(shown.text)
        )
    link = _LINK.search(card.text)
    assert link is not None
    return link[0]


async def _this_year(manager: Member) -> dict[str, int]:
    shown = (await manager.asks("/stats")).split("今年度\n")[1].split("\n\n")[0]
    return {what: int(count) for what, count in re.findall(r"(\w+)　(\d+)件", shown)}


async def _assert_the_partners_share(manager: Member) -> None:
    await manager.works("/partners", "pt:month:")
    shown = await manager.sees("連携機関別の件数")
    of_whom = dict(re.findall(r"(.+)\n当月：(.+)", shown.text))
    referred = "相談 0件（うちマッチング 0件）、取次 {0}件（うちマッチング {0}件）"
    assert of_whom == {
        BANK: "相談 1件（うちマッチング 1件）",
        AGENCIES[0]: referred.format(1),
        AGENCIES[1]: referred.format(3),
    }
