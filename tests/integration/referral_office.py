"""A counter with agencies, and a case that can be referred to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from domain.consultations import ConsultationState
from domain.partners import PartnerKind
from domain.sharing import NewDecision, Said, Sharing
from services import sharing
from tests.integration import partner_office
from tests.integration.case_office import MANAGER, Cases
from tests.integration.staff_desk import OWNER
from tests.unit.sheets import CHOSEN, TYPED

if TYPE_CHECKING:
    from domain.form import Answers
    from domain.partners import Partner
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

ON = date(2026, 11, 24)


@dataclass
class Referrals:
    """What happens around a case between owner, staff and agencies."""

    counter: Counter
    cases: Cases = field(init=False)

    def __post_init__(self) -> None:
        self.cases = Cases(self.counter)

    @property
    def desk(self) -> Any:
        return self.cases.desk

    def case(
        self,
        share: str | None = "both",
        state: ConsultationState = ConsultationState.DEFINED,
        **answers: str,
    ) -> int:
        """Log a case whose intake said `share`, and bring it to a state."""
        given: Answers = {**CHOSEN, **TYPED, "share": share, **answers}
        case: int = self.desk.ledger.consult(ON, answers=given, user_id=OWNER)
        self.cases.put(case, state)
        return case

    def agency(self, name: str = "見本人材株式会社") -> Partner:
        return partner_office.register(self.counter, name, PartnerKind.AGENCY)

    def decide(self, case: int, before: Sharing, to: Sharing, by: int = MANAGER) -> None:
        """Record a decision as a member does."""
        wanted = NewDecision(case, before, to)
        recorded = self.desk.do(
            lambda tx, at: sharing.record(tx, at, by, "Person", wanted, Said.ORALLY)
        )
        assert recorded.refusal is None

    async def press(self, user: int, data: str, chat: int | None = None) -> None:
        await self.cases.press(user, data, chat)

    def shown(self, user: int = MANAGER) -> Shown:
        return self.cases.shown(user)

    def button(self, label: str, user: int = MANAGER) -> str:
        """Return the data of the button on the screen that has a label."""
        found = [one["callback_data"] for one in self.shown(user).buttons if one["text"] == label]
        assert len(found) == 1, (label, [one["text"] for one in self.shown(user).buttons])
        return str(found[0])

    async def tap(self, label: str, user: int = MANAGER) -> None:
        await self.press(user, self.button(label, user))

    async def refer(self, case: int, agency: Partner, user: int = MANAGER) -> None:
        """Refer by the buttons."""
        await self.press(user, f"rf:pv:{case}:{agency.id}")
        await self.tap("この内容で取り次ぐ", user)

    async def referrals(self) -> list[tuple[Any, ...]]:
        return await self.counter.read(
            "select consultation_id, partner_id, referred_by from referrals order by id"
        )

    async def counted(self, kind: str = "referrals") -> int:
        ((total,),) = await self.counter.read(
            f"select coalesce(sum(delta), 0) from kpi_events where kind = '{kind}'"
        )
        return int(total)

    def documents(self, user: int = MANAGER) -> list[tuple[str, bytes]]:
        return [one.file for one in self.all_shown(user) if one.file is not None]

    def texts(self, user: int = MANAGER) -> list[str]:
        return [one.text for one in self.all_shown(user)]

    def all_shown(self, user: int) -> list[Shown]:
        return [one for (chat, _), one in self.counter.wire.shown.items() if chat == user]
