"""A few weeks at the counter, with everybody who comes to it, told by buttons.

It issues every kind of button that the bot has. Whoever gives the bot a new kind lets somebody of
the story press their way to it, in a chapter of its own.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.programme_file import SAMPLE
from bot.schedule import tick
from domain.fiscal_year import JST
from domain.staff import Role
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.test_intake import STEPS, agree, walk
from tests.integration.test_intake_leaving import own_contact
from tests.integration.test_walk_ins import STEPS as WALK_IN
from tests.integration.wire import Shown

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from tests.integration.watch import Change, Sent, WatchedDatabase, WatchedWire

FIRST, SECOND, THIRD, CALLER = 101, 102, 103, 104
ADMIN, MANAGER, SUB, CLERK, PLANNING, REMOVED, STRANGER = 900, 400, 403, 401, 402, 404, 777
OWNERS = (FIRST, SECOND, THIRD, CALLER)
ROLES = {
    ADMIN: Role.ADMIN,
    MANAGER: Role.MANAGER,
    SUB: Role.SUB_MANAGER,
    CLERK: Role.CLERK,
    PLANNING: Role.PLANNING,
}
"""Who is on the staff when the story ends."""
NOTE = "覚え書きの内容"
"""What a colleague wrote to a case: for those who work on cases, in their private chats."""
_BOOKING = """[booking]
seats = 2
hold_minutes = 30
remind_day_before = "10:00"
remind_minutes_before = 60
hours = [{ weekdays = ["mon", "tue", "wed", "thu", "fri"], opens = "09:30", closes = "12:00" }]

[booking.methods.hub]
minutes = 60
buffer_minutes = 30
seats = 2
notice_working_days = 2
horizon_days = 30

[booking.methods.visit]
minutes = 60
buffer_minutes = 30
seats = 1
notice_working_days = 2
horizon_days = 7
hours = [{ weekdays = ["mon"], opens = "09:30", closes = "10:30" }]

