"""An owner's chat while a meeting is booked in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from domain.fiscal_year import JST
from domain.slots import Method
from services import bookings
from services.bookings import Wish
from services.occasion import Occasion
from storage import closures
from tests.integration.ledger import Ledger
from tests.integration.test_intake import agree, walk

if TYPE_CHECKING:
    from domain.closures import Interval
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

OWNER, STAFF = 500, 900


async def submit(counter: Counter, user: int = OWNER) -> None:
    await agree(counter, user)
    await walk(counter, user)
    await counter.press(user, "送信する")


def live(counter: Counter, user: int = OWNER) -> Shown:
    """The message that asks, or tells, about the meeting."""
    return counter.wire.asking(user)


def labels(counter: Counter, user: int = OWNER) -> list[str]:
    return [button["text"] for button in live(counter, user).buttons]


def days_offered(counter: Counter, user: int = OWNER) -> list[int]:
    """The days that stand out as free, in the month shown."""
    buttons = live(counter, user).buttons
    return [int(b["text"]) for b in buttons if b["text"].isdecimal() and "style" in b]


async def press_data(counter: Counter, ending: str, user: int = OWNER) -> None:
    shown = live(counter, user)
    data = next(
        b["callback_data"] for b in shown.buttons if b.get("callback_data", "").endswith(ending)
    )
    await counter.update(counter.press_body(user, data, user, shown.message_id))


async def meetings(counter: Counter) -> list[Any]:
    return await counter.read("select state, method, starts_at, revision from bookings order by id")


async def booked(counter: Counter) -> None:
    """Send the form and book 30 November at 9:30 at the hub."""
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130")
    await counter.press(OWNER, "9:30")


async def rivals(counter: Counter, *starts: datetime, method: Method = Method.HUB) -> None:
    """Let others take both seats of each time, as if they had been faster."""
    house = counter.application.house
    ((known,),) = await counter.read("select count(*) from consultations")
    ledger = Ledger(house.database, drafts=20_000 + known)
    at = Occasion(house.programme, house.staff_chat, counter.moment)
    for start in starts:
        for _ in range(2):
            case = ledger.consult(date(2026, 11, 24))
            wish = Wish(method, start)
            await house.write(
                partial(bookings.book, at=at, user_id=100, consultation_id=case, wish=wish)
            )


def jst(*when: int) -> datetime:
    return datetime(*when, tzinfo=JST).astimezone(UTC)  # type: ignore[arg-type, misc]


async def close(counter: Counter, *spans: Interval) -> None:
    await counter.application.house.write(lambda tx: closures.replace(tx, [], spans))
