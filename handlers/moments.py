"""Moments for people's eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_datetime

from domain.fiscal_year import JST

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.context import Context


def moment(context: Context, at: datetime) -> str:
    """Return day, weekday and clock of a moment (JST)."""
    pattern = context.gettext("MMM d (EEE) H:mm")
    return format_datetime(at.astimezone(JST), pattern, locale=context.language)