"""


def personal(owner: int) -> tuple[str, ...]:
    """Return what of an owner only those who work on cases may see."""
    return (
        f"株式会社秘密{owner}", f"内緒{owner}", f"048-830-1{owner}", f"himitsu{owner}@",
        f"売上の悩み{owner}",
    )  # fmt: skip


def answers(owner: int) -> tuple[str, ...]:
    """Return how an owner fills in the form."""
    company, contact, tel, _, issue = personal(owner)
    swap = {
        "株式会社見本製作所": company, "7123456789012": "=あとで", "=スキップ": issue,
        "山田 太郎（専務）": contact, "０４８-830-0000": tel,
    }  # fmt: skip
    return tuple(swap.get(step, step) for step in STEPS)


def small_programme(folder: Path) -> Path:
    """Return the sample with one visit a week, so that somebody has to wait for it."""
    copied = shutil.copytree(SAMPLE.parent, folder / "programme") / SAMPLE.name
    text = copied.read_text(encoding="utf-8")
    booking = re.compile(r"^\[booking\].*?(?=^\[(?!booking))", re.DOTALL | re.MULTILINE)
    copied.write_text(booking.sub(_BOOKING, text), encoding="utf-8")
    return copied


@dataclass(frozen=True)
class Step:
    """What came of something that somebody did."""

    user: int
    asked: str
    sent: list[Sent]
    changes: list[Change]
    audited: list[tuple[int, int, str, str]]


@dataclass
class Office:
    """A counter that is watched."""

    counter: Counter
    wire: WatchedWire
    database: WatchedDatabase
    steps: list[Step] = field(default_factory=list)

    async def does(self, user: int, asked: str, doing: Awaitable[object]) -> Step:
        """Let somebody do something; return what came of it."""
        self.counter.moment += timedelta(seconds=2)
        sent, audited = len(self.wire.sent), self.database.audited()
        await doing
        step = Step(
            user,
            asked,
            self.wire.sent[sent:],
            self.database.changes(),
            self.database.audited(audited[-1][0] if audited else 0),
        )
        self.steps.append(step)
        return step

    async def say(self, user: int, text: str) -> Step:
        return await self.does(user, text, self.counter.say(user, text))

    async def press(self, user: int, data: str, chat: int | None = None, message: int = 50) -> Step:
        where = chat or user
        self.wire.shown.setdefault((where, message), Shown(where, message, "", []))
        body = self.counter.press_body(user, data, where, message)
        return await self.does(user, data, self.counter.update(body))

    async def tap(self, user: int, prefix: str, chat: int | None = None) -> Step:
        """Press the first button with such data, in the newest message of a chat that has one."""
        for shown in reversed(self.showing(chat or user)):
            for button in shown.buttons:
                data = button.get("callback_data", "")
                if data.startswith(prefix):
                    return await self.press(user, data, chat, shown.message_id)
        offered = [one.get("callback_data") for one in self.showing(chat or user)[-1].buttons]
        raise AssertionError(f"no button {prefix}… in chat {chat or user}, but {offered}")

    async def taps(self, user: int, *prefixes: str) -> None:
        for prefix in prefixes:
            await self.tap(user, prefix)

    def showing(self, chat: int) -> list[Shown]:
        return [shown for (where, _), shown in self.wire.shown.items() if where == chat]

    async def deliver(self) -> None:
        """Send what is owed, a message a second to each chat."""
        await self.does(0, "delivery", self._deliver())

    async def _deliver(self) -> None:
        await tick(self.counter.application.house)
        while await self.counter.delivery.send_due():
            self.counter.moment += timedelta(seconds=1)

    async def at(self, *moment: int) -> None:
        """Let it be a moment of the clock in Japan, and send what is owed by then."""
        self.counter.moment = datetime(*moment, tzinfo=JST).astimezone(UTC)  # type: ignore[misc, arg-type]
        await self.deliver()


async def the_staff_come_together(office: Office) -> None:
    await office.say(ADMIN, "/start")
    people = {user: role for user, role in ROLES.items() if user != ADMIN}
    for user, role in {**people, REMOVED: Role.CLERK}.items():
        await office.say(ADMIN, "/staff")
        await office.taps(ADMIN, "st:roles", f"st:invite:{role}")
        invitation = next(p for p in office.wire.sent[-1].text.split() if "start=staff_" in p)
        await office.say(user, "/start " + invitation.split("start=", 1)[1].split('"', 1)[0])


async def owners_send_their_forms(office: Office) -> None:
    for owner in (FIRST, SECOND, THIRD):
        await office.does(owner, "form", _send_the_form(office, owner))
    await office.deliver()


async def _send_the_form(office: Office, owner: int) -> None:
    await agree(office.counter, owner)
    await walk(office.counter, owner, answers(owner))
    await office.counter.press(owner, "送信する")


async def an_owner_goes_astray_in_the_form(office: Office) -> None:
    await office.say(CALLER, "/language")
    await office.tap(CALLER, "lang:ja")
    await office.say(CALLER, "/start")
    await office.taps(CALLER, "in:about", "in:begin", "in:details", "in:agree")
    await office.does(CALLER, "form", walk(office.counter, CALLER, answers(CALLER)[:-1]))
    await office.tap(CALLER, "in:share")
    contact = office.counter.message(CALLER, **own_contact(CALLER))
    await office.does(CALLER, "contact", office.counter.update(contact))
    await office.taps(CALLER, "in:correct", "fix:needs:company", "q:needs:company:_keep")
    await office.say(CALLER, "/start")
    await office.taps(CALLER, "in:restart", "in:resume")
    await office.taps(CALLER, "in:correct", "fix:needs:stage", "in:pause")
    await office.say(CALLER, "/cancel")
    await office.tap(CALLER, "in:cancel_yes")
    await office.say(CALLER, "/start")
    await office.taps(CALLER, "in:begin", "in:refuse")


async def a_company_adds_to_its_case_and_has_another(office: Office) -> None:
    for ending in ("in:append-", "in:new-"):
        await office.does(FIRST, "form", _send_the_form(office, FIRST))
        await office.tap(FIRST, ending)
        await office.deliver()
    for member in (MANAGER, CLERK):
        await office.tap(member, "add:full:", STAFF_CHAT)


async def somebody_asks_to_be_called(office: Office) -> None:
    _, contact, tel, *_ = personal(CALLER)
    for ending in ("rc:submit-", "rc:withdraw-", "rc:submit-"):
        if ending == "rc:withdraw-":
            await office.say(CALLER, "/status")
            await office.taps(CALLER, ending)
            continue
        await office.say(CALLER, "/start")
        await office.taps(CALLER, "in:phone", "rc:begin", "rc:details", "rc:agree")
        await office.say(CALLER, contact)
        await office.say(CALLER, tel)
        await office.taps(CALLER, "q:call:when:", ending)
        await office.deliver()
    await office.tap(REMOVED, "call:take:", STAFF_CHAT)
    await office.tap(REMOVED, "call:details:", STAFF_CHAT)


async def cases_are_taken(office: Office) -> None:
    for owner, member in ((FIRST, CLERK), (SECOND, SUB), (THIRD, REMOVED)):
        case = await _case_of(office, owner)
        await office.tap(member, f"case:take:{case}", STAFF_CHAT)
        await office.tap(member, f"case:full:{case}", STAFF_CHAT)
        await office.tap(member, f"cs:open:{case}", STAFF_CHAT)


async def _case_of(office: Office, owner: int) -> int:
    ((case,),) = office.database.rows(f"select min(id) from consultations where user_id = {owner}")
    return int(case)


async def staff_look_around(office: Office) -> None:
    for member in ROLES:
        for command in ("/cases", "/today", "/slots", "/kpi", "/stats", "/staff", "/audit"):
            await office.say(member, command)
        await office.say(member, "/case R8-0001")
        await office.say(member, "/calendar")
    for prefix in ("cl:mine", "cl:states", "cl:s-", "cl:areas", "cl:a-", "cl:all", "cs:open:"):
        await office.tap(MANAGER, prefix)
    await office.tap(MANAGER, "cs:past:")
    await office.tap(MANAGER, "cs:open:")
    for prefix in ("au:who", "au:page", "au:csv"):
        await office.tap(ADMIN, prefix)
    await office.say(REMOVED, "/calendar")
    for member in (ADMIN, CLERK, REMOVED):
        await office.taps(member, "cf:new", "cf:ask:", "cf:list")
    await office.taps(ADMIN, "cf:ask:", "cf:revoke:")


async def a_case_goes_its_way(office: Office) -> None:
    case = await _case_of(office, FIRST)
    await office.say(CLERK, "/case R8-0001")
    await office.taps(CLERK, f"cs:set:{case}:tr:co", f"cs:note:{case}")
    await office.say(CLERK, NOTE)
    await office.taps(CLERK, f"cs:who:{case}", f"cs:give:{case}:")
    await office.deliver()
    last = office.database.rows("select max(id) from consultations")[0][0]
    await office.say(SUB, "/cases")
    await office.taps(SUB, f"cs:open:{last}", f"cs:take:{last}")
    await office.taps(SUB, f"cs:ask:{last}:close", f"cs:set:{last}:tr:xr:")
    await office.taps(SUB, f"cs:ask:{last}:reopen", f"cs:set:{last}:xr:co:")
    await office.taps(SUB, f"cs:ask:{last}:exclude", f"cs:set:{last}:co:te:")
    await office.taps(SUB, f"cs:ask:{last}:restore", f"cs:set:{last}:te:co:")


async def owners_book(office: Office) -> None:
    await office.taps(FIRST, "bk:cal:c1:hub", "bk:day:c1:hub:20261127", "bk:time:")
    await office.taps(SECOND, "bk:cal:c2:visit", "bk:day:c2:visit:20261130", "bk:time:")
    await office.deliver()
    await office.tap(THIRD, "bk:cal:c3:visit")
    await office.taps(THIRD, "bk:wait:", "bk:unwait:", "bk:how:c3", "bk:cal:c3:visit", "bk:wait:")
    await office.taps(SECOND, "bk:drop:", "bk:drop_yes:")
    await office.deliver()
    await office.tap(THIRD, "bk:decline:")
    await office.taps(THIRD, "bk:how:c3", "bk:cal:c3:hub", "bk:day:c3:hub:20261127", "bk:time:")
    await office.tap(SECOND, "bk:how:c2")
    await office.taps(SECOND, "bk:call:", "bk:when:")
    await office.taps(SECOND, "bk:how:c2", "bk:cal:c2:hub", "bk:soon:", "bk:time:")
    await office.taps(SECOND, "bk:drop:", "bk:show:")
    await office.deliver()


async def staff_move_and_cancel_meetings(office: Office) -> None:
    await office.say(MANAGER, "/slots")
    await office.taps(MANAGER, "sl:week:", "sl:day:", "sl:times:")
    await office.say(SUB, "/case R8-0001")
    await office.taps(SUB, "mt:card:", "mt:days:", "mt:times:", "mt:why:", "mt:move:")
    await office.deliver()
    await office.say(SUB, "/case R8-0002")
    await office.taps(SUB, "mt:card:", "mt:drop:", "mt:end:", "mt:today")
    await office.deliver()
    await office.say(MANAGER, "/close 12/25")
    await office.taps(MANAGER, "sl:close:", "sl:open:", "sl:day:")
    await office.tap(MANAGER, "sl:ask:")


async def partners_are_registered(office: Office) -> None:
    await office.say(MANAGER, "/partners")
    await office.taps(MANAGER, "pt:new", "q:partner")
    await office.say(MANAGER, "見本銀行")
    await office.tap(MANAGER, "pt:submit-")
    await office.taps(MANAGER, "pt:qr:", "pt:name:")
    await office.say(MANAGER, "見本信用金庫")
    await office.taps(MANAGER, "pt:submit-", "pt:ask:", "pt:end:", "pt:reopen:", "pt:list:")
    await office.taps(MANAGER, "pt:month:", "pt:csv:")
    await office.say(MANAGER, "/case R8-0001")
    await office.taps(MANAGER, "pt:for:", "pt:set:")
    await office.say(PLANNING, "/partners")
    await office.tap(PLANNING, "pt:open:")


async def persons_are_found(office: Office) -> None:
    for table, key in (("consultations", "id"), ("kpi_events", "consultation_id")):
        office.database.rows(f"update {table} set eligibility = 'to_confirm' where {key} = 1")
    await office.say(MANAGER, "/case R8-0001")
    await office.taps(MANAGER, "cs:kpi:1", "cs:judge:1:to_confirm:small_enough")
    await office.tap(MANAGER, "ma:begin:1")
    await _fill_in(office, "ma:submit-", engage="trial")
    await office.tap(MANAGER, "ma:step:1:agreed:start")
    await _fill_in(office, "ms:submit-")
    await office.tap(MANAGER, "ma:step:1:started:contract")
    await _fill_in(office, "mc:submit-", engage="full")
    await office.taps(MANAGER, "cs:open:1", "ma:begin:1")
    await _fill_in(office, "ma:submit-", engage="side")
    await office.taps(MANAGER, "ma:ask:2:agreed:cancel", "ma:do:2:agreed:cancel:")
    await office.taps(MANAGER, "cs:open:1", "ma:card:1")


async def _fill_in(office: Office, ending: str, **choices: str) -> None:
    """Fill in a manager's form: the choice that is named or the first, a day where none is."""
    while True:
        data = next(one.data for one in reversed(office.wire.sent) if one.chat and one.data)
        if any(one.startswith(ending) for one in data):
            await office.tap(MANAGER, ending)
            return
        offered = [one for one in data if one.startswith("q:") and ":_" not in one]
        if not offered:
            await office.say(MANAGER, "今日")
            continue
        key = offered[0].split(":")[2]
        await office.tap(MANAGER, f"{offered[0].rsplit(':', 1)[0]}:{choices.get(key, '')}")


