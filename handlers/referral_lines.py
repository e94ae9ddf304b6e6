"""What the card of a case and its history say of sharing and referrals, and the way to both."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton

from domain.referrals import NEWS_WORDS, ReferralEvent
from domain.sharing import SAID_WORDS, SHARING_WORDS, Said
from handlers.callbacks import REFERRAL, SHARING, pack
from handlers.moments import day, moment

if TYPE_CHECKING:
    from domain.sharing import Sharing, SharingDecision
    from handlers.context import Context
    from services.case_desk import View


def sharing_line(context: Context, value: Sharing) -> str:
    """Return with whom a case may be shared (HTML)."""
    text = context.gettext("Sharing: %(sharing)s")
    return text % {"sharing": escape(context.gettext(SHARING_WORDS[value]))}


def rows_on_card(context: Context, view: View) -> list[list[InlineKeyboardButton]]:
    """Return the ways to refer a case, to what was referred, and to the owner's consent."""
    _ = context.gettext
    case = view.card.consultation.id
    rows = []
    if view.refers:
        label = _("Refer to an agency")
        rows.append([_button(label, REFERRAL, "list", case, 0)])
    elif any(isinstance(one.event, ReferralEvent) for one in view.history):
        rows.append([_button(_("Referrals"), REFERRAL, "list", case, 0)])
    if view.records_sharing:
        rows.append([_button(_("Consent to sharing"), SHARING, "open", case)])
    return rows


def _button(label: str, family: str, *arguments: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(family, *arguments))


def event_line(context: Context, event: ReferralEvent, name: str | None) -> str:
    """Return a referral, or news of one, as a line of the case's history (HTML)."""
    _ = context.gettext
    if event.news is None or event.on is None:
        what = _("Referred to %(agency)s") % {"agency": escape(event.agency)}
    else:
        what = _("%(agency)s: %(news)s (%(day)s)") % {
            "agency": escape(event.agency),
            "news": escape(_(NEWS_WORDS[event.news])),
            "day": day(context, event.on),
        }
    return f"{moment(context, event.at)}　{what}\n　{escape(name or '–')}"


def decision_line(context: Context, decision: SharingDecision, name: str | None) -> str:
    """Return a decision about sharing as a line of the case's history (HTML)."""
    _ = context.gettext
    by = _("the owner") if decision.said is Said.BOT else name or "–"
    said = _(SAID_WORDS[decision.said])
    line = f"{moment(context, decision.at)}　{sharing_line(context, decision.value)}"
    return f"{line}\n　{escape(by)}　{escape(said)}"
