"""Moments for people's eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime

from domain.fiscal_year import JST

if TYPE_CHECKING:
    from datetime import date, datetime

    from handlers.context import Context


def moment(context: Context, at: datetime) -> str:
    """Return day, weekday and clock of a moment (JST)."""
    pattern = context.gettext("MMM d (EEE) H:mm")
    return format_datetime(at.astimezone(JST), pattern, locale=context.language)


def day(context: Context, on: date) -> str:
    """Return a day with its weekday: 11月26日（木）."""
    return format_date(on, context.gettext("MMM d (EEE)"), locale=context.language)


def dated(context: Context, on: date) -> str:
    """Return a day with its year and weekday: 2026年11月26日（木）."""
    return format_date(on, context.gettext("MMM d, y (EEE)"), locale=context.language)


def span(context: Context, start: datetime, end: datetime) -> str:
    """Return day, weekday and both clock times (JST) of what ends on the day it begins."""
    return f"{day(context, start.astimezone(JST).date())} {hours(context, start, end)}"


def hours(context: Context, start: datetime, end: datetime) -> str:
    """Return both clock times (JST): 9:30–10:30."""
    return context.gettext("%(start)s–%(end)s") % {
        "start": clock(context, start),
        "end": clock(context, end),
    }


def clock(context: Context, at: datetime) -> str:
    """Return the clock time of a moment (JST): 9:30."""
    return format_datetime(at.astimezone(JST), "H:mm", locale=context.language)