async def a_telephone_call_is_logged(office: Office) -> None:
    company, contact, tel, *_ = personal(CALLER)
    swap = {"株式会社見本製作所": company, "山田 太郎（専務）": contact, "０４８-830-0000": tel}
    steps = tuple(swap.get(step, step) for step in WALK_IN)
    for ending in ("lg:submit-", "lg:new-", "lg:append-"):
        await office.say(CLERK, "/log")
        await office.does(CLERK, "form", walk(office.counter, CLERK, steps))
        await office.tap(CLERK, "lg:submit-")
        if ending != "lg:submit-":
            await office.tap(CLERK, ending)
        await office.deliver()


async def owner_and_staff_write_to_each_other(office: Office) -> None:
    await office.say(SECOND, personal(SECOND)[-1])
    await office.deliver()
    await office.say(SUB, "/case R8-0002")
    await office.taps(SUB, "rl:read:", "rl:write:", "rl:stop:")


async def days_go_by(office: Office) -> None:
    for _ in range(4):
        office.counter.moment += timedelta(days=1)
        await office.deliver()
    await office.tap(SUB, "ch:")


async def a_member_leaves(office: Office) -> None:
    await office.say(REMOVED, "/case R8-0003")
    await office.tap(REMOVED, "cs:note:")
    await office.say(ADMIN, "/staff")
    await office.taps(ADMIN, "st:leavers", f"st:ask:{REMOVED}", f"st:remove:{REMOVED}")
    await office.deliver()


async def a_meeting_is_held_and_another_is_over(office: Office) -> None:
    await _let_the_next_meeting_end(office)
    await office.tap(ADMIN, "mt:met:")
    await office.taps(ADMIN, "mt:fix:", "mt:asis:", "mt:fix:", "mt:be:")
    await office.taps(ADMIN, "cs:open:", "cs:held:", "cs:met:", "cs:wrong:", "cs:undo:")
    await _let_the_next_meeting_end(office)


async def _let_the_next_meeting_end(office: Office) -> None:
    ((ends,),) = office.database.rows("select min(ends_at) from bookings where state = 'booked'")
    end = datetime.fromisoformat(ends).replace(tzinfo=UTC)
    for moment in (end - timedelta(minutes=90), end + timedelta(minutes=1)):
        office.counter.moment = max(moment, office.counter.moment)
        await office.deliver()
