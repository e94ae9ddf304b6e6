"""The waiting list: who waits for a slot of a method, and how long one is held for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.fiscal_year import JST, jst_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from domain.consultations import Reference
    from domain.slots import Method
    from domain.working_days import WorkingDays

_DAY = timedelta(days=1)
MORNING, NIGHT = time(8), time(21)
"""Nobody is woken by an offer: from NIGHT to MORNING (JST) it waits."""


@dataclass(frozen=True)
class Waiting:
    """A consultation that waits for a slot; its place in line is by `since` (UTC), then id."""

    consultation_id: int
    reference: Reference
    user_id: int
    method: Method
    since: datetime


@dataclass(frozen=True)
class OfficeHours:
    """When the office is open: its hours (JST) on its working days."""

    opens: time
    closes: time
    working_days: WorkingDays

    def spans_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Return the open times (UTC) from a moment on; the first begins then if it is open.

        Raises ValueError once the office stays closed for more than two years.
        """
        day = jst_date(moment)
        while True:
            day = self.working_days.first_open_from(day)
            begin, end = _at(day, self.opens), _at(day, self.closes)
            if moment < end:
                yield max(moment, begin), end
            day += _DAY


def held_until(office: OfficeHours, offered_at: datetime, minutes: int) -> datetime:
    """Return until when (UTC) a slot that is offered now is held: minutes of office hours.

    An offer of the evening or of a Saturday is held until the next working morning.
    """
    left = timedelta(minutes=minutes)
    spans = office.spans_from(offered_at)
    begin, end = next(spans)
    while begin + left > end:
        left -= end - begin
        begin, end = next(spans)
    return begin + left


def told_at(office: OfficeHours, offered_at: datetime) -> datetime:
    """Return when (UTC) the person is told: at once, but at night in the morning.

    Never later than the office opens, for then the minutes of the hold begin to run.
    """
    clock = offered_at.astimezone(JST).time()
    if MORNING <= clock < NIGHT:
        return offered_at
    opens, _ = next(office.spans_from(offered_at))
    day = jst_date(offered_at)
    return min(opens, _at(day if clock < MORNING else day + _DAY, MORNING))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=JST).astimezone(UTC)
