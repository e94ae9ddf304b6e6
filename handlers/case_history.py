"""What happened to a case, in words: who did what and when."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram.constants import MessageLimit

from domain.attributions import Attribution
from domain.bookings import BookingEvent
from domain.case_states import STATE_WORDS, WHY_WORDS, Act
from domain.consultations import ConsultationState
from domain.matches import MatchEvent
from domain.referrals import ReferralEvent
from domain.relay import Direction, Turn
from domain.sharing import SharingDecision
from handlers import match_lines, referral_lines
from handlers.moments import day, moment
from handlers.staff_meetings import event_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.case_events import CaseEvent
    from handlers.context import Context
    from services.case_desk import Happening, View


def history_text(context: Context, view: View) -> str:
    """Return all that happened to a case, oldest first; of too much, the latest (HTML)."""
    _ = context.gettext
    case = view.card.consultation
    what = _("<b>What happened</b>")
    title = f"<b>{case.reference}</b>　{what}"
    accepted = moment(context, case.submitted_at) + "　" + _(STATE_WORDS[ConsultationState.NEW])
    lines = [accepted, *history_lines(context, view.history)]
    while len("\n".join([title, *lines])) > MessageLimit.MAX_TEXT_LENGTH:
        lines = ["…", *lines[2:]]
    return "\n".join([title, *lines])


def history_lines(context: Context, history: Iterable[Happening]) -> list[str]:
    """Return each happening as a line or a few (HTML)."""
    return [_line(context, one) for one in history]


def _line(context: Context, one: Happening) -> str:
    if isinstance(one.event, BookingEvent):
        return event_line(context, one.event, one.name)
    if isinstance(one.event, MatchEvent):
        return match_lines.event_line(context, one.event, one.name)
    if isinstance(one.event, Turn):
        return _turn_line(context, one.event, one.name)
    if isinstance(one.event, Attribution):
        return _attribution_line(context, one.event, one.name)
    if isinstance(one.event, ReferralEvent):
        return referral_lines.event_line(context, one.event, one.name)
    if isinstance(one.event, SharingDecision):
        return referral_lines.decision_line(context, one.event, one.name)
    what = _what(context, one.event, one)
    line = f"{moment(context, one.event.at)}　{what}\n　{escape(one.name or '–')}"
    if one.event.why is not None:
        line += f"　{escape(context.gettext(WHY_WORDS[one.event.why]))}"
    if one.event.note is not None:
        line += f"\n　{escape(one.event.note)}"
    return line


def _turn_line(context: Context, turn: Turn, name: str | None) -> str:
    """Return that messages were written, never what they say."""
    if turn.direction is Direction.FROM_OWNER:
        text = context.ngettext(
            "%(count)d message from the company", "%(count)d messages from the company", turn.count
        )
        return f"{moment(context, turn.at)}　{text % {'count': turn.count}}"
    text = context.ngettext(
        "%(count)d message to the company", "%(count)d messages to the company", turn.count
    )
    who = escape(name or "–")
    return f"{moment(context, turn.at)}　{text % {'count': turn.count}}\n　{who}"


def _attribution_line(context: Context, event: Attribution, name: str | None) -> str:
    _ = context.gettext
    what = _("Introduced by no partner")
    if event.partner is not None:
        what = _("Introduced by %(partner)s") % {"partner": escape(event.partner)}
    return f"{moment(context, event.at)}　{what}\n　{escape(name or '–')}"


def _what(context: Context, event: CaseEvent, one: Happening) -> str:
    _ = context.gettext
    if event.act is Act.HAND_OVER:
        return _("Handed over to %(name)s") % {"name": escape(one.member or "–")}
    if event.act is Act.TAKE:
        return _("Taken")
    if event.act is Act.NOTE:
        return _("Note")
    if event.act is Act.JUDGE:
        return _("Decided on the KPI")
    if event.act is Act.UNMEET and event.held_on is not None:
        return _("Not met on %(day)s") % {"day": day(context, event.held_on)}
    if event.held_on is not None:
        return _("Met on %(day)s (without a booking)") % {"day": day(context, event.held_on)}
    words = escape(_(STATE_WORDS[event.after]))
    if event.act is Act.REOPEN:
        return _("Taken up again: %(state)s") % {"state": words}
    if event.act is Act.RESTORE:
        return _("Restored: %(state)s") % {"state": words}
    return words
