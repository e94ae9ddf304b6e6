"""Faults on order: which calls fail, how, and how often. It only decides; the server acts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from hashlib import blake2b
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


@dataclass
class _Open:
    """An order with the calls it was meant for so far, counted for each chat on its own."""

    order: FaultOrder
    calls: Counter[str] = field(default_factory=Counter)

    def strikes(self, method: str, chat_id: str) -> bool:
        """Count a call and return whether it is one of those that fail."""
        order = self.order
        if not _is_meant(order, method, chat_id):
            return False
        self.calls[chat_id] += 1
        number = self.calls[chat_id]
        if order.seed is None:
            return number % order.every == 0
        # Drawn from chat and number alone: it does not matter which chat's call comes first.
        drawn = blake2b(f"{order.seed} {chat_id} {number}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn) % order.every == 0

    def use_up(self) -> bool:
        """Note that it struck and return whether it may strike again."""
        if self.order.times is not None:
            self.order = replace(self.order, times=self.order.times - 1)
        return self.order.times != 0


class Faults:
    """The orders still open, in the order they were given."""

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def order(self, fault: FaultOrder) -> None:
        """Add a fault. Raises ActionRefused for what Telegram would not do either."""
        if fault.kind not in KINDS:
            raise ActionRefused("bad_fault", f"kind must be one of {sorted(KINDS)}")
        if fault.every < 1 or (fault.times is not None and fault.times < 1):
            raise ActionRefused("bad_fault", "every and times are 1 or more")
        if fault.kind == "retry_after" and (fault.seconds < 1 or fault.seconds % 1):
            raise ActionRefused("bad_fault", "retry_after is a whole number of seconds")
        methods = tuple(method.lower() for method in fault.methods)
        self._open.append(_Open(replace(fault, methods=methods)))

    def open_orders(self) -> list[FaultOrder]:
        """Return what is still to come."""
        return [each.order for each in self._open]

    def clear(self) -> None:
        """Forget all orders."""
        self._open.clear()

    def judge(self, method: str, chat_id: str) -> Verdict:
        """Return the verdict on a call and use up the orders it met. `method` is lower case.

        Delays add up; of the other faults one strikes, and the next waits for a later call.
        """
        delay = 0.0
        fault: FaultOrder | None = None
        for each in list(self._open):
            if each.order.kind != "delay" and fault is not None:
                continue
            if not each.strikes(method, chat_id):
                continue
            if each.order.kind == "delay":
                delay += each.order.seconds
            else:
                fault = each.order
            if not each.use_up():
                self._open.remove(each)
        return Verdict(delay, fault) if delay or fault else FINE


def _is_meant(order: FaultOrder, method: str, chat_id: str) -> bool:
    if order.chat_id is not None and str(order.chat_id) != chat_id:
        return False
    return method in order.methods if order.methods else method != "getupdates"
