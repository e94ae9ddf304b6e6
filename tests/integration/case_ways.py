"""What brings a case on without setting its state by hand: its meetings, referrals and matches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from domain.audit import AuditAction
from domain.case_states import Act
from domain.consultations import ConsultationState
from domain.slots import Method
from domain.staff import PERMISSIONS, Action, Role, StaffMember
from handlers.case_buttons import state_code
from services import bookings
from services.bookings import Wish
from storage import staff
from tests.integration.case_office import ADMIN, CLERK, ROLES, STRANGER, Cases
from tests.integration.referral_office import Referrals
from tests.integration.staff_desk import OWNER, THURSDAY, at_jst, labels

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from domain.partners import Partner
    from tests.integration.conftest import Counter

S = ConsultationState
REMOVED = 404
EVERYBODY = (*ROLES, REMOVED, STRANGER, OWNER)
TUESDAY = at_jst(date(2026, 11, 24), "10:00")
MEETING = at_jst(THURSDAY, "11:00")
BEGUN = at_jst(THURSDAY, "11:30")
SLOT = "202611261100"


@dataclass
class Office:
    """A counter where cases are brought up to the button that something is done with."""

    counter: Counter
    referrals: Referrals = field(init=False)
    agency: Partner = field(init=False)

    def __post_init__(self) -> None:
        self.referrals = Referrals(self.counter)
        self.agency = self.referrals.agency()
        member = StaffMember(REMOVED, f"Person {REMOVED}", Role.MANAGER, self.counter.moment)
        self.cases.desk.do(lambda tx, _at: staff.register(tx, member))
        self.cases.desk.do(lambda tx, at: staff.remove(tx, REMOVED, at.now))

    @property
    def cases(self) -> Cases:
        return self.referrals.cases

    def begin(self, case: int, state: ConsultationState) -> None:
        """Let a case be in a state, as if it had come there; of a new one nobody is in charge."""
        values = {"state": state.value, "case": case, "who": None if state is S.NEW else CLERK}
        self._execute(
            "update consultations set state = :state, assignee = :who where id = :case", **values
        )
        self._execute("delete from case_events")

    def clear(self) -> None:
        """Give back what seats are taken, and forget what was shown."""
        self._execute("delete from booking_seats")
        self._execute("update bookings set state = 'cancelled' where state = 'booked'")
        self.counter.wire.shown.clear()

    def _execute(self, statement: str, **values: Any) -> None:
        self.cases.desk.do(lambda tx, _at: tx.connection.execute(text(statement), values))

    def book(self, case: int) -> str:
        """Book the owner's meeting, in time; return how buttons call it."""
        now, self.counter.moment = self.counter.moment, TUESDAY
        wish = Wish(Method.HUB, MEETING)
        booking = self.cases.desk.do(lambda tx, at: bookings.book(tx, at, OWNER, case, wish))
        self.counter.moment = now
        return f"b{booking.id}.{booking.revision}"

    async def follow(self, user: int, *starts: str) -> None:
        """Press, one after the other, the buttons of what is on the screen."""
        for start in starts:
            await self.cases.press(user, self.button(user, start))

    def button(self, user: int, start: str) -> str:
        """Return what the one button on the screen says of itself that begins like this."""
        buttons = self.cases.shown(user).buttons
        (found,) = (one for one in buttons if one["callback_data"].startswith(start))
        return str(found["callback_data"])

    async def answer(self, user: int, *answers: str) -> str:
        """Answer the questions of a form; return what the button says that hands it in."""
        for answer in answers:
            if any(answer in label for label in labels(self.counter.wire.asking(user))):
                await self.counter.press(user, answer)
            else:
                await self.counter.say(user, answer)
        (found,) = (
            one["callback_data"]
            for one in self.counter.wire.asking(user).buttons
            if ":submit-" in one["callback_data"]
        )
        return str(found)

    async def figures(self, case: int) -> dict[str, int]:
        rows = await self.counter.read(
            f"select kind, sum(delta) from kpi_events where consultation_id = {case} group by kind"
        )
        return {kind: total for kind, total in rows if total}


async def _staff_book(office: Office, case: int, user: int, _before: S) -> str:
    await office.cases.open(user, case)
    await office.follow(user, "cs:how:", f"cs:days:{case}:hub")
    await office.follow(user, f"cs:times:{case}:hub:20261126", f"cs:sure:{case}:hub:{SLOT}")
    return office.button(user, "cs:book:")


async def _owner_books(office: Office, case: int, user: int, _before: S) -> str:
    await office.cases.press(user, f"bk:how:c{case}")
    await office.follow(user, f"bk:cal:c{case}:hub", f"bk:day:c{case}:hub:20261126")
    return office.button(user, f"bk:time:c{case}:hub:{SLOT}")


async def _staff_cancel(office: Office, case: int, user: int, _before: S) -> str:
    booked = office.book(case)
    await office.cases.open(user, case)
    await office.follow(user, "mt:card:", f"mt:drop:{booked}")
    return office.button(user, f"mt:end:{booked}:office")


async def _owner_cancels(office: Office, case: int, user: int, _before: S) -> str:
    booked = office.book(case)
    await office.cases.press(user, f"bk:drop:{booked}")
    return office.button(user, f"bk:drop_yes:{booked}")


def _outcome(name: str) -> Callable[[Office, int, int, S], Awaitable[str]]:
    async def ready(office: Office, case: int, user: int, _before: S) -> str:
        booked = office.book(case)
        await office.cases.open(user, case)
        await office.follow(user, "mt:card:")
        return office.button(user, f"mt:{name}:{booked}")

    return ready


