"""Everybody presses every button that the bot ever showed to others, as it was and garbled.

Nothing changes that their role may not change, and nobody is shown what is not for them.
"""

from __future__ import annotations

import asyncio
import random
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from domain.audit import AuditAction, AuditKind
from handlers import callbacks
from handlers.routes import BUTTONS, COMMANDS, STAFF_CHAT_COMMANDS
from storage.migrate import upgrade
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.rights import justified, not_for
from tests.integration.story import (
    ADMIN,
    CALLER,
    FIRST,
    OWNERS,
    REMOVED,
    ROLES,
    STRANGER,
    Office,
    personal,
    small_programme,
)
from tests.integration.story_chapters import CHAPTERS
from tests.integration.watch import WatchedDatabase, WatchedWire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from tests.integration.story import Step

EVERYBODY = (*ROLES, REMOVED, STRANGER, FIRST, CALLER)
NOT_YET_TOLD: set[str] = set()
"""Families that no chapter of the story leads to yet."""
ONES_OWN = {"drafts", "people", "prompts", "outbox", "staff"}
"""What is no change of the office's: what somebody is filling in, their names."""
REFUSALS = ("登録された職員だけ", "ご自身の役割では")
FOREIGN_GROUP = -4242
"""A group that somebody else has added the bot to."""
ALIKE = 2
"""How many buttons are pressed of those that differ in their numbers only."""
ANSWERS = 15
"""How many of the many answers to questions are pressed."""
GARBLED = 100
RUBBISH = (
    "", ":", "::::", "x", "q", "cs", "cs:set", "case:take:", "mt:met:b1", "st:remove:900",
    "A" * 64, "é" * 32, "窓口：１２", "\u202e1:ekat:esac", "cs:open:" + "9" * 50, "cs:open:-1",
    "cs:open:1:1", "case:full:1 ", "case:full:0x1", "sl:close:--", "au:page:....:o", "bk:time:c1",
    "' or 1=1 --", "case:take:1\n2", "null", "{}", "bk:drop_yes:b1.1.1", "cl:s-:0", "cl:a-:0",
)  # fmt: skip


@dataclass
class Told:
    """The story as it was told once, to be gone on with from its end."""

    folder: Path
    programme: Path
    steps: list[Step]
    issued: list[tuple[int, str]]
    payloads: list[str]
    references: dict[str, int]
    end: Counter = field(repr=False)

    @property
    def database(self) -> Path:
        return self.folder / "story.db"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("story")
    return asyncio.run(_tell(folder))


async def _tell(folder: Path) -> Told:
    path, programme = folder / "story.db", small_programme(folder)
    upgrade(f"sqlite:///{path}")
    wire, database = WatchedWire(), WatchedDatabase(path)
    database.begin()
    counter = Counter(f"sqlite:///{path}", wire=wire, programme=programme)
    await counter.open()
    office = Office(counter, wire, database)
    for chapter in CHAPTERS:
        await chapter(office)
    assert database.rows("select incident, error from dead_letters") == []
    await counter.close()
    rows = database.rows("select fiscal_year, number, user_id from consultations")
    database.close()
    references = {f"R{year - 2018}-{number:04d}": user for year, number, user in rows}
    return Told(
        folder, programme, office.steps, wire.issued(), wire.payloads(), references, counter
    )


@pytest.fixture
async def office(told: Told, tmp_path: Path) -> AsyncIterator[Office]:
    """A copy of the counter at the story's end."""
    path = shutil.copyfile(told.database, tmp_path / "copy.db")
    counter = Counter(f"sqlite:///{path}", wire=WatchedWire(), programme=told.programme)
    counter.moment, counter.update_id = told.end.moment, told.end.update_id
    await counter.open()
    database = WatchedDatabase(path)
    database.changes()
    assert isinstance(counter.wire, WatchedWire)
    yield Office(counter, counter.wire, database)
    database.close()
    await counter.close()


def test_the_story_issues_every_kind_of_button(told: Told) -> None:
    issued = [data for _, data in told.issued]
    never = [
        pattern
        for pattern, _ in BUTTONS[:-1]
        if not any(re.fullmatch(pattern, data) for data in issued)
        and not any(re.match(rf"\W*{family}\b", pattern) for family in NOT_YET_TOLD)
    ]
    assert never == [], "let somebody of tests/integration/story.py be shown these"
    families = {
        value
        for name, value in vars(callbacks).items()
        if name.isupper() and isinstance(value, str)
    }
    assert families - {data.split(":")[0] for data in issued} <= NOT_YET_TOLD


def test_every_change_by_staff_is_audited(told: Told) -> None:
    unaudited = [
        (step.user, step.asked, sorted({change.table for change in step.changes}))
        for step in told.steps
        if step.user in (*ROLES, REMOVED)
        and any(change.table not in ONES_OWN for change in step.changes)
        and not any(actor == step.user for _, actor, _, _ in step.audited)
    ]
    assert unaudited == []


def test_every_look_at_personal_data_is_audited(told: Told) -> None:
    unaudited, looks = [], 0
    for step in told.steps:
        if step.asked == "form" or step.asked.startswith("lg:"):
            # What a member is told over the telephone and types is shown to them again.
            continue
        looked = {who for _, who, action, _ in step.audited if AuditAction(action).kind == "look"}
        for sent in step.sent:
            reader = sent.chat or step.user
            shown = [w for owner in OWNERS for w in personal(owner) if w in sent.text]
            if reader in (*ROLES, REMOVED) and shown:
                looks += 1
                if reader not in looked:
                    unaudited.append((reader, step.asked, sent.method, shown))
    assert not unaudited, "\n".join(map(str, unaudited))
    assert looks > 5


