"""Faults on order: which calls fail, how, and how often. It only decides; the server acts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.sandbox.errors import ActionRefused

if TYPE_CHECKING:
    from bot.sandbox.shown import FaultOrder

KINDS = frozenset({"retry_after", "server_error", "hang", "drop", "delay"})


@dataclass(frozen=True)
class Verdict:
    """What happens to one call: a wait before acting, in seconds, then at most one fault."""

    delay: float = 0
    fault: FaultOrder | None = None


FINE = Verdict()


class Faults:
    """The orders still open, in the order they were given."""

    def __init__(self) -> None:
        self._orders: list[FaultOrder] = []

    def order(self, fault: FaultOrder) -> None:
        """Add a fault. Raises ActionRefused for a kind there is not."""
        if fault.kind not in KINDS:
            raise ActionRefused("bad_fault", f"kind must be one of {sorted(KINDS)}")
        methods = tuple(method.lower() for method in fault.methods)
        self._orders.append(replace(fault, methods=methods))

    def open_orders(self) -> list[FaultOrder]:
        """Return what is still to come."""
        return list(self._orders)

    def clear(self) -> None:
        """Forget all orders."""
        self._orders.clear()

    def judge(self, method: str, chat_id: str) -> Verdict:
        """Return the verdict on a call and use up the orders it met. `method` is lower case."""
        if not self._orders:
            return FINE
        delay = 0.0
        fault: FaultOrder | None = None
        remaining: list[FaultOrder] = []
        for order in self._orders:
            is_meant = _meets(order, method, chat_id)
            if is_meant and order.kind == "delay":
                delay += order.seconds
            elif is_meant and fault is None:
                fault = order
            else:
                remaining.append(order)
                continue
            if order.times is None:
                remaining.append(order)
            elif order.times > 1:
                remaining.append(replace(order, times=order.times - 1))
        self._orders = remaining
        return Verdict(delay, fault)


def _meets(order: FaultOrder, method: str, chat_id: str) -> bool:
    if order.chat_id is not None and str(order.chat_id) != chat_id:
        return False
    return method in order.methods if order.methods else method != "getupdates"