async def _met_unbooked(office: Office, case: int, user: int, before: S) -> str:
    await office.cases.open(user, case)
    await office.follow(user, "cs:held:")
    shown = office.button(user, f"cs:met:{case}:{state_code(S.TRIAGED)}:20261126")
    return shown.replace(f":{state_code(S.TRIAGED)}:", f":{state_code(before)}:")


async def _refer(office: Office, case: int, user: int, _before: S) -> str:
    await office.cases.open(user, case)
    await office.follow(user, f"rf:list:{case}", f"rf:pv:{case}:{office.agency.id}")
    return office.button(user, f"rf:go:{case}:{office.agency.id}")


async def _find(office: Office, case: int, user: int, agreed: str) -> str:
    await office.cases.open(user, case)
    await office.follow(user, "ma:begin:")
    (full,) = (one for one in office.cases.shown(user).buttons if one["text"] == "常勤雇用")
    await office.cases.press(user, full["callback_data"])
    return await office.answer(user, "経営", agreed, "不明", "不明", "不明")


async def _record(office: Office, case: int, user: int, _before: S) -> str:
    return await _find(office, case, user, "今日")


async def _agree(office: Office, case: int, user: int, _before: S) -> str:
    await office.cases.press(user, await _find(office, case, user, "まだ成約していない"))
    await office.follow(user, "ma:step:")
    return await office.answer(user, "今日")


def _lose(verb: str, why: str) -> Callable[[Office, int, int, S], Awaitable[str]]:
    async def ready(office: Office, case: int, user: int, _before: S) -> str:
        await office.cases.press(user, await _find(office, case, user, "今日"))
        ((match,),) = await office.counter.read("select max(id) from matches")
        await office.follow(user, f"ma:ask:{match}:agreed:{verb}")
        return office.button(user, f"ma:do:{match}:agreed:{verb}:{why}")

    return ready


@dataclass(frozen=True)
class Way:
    """How an act comes about, and by whose press: the owner's alone where there is no permission.

    `ready` brings a case in the state `home` up to the button, which then is pressed in any state.
    `counts` is what it adds to the figures, `audited` what is put on record. It cannot be done
    `without_booking` where a booking is what makes the state.
    """

    name: str
    act: Act
    permission: Action | None
    home: ConsultationState
    ready: Callable[[Office, int, int, S], Awaitable[str]]
    audited: AuditAction | None = None
    moment: datetime = TUESDAY
    without_booking: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        return COUNTS.get(self.act, {})

    def may(self, user: int) -> bool:
        if self.permission is None:
            return user == OWNER
        return user in ROLES and self.permission in PERMISSIONS[ROLES[user]]

    def leads_from(self, before: ConsultationState) -> bool:
        return not (self.without_booking and before is S.BOOKED)

    @property
    def who_may(self) -> int:
        return OWNER if self.permission is None else ADMIN


COUNTS: Mapping[Act, Mapping[str, int]] = {
    Act.MEET: {"meetings": 1, "first_meetings": 1},
    Act.REFER: {"referrals": 1},
    Act.MATCH: {"matches": 1},
    Act.UNMATCH: {"matches": -1},
}
_MEETING, _MATCH = Action.CHANGE_MEETING, Action.RECORD_MATCH
WAYS = (
    Way("staff book", Act.BOOK, _MEETING, S.TRIAGED, _staff_book, AuditAction.BOOK_MEETING),
    Way("owner books", Act.BOOK, None, S.TRIAGED, _owner_books),
    Way("staff cancel", Act.UNBOOK, _MEETING, S.TRIAGED, _staff_cancel, AuditAction.CANCEL_MEETING),
    Way("owner cancels", Act.UNBOOK, None, S.TRIAGED, _owner_cancels),
    Way(
        "nobody came", Act.UNBOOK, _MEETING, S.TRIAGED, _outcome("no_show"),
        AuditAction.MEETING_NO_SHOW, BEGUN,
    ),
    Way(
        "postponed", Act.UNBOOK, _MEETING, S.TRIAGED, _outcome("postponed"),
        AuditAction.MEETING_POSTPONED, BEGUN,
    ),
    Way("met", Act.MEET, _MEETING, S.TRIAGED, _outcome("met"), AuditAction.MEETING_MET, BEGUN),
    Way(
        "met without a booking", Act.MEET, _MEETING, S.TRIAGED, _met_unbooked,
        AuditAction.MEETING_MET, BEGUN, without_booking=True,
    ),
    Way("refer", Act.REFER, Action.REFER_CASE, S.DEFINED, _refer, AuditAction.REFER),
    Way("record", Act.MATCH, _MATCH, S.INTERVIEW, _record, AuditAction.MATCH_RECORD),
    Way("agree", Act.MATCH, _MATCH, S.INTERVIEW, _agree, AuditAction.MATCH_CHANGE),
    Way(
        "cancel", Act.UNMATCH, _MATCH, S.INTERVIEW, _lose("cancel", "person"),
        AuditAction.MATCH_CHANGE,
    ),
    Way(
        "mistake", Act.UNMATCH, _MATCH, S.INTERVIEW, _lose("void", "mistake"),
        AuditAction.MATCH_VOID,
    ),
)  # fmt: skip
"""Every way by which somebody's press brings about what the table has besides work by hand."""
