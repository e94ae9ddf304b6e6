"""Chasers at a counter: the clock goes on, the tick decides, and everything due is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.schedule import tick
from domain.matches import Engagement, MatchState, NewMatch
from storage import matches
from tests.integration.case_office import Cases
from tests.integration.staff_desk import at_jst

if TYPE_CHECKING:
    from datetime import date

    from storage.database import Transaction
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

SNOOZES = "保留"


@dataclass
class Rounds:
    """What staff are told again as days go by."""

    office: Cases
    seen: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def at(cls, counter: Counter) -> Rounds:
        return cls(Cases(counter))

    @property
    def counter(self) -> Counter:
        return self.office.counter

    def match(self, started: date, case: int = 1, state: MatchState = MatchState.STARTED) -> int:
        """Record a person found for a case who has begun to work, or was to begin, on a day."""
        new = NewMatch(
            case, Engagement.FULL, "it", started, started, None, None, self.counter.moment
        )

        def add(tx: Transaction) -> int:
            match = matches.find(tx, matches.add(tx, new))
            assert match is not None
            began = started if state is MatchState.STARTED else None
            matches.save(tx, replace(match, state=state, started_on=began))
            return match.id

        added: int = self.office.desk.do(lambda tx, _at: add(tx))
        return added

    async def tick(self, day: date, clock: str) -> list[Shown]:
        """Tick at a clock time in Japan and send all that is due; return the new chasers."""
        self.counter.moment = at_jst(day, clock)
        await tick(self.counter.application.house)
        return await self.sent()

    async def sent(self) -> list[Shown]:
        while await self.counter.delivery.send_due():
            # A chat gets one message a second.
            self.counter.moment += timedelta(seconds=1)
        new = [one for key, one in self.counter.wire.shown.items() if key not in self.seen]
        self.seen |= set(self.counter.wire.shown)
        return [one for one in new if any(SNOOZES in b["text"] for b in one.buttons)]

    async def days(self, first: date, last: date) -> dict[str, list[int]]:
        """Tick every half an hour; return to whom a chaser went, by when (JST) it did."""
        found: dict[str, list[int]] = {}
        moment, end = at_jst(first, "00:00"), at_jst(last + timedelta(days=1), "00:00")
        while moment < end:
            self.counter.moment = moment
            await tick(self.counter.application.house)
            if chasers := await self.sent():
                when = (moment + timedelta(hours=9)).strftime("%m-%d %H:%M")
                found[when] = sorted(one.chat for one in chasers)
            moment += timedelta(minutes=30)
        return found
