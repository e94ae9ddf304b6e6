"""What can be booked: the slots of a method, with what is closed and taken of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.bookings import SlotClosed
from domain.fiscal_year import jst_date, jst_midnight
from domain.slots import Agenda
from storage import bookings, closures

if TYPE_CHECKING:
    from datetime import date

    from domain.slots import Method, SlotRules
    from services.occasion import Occasion
    from storage.database import Transaction

_DAY = timedelta(days=1)


def agenda(tx: Transaction, rules: SlotRules, at: Occasion, since: date, until: date) -> Agenda:
    """Return what can be booked, ready to be asked about the days `since` to `until` (JST)."""
    today = jst_date(at.now)
    horizon = today + _DAY * rules.horizon_days
    return Agenda(
        rules=rules,
        working_days=at.programme.working_days,
        # The minimum notice counts the days from today on, whatever is asked about.
        closures=closures.between(
            tx, jst_midnight(min(since, today)), jst_midnight(max(until, horizon) + _DAY)
        ),
        # Seats are kept past midnight, from the day before and into the day after.
        taken=bookings.taken(
            tx, jst_midnight(since - _DAY), jst_midnight(until + 2 * _DAY), at.now
        ),
        now=at.now,
    )


def whole_agenda(tx: Transaction, rules: SlotRules, at: Occasion) -> Agenda:
    """Return what can be booked on all the days from today to the horizon."""
    today = jst_date(at.now)
    return agenda(tx, rules, at, today, today + _DAY * rules.horizon_days)


def rules_of(at: Occasion, method: Method) -> SlotRules:
    """Return the rules of a method. Raises SlotClosed if the office does not offer it any more."""
    rules = at.programme.booking.methods_offered.get(method)
    if rules is None:
        raise SlotClosed
    return rules


def without_notice(rules: SlotRules) -> SlotRules:
    """Return the rules as they bind staff: whom the minimum notice does not."""
    return replace(rules, notice_working_days=0)
