"""A counter with every role at it and a case before them, worked on by buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.staff import Role, StaffMember
from handlers.case_buttons import state_code
from storage import consultations
from storage import staff as staff_storage
from tests.integration.staff_desk import Desk

if TYPE_CHECKING:
    from domain.consultations import ConsultationState
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

ADMIN, MANAGER, SUB, CLERK, PLANNING, STRANGER = 900, 400, 403, 401, 402, 777
ROLES = {
    ADMIN: Role.ADMIN,
    MANAGER: Role.MANAGER,
    SUB: Role.SUB_MANAGER,
    CLERK: Role.CLERK,
    PLANNING: Role.PLANNING,
}
MESSAGE = 50


@dataclass
class Cases:
    """What staff see and press in private."""

    counter: Counter
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.counter)
        for user, role in ROLES.items():
            member = StaffMember(user, f"Person {user}", role, self.counter.moment)
            self.desk.do(lambda tx, _at, member=member: staff_storage.register(tx, member))

    def put(self, case: int, state: ConsultationState) -> None:
        self.desk.do(lambda tx, _at: consultations.set_state(tx, case, state))

    def state(self, case: int) -> ConsultationState:
        found = self.desk.do(lambda tx, _at: consultations.find(tx, case))
        state: ConsultationState = found.state
        return state

    async def set(
        self, user: int, case: int, before: ConsultationState, to: ConsultationState, why: str = "-"
    ) -> None:
        data = f"cs:set:{case}:{state_code(before)}:{state_code(to)}:{why}"
        await self.press(user, data)

    async def press(self, user: int, data: str, chat: int | None = None) -> None:
        await self.desk.press_data(user, data, chat, MESSAGE)

    async def events(self, case: int) -> list[tuple[Any, ...]]:
        return await self.counter.read(
            f"select act, before, after, actor, reason from case_events"
            f" where consultation_id = {case} order by id"
        )

    async def counted(self, case: int) -> int:
        ((total,),) = await self.counter.read(
            f"select sum(delta) from kpi_events where consultation_id = {case}"
            " and kind = 'consultations'"
        )
        assert isinstance(total, int)
        return total

    async def open(self, user: int, case: int = 1) -> Shown:
        await self.press(user, f"cs:open:{case}")
        return self.counter.wire.shown[user, MESSAGE]

    def shown(self, user: int) -> Shown:
        return self.counter.wire.shown[user, MESSAGE]
