"""What is stored of a person, for how long, and what of it the staff chat ever shows."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.schedule import tick
from domain.questions import DONE, SKIP
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.test_intake import STEPS, agree, walk
from tests.integration.test_intake_leaving import own_contact

if TYPE_CHECKING:
    from pathlib import Path

OWNER, STAFF = 1_234_567, 900
TABLES = "select name from sqlite_master where type = 'table' and name <> 'alembic_version'"


async def everything_stored(counter: Counter) -> dict[str, str]:
    """Every table with what it holds, as text."""
    return {
        table: str(await counter.read(f"select * from {table}"))
        for (table,) in await counter.read(TABLES)
    }


def files(folder: Path) -> list[Path]:
    """The database with its journal."""
    return list(folder.glob("madoguchi.db*"))


async def test_nothing_of_who_refuses_or_only_looks_is_stored(counter: Counter) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "この窓口について")
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "始める")
    purpose = counter.wire.asking(OWNER).text
    assert "個人情報は最小限でご入力ください" in purpose
    for table, rows in (await everything_stored(counter)).items():
        assert str(OWNER) not in rows, table
    await counter.press(OWNER, "同意しない")
    await counter.say(OWNER, "山田 太郎")
    for table, rows in (await everything_stored(counter)).items():
        assert str(OWNER) not in rows, table
        assert "山田" not in rows, table


async def test_nothing_of_a_job_seeker_is_kept(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.press(OWNER, "仕事を探している方")
    stored = await everything_stored(counter)
    for table in ("drafts", "consultations", "companies", "kpi_events", "outbox", "return_calls"):
        assert stored[table] == "[]", table


@pytest.mark.parametrize(
    ("steps", "typed"),
    [
        (3, "984017365208"),
        (3, "９８４０－１７３６－５２０７"),
        (14, "私の番号は984017365207です"),
        (24, "9840 1736 5207"),
        (25, "984017365207"),
    ],
)
async def test_no_byte_of_a_my_number_reaches_the_database(
    counter: Counter, tmp_path: Path, steps: int, typed: str
) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:steps])
    await counter.say(OWNER, typed)
    assert "マイナンバー" in counter.wire.last(OWNER).text
    edited = {"edited_message": counter.message(OWNER, text=typed)["message"]}
    await counter.update(edited)
    stored = b"".join(file.read_bytes() for file in files(tmp_path))
    assert "株式会社見本製作所".encode() in stored
    for form in (typed, "984017", "1736", "１７３６"):
        assert form.encode() not in stored


# Whatever is typed, wherever it is typed.


class Typist:
    """Fills in a form at random; `typed` is every text and number that was given."""

    def __init__(self, counter: Counter, seed: int) -> None:
        self.counter = counter
        self.chance = random.Random(seed)
        self.typed: set[str] = set()

    def _word(self, length: int = 6) -> str:
        word = "".join(
            self.chance.choice("髙橋﨑山川村田中鈴木佐藤渡邉齋藤松竹梅") for _ in range(length)
        )
        self.typed.add(word)
        return word

    def _digits(self, count: int) -> str:
        digits = "".join(self.chance.choice("0123456789") for _ in range(count))
        self.typed.add(digits)
        return digits

    def text(self, key: str) -> str:
        """An answer to a typed question, of a kind that it takes."""
        if key == "company":
            return f"{self._word()}{self.chance.choice(('株式会社', '㈱', '<b>&'))}"
        if key == "corporate_number":
            number = self.chance.choice(("7123456789012", "2000020112062", "8000020113468"))
            self.typed.add(number)
            return number
        if key == "issue_text":
            return f"{self._word(9)}さんに電話 090-1234-{self._digits(4)}"
        if key == "tel":
            return f"048-83{self._digits(5)}"
        if key == "email":
            self.typed.add(f"yamada{(number := self.chance.randrange(10**6))}@example.co.jp")
            return f"yamada{number}@example.co.jp"
        return f"{self._word()}（{self._word(4)}）"

    async def answer(self) -> bool:
        """Answer whatever is asked; False once it is sent."""
        live = [
            s for (chat, _), s in self.counter.wire.shown.items() if chat == OWNER and s.buttons
        ]
        if not live:
            return False
        shown = live[-1]
        data = [b["callback_data"] for b in shown.buttons if "callback_data" in b]
        if sending := [d for d in data if SENDS.match(d)]:
            await self._press(self.chance.choice(sending), shown.message_id)
            return True
        codes = {d.split(":")[3]: d for d in data if d.startswith("q:needs:")}
        if not codes:
            return False
        key = next(iter(codes.values())).split(":")[2]
        if confirming := [d for code, d in codes.items() if code.startswith("_yes")]:
            await self._press(confirming[0], shown.message_id)
        elif key in TYPED and (SKIP not in codes or self.chance.random() < 0.8):
            await self._type(key)
        else:
            await self._choose(codes, shown.message_id)
        return True

    async def _type(self, key: str) -> None:
        if key == "tel" and self.chance.random() < 0.3:
            contact = own_contact(OWNER)
            self.typed.add(contact["contact"]["phone_number"].lstrip("+"))
            await self.counter.update(self.counter.message(OWNER, **contact))
        else:
            await self.counter.say(OWNER, self.text(key))

    async def _choose(self, codes: dict[str, str], message: int) -> None:
        ends = {"job_seeker", "withdrawn", "not_yet"}
        choices = [c for c in codes if not c.startswith("_") and c not in ends]
        code = self.chance.choice(choices or [SKIP])
        await self._press(codes[code], message)
        if DONE in codes and code != SKIP:
            await self._press(codes[DONE], message)

    async def _press(self, data: str, message: int) -> None:
        await self.counter.update(self.counter.press_body(OWNER, data, OWNER, message))


SENDS = re.compile("in:(submit|append|new)-")
TYPED = {"company", "corporate_number", "issue_text", "agent", "contact", "tel", "email"}


@pytest.mark.parametrize("seed", range(8))
async def test_the_staff_chat_never_shows_what_was_typed(
    counter: Counter, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    typist = Typist(counter, seed)
    await tick(counter.application.house)
    for _ in range(2):
        await agree(counter, OWNER)
        for _step in range(60):
            if not await typist.answer():
                break
        else:
            raise AssertionError(f"no end from {counter.wire.asking(OWNER)}")
        counter.moment += timedelta(hours=1)
    await agree(counter, OWNER)
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    for key in ("contact", "tel"):
        await counter.say(OWNER, typist.text(key))
    await walk(counter, OWNER, ("=午前", "=折り返しを依頼する"))
    counter.moment += timedelta(days=8)
    await tick(counter.application.house)
    for _second in range(6):
        await counter.delivery.send_due()
        counter.moment += timedelta(seconds=2)
    cards = [s for (chat, _), s in [*counter.wire.shown.items()] if chat == STAFF_CHAT]
    for card in cards:
        for button in card.buttons:
            body = counter.press_body(STAFF, button["callback_data"], STAFF_CHAT, card.message_id)
            await counter.update(body)
    shown = [s.text for (chat, _), s in counter.wire.shown.items() if chat == STAFF_CHAT]
    told = "\n".join([*shown, *counter.wire.alerts, caplog.text])
    assert "R8-0001" in told
    assert "【週次】" in told
    assert "折り返し" in told
    assert len(typist.typed) >= 4
    assert [text for text in typist.typed if text in told] == []
    private = "\n".join(s.text for (chat, _), s in counter.wire.shown.items() if chat == STAFF)
    assert any(text in private for text in typist.typed)
