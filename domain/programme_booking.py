"""The programme file's part about meetings: when they can be booked, and for how many at a time."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import Field

from domain.programme_types import WEEKDAYS, ClockTime, Part, Weekday, Whole
from domain.slots import Hours, Method, SlotRules

_EXAMPLE_HOURS = '[{ weekdays = ["mon"], opens = "09:30", closes = "12:00" }]'
Minutes = Annotated[int, Field(strict=True, ge=15, le=480, multiple_of=15)]


class BookingHours(Part):
    """Hours (JST) of some weekdays in which a meeting may be held."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1, examples=['["mon", "tue"]'])
    opens: ClockTime = Field(examples=['"09:30"'])
    closes: ClockTime = Field(examples=['"12:00"'])


class MethodSettings(Part):
    """One way to meet; without `hours` of its own, those of all methods."""

    minutes: Minutes = Field(examples=[60])
    buffer_minutes: Annotated[int, Field(strict=True, ge=0, le=480, multiple_of=15)] = Field(
        examples=[30]
    )
    seats: Whole = Field(gt=0, examples=[1])
    notice_working_days: Whole = Field(ge=0, le=60, examples=[2])
    horizon_days: Whole = Field(gt=0, le=366, examples=[30])
    hours: tuple[BookingHours, ...] = Field(default=(), examples=[_EXAMPLE_HOURS])


class BookingSettings(Part):
    """Meetings: `seats` advisers in parallel over all methods, reminders, and the waiting list.

    What staff said of a meeting can be corrected for `correct_outcome_days`.
    """

    seats: Whole = Field(gt=0, le=62, examples=[2])
    hold_minutes: Whole = Field(gt=0, examples=[30])
    remind_day_before: ClockTime = Field(examples=['"10:00"'])
    remind_minutes_before: Whole = Field(gt=0, le=720, examples=[60])
    correct_outcome_days: Whole = Field(default=7, ge=1, le=31, examples=[7])
    hours: tuple[BookingHours, ...] = Field(min_length=1, examples=[_EXAMPLE_HOURS])
    methods: dict[Method, MethodSettings] = Field(min_length=1, examples=["{ hub = { … } }"])

    def hours_of(self, method: Method) -> tuple[BookingHours, ...]:
        """Return the hours in which a method can be booked."""
        return self.methods[method].hours or self.hours

    @cached_property
    def methods_offered(self) -> dict[Method, SlotRules]:
        """What the slots of each method follow, in the order of the file."""
        return {method: self._rules_of(method) for method in self.methods}

    def _rules_of(self, method: Method) -> SlotRules:
        settings = self.methods[method]
        return SlotRules(
            method=method,
            hours=tuple(
                Hours(WEEKDAYS.index(day), hours.opens, hours.closes)
                for hours in self.hours_of(method)
                for day in hours.weekdays
            ),
            minutes=settings.minutes,
            buffer_minutes=settings.buffer_minutes,
            places=settings.seats,
            seats=self.seats,
            notice_working_days=settings.notice_working_days,
            horizon_days=settings.horizon_days,
        )