def test_no_needs_sheet_tells_whose_case_it_is(told: Told) -> None:
    sheets = [sheet for step in told.steps for sent in step.sent for sheet in sent.sheets]
    assert len(sheets) > 2
    for sheet in sheets:
        assert "求人要件票（匿名）" in sheet
        assert [word for owner in OWNERS for word in personal(owner) if word in sheet] == []


@pytest.mark.parametrize("user", EVERYBODY)
async def test_buttons_of_others_do_and_show_only_what_the_role_allows(
    told: Told, office: Office, user: int
) -> None:
    chance = random.Random(user)
    wrong: list[str] = []
    for data, chat in presses(told, user, chance):
        step = await office.press(user, data, chat, 9_000)
        wrong += found_wrong(told, step, chat)
        if step.changes:
            office.database.put_back({one.table for one in step.changes}, told.database)
        office.counter.application.house.languages.clear()
    assert not wrong, "\n".join(wrong)
    assert office.database.rows("select incident, error from dead_letters") == []


async def test_a_button_with_a_part_too_few_or_too_many_is_only_old(
    told: Told, office: Office
) -> None:
    kinds = {(*data.split(":")[:2], data.count(":")): data for _, data in told.issued}
    for data in kinds.values():
        parts = data.split(":")
        for garbled_data in (*(":".join(parts[:n]) for n in range(len(parts))), f"{data}:1"):
            step = await office.press(ADMIN, garbled_data)
            assert [one for one in step.changes if one.table == "dead_letters"] == [], garbled_data
            office.database.put_back({one.table for one in step.changes}, told.database)


@pytest.mark.parametrize("user", EVERYBODY)
async def test_commands_and_links_of_others_do_and_show_only_what_the_role_allows(
    told: Told, office: Office, user: int
) -> None:
    wrong: list[str] = []
    lines = [f"/{name}{more}" for name, _ in COMMANDS for more in ("", " R8-0001", " 12/25")]
    for text in (*lines, *(f"/start {payload}" for payload in told.payloads)):
        step = await office.say(user, text)
        wrong += found_wrong(told, step, user)
        if step.changes:
            office.database.put_back({one.table for one in step.changes}, told.database)
    for name, _ in STAFF_CHAT_COMMANDS:
        body = office.counter.message(user, text=f"/{name} R8-0001")
        body["message"]["chat"] = {"id": STAFF_CHAT, "type": "supergroup", "title": "x"}
        step = await office.does(user, name, office.counter.update(body))
        wrong += found_wrong(told, step, STAFF_CHAT)
    assert not wrong, "\n".join(wrong)
    assert office.database.rows("select incident, error from dead_letters") == []


def found_wrong(told: Told, step: Step, chat: int) -> list[str]:
    """Return what a press did or showed that it must not."""
    cases = {int(reference[-4:]): owner for reference, owner in told.references.items()}
    wrong = [
        f"{step.user} by {step.asked}: {change.table} {change.before} -> {change.after}"[:300]
        for change in step.changes
        if not justified(step.user, change, step.changes, cases)
    ]
    for sent in step.sent:
        reader = sent.chat or step.user
        shown = [word for word in not_for(reader, told.references) if word in sent.text]
        if shown:
            wrong.append(f"{step.user} by {step.asked} in {chat}: {reader} is shown {shown}")
    if any(refusal in sent.text for sent in step.sent for refusal in REFUSALS):
        kinds = [AuditAction(action).kind for _, who, action, _ in step.audited if who == step.user]
        if AuditKind.REFUSED not in kinds:
            wrong.append(f"{step.user} by {step.asked} in {chat}: refused, and not audited")
    return wrong


def presses(told: Told, user: int, chance: random.Random) -> Iterator[tuple[str, int]]:
    """Return what somebody presses and in which chat: others' buttons, and garbled ones."""
    foreign = [(chat, data) for chat, data in told.issued if chat != user]
    chosen = [data for _, data in foreign]
    answers = [data for data in chosen if data.startswith(("q:", "fix:"))]
    kept = set(chance.sample(answers, min(ANSWERS, len(answers))))
    alike: dict[str, int] = {}
    for chat, data in foreign:
        shape = re.sub(r"\d+", "#", data)
        alike[shape] = alike.get(shape, 0) + 1
        if alike[shape] > ALIKE or (data.startswith(("q:", "fix:")) and data not in kept):
            continue
        yield data, user
        if chat == STAFF_CHAT:
            yield data, chat
            yield data, FOREIGN_GROUP
    for _ in range(GARBLED):
        yield garbled(chance, chosen), chance.choice((user, user, STAFF_CHAT))
    for data in RUBBISH:
        yield data, user


def garbled(chance: random.Random, issued: list[str]) -> str:
    """Return a button as an altered app could send it."""
    data, other = chance.choice(issued), chance.choice(issued)
    way: Callable[[str], str] = chance.choice(
        (
            lambda one: re.sub(r"\d+", lambda n: str(int(n[0]) + chance.choice((-1, 1))), one),
            lambda one: re.sub(r"\d+", lambda _: str(chance.randint(0, 9)), one),
            lambda one: one[: chance.randrange(len(one))],
            lambda one: f"{one}:{chance.choice(('1', 'x', ''))}",
            str.upper,
            lambda one: one.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
            lambda one: ":".join((one.split(":")[0], *other.split(":")[1:])),
            lambda one: ":".join((*one.split(":")[:2], *other.split(":")[2:])),
            lambda one: ":".join(chance.sample(one.split(":"), len(one.split(":")))),
        )
    )
    return way(data).encode()[:64].decode("utf-8", "ignore")
