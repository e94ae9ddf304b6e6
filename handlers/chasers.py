"""Chasers (催促): what is undone, one tap to the case, and putting it off."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.case_states import STATE_WORDS
from domain.chasers import Matter, Snooze
from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.staff import NotPermitted
from domain.texts import N_
from handlers import replies
from handlers.callbacks import CASE, CHASER, DESK, MATCH, REFERRAL, pack, unpack
from handlers.case_buttons import read_number
from handlers.cases import in_charge
from handlers.match_lines import numbered
from handlers.meeting_notices import speak_to_staff
from handlers.messages import Message
from handlers.moments import day
from handlers.questions import shown_answer
from handlers.staff_chat import in_readers_language
from handlers.updates import pressed, telegram_name, user_and_chat
from services import chasers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Update

    from domain.matches import Match
    from handlers.context import Context
    from services.chasers import Told

_UNDONE: Final = {
    Matter.UNASSIGNED: N_("nobody has been in charge since %(day)s."),
    Matter.NO_CONTACT: N_("no contact with the company has been recorded since %(day)s."),
    Matter.NO_OUTCOME: N_("the outcome of the meeting of %(day)s is not recorded."),
    Matter.NO_NEWS: N_("no news of a referral has been recorded since %(day)s."),
}
_TO_DO: Final = {
    Matter.UNASSIGNED: N_("Whoever can, please take the case."),
    Matter.NO_CONTACT: N_("Please contact the company and record it as a state or a note."),
    Matter.NO_OUTCOME: N_("Please record it."),
    Matter.NO_NEWS: N_("Please ask the agency and record its news."),
    Matter.FOLLOW_UP: N_("Please see how it goes, and press “Done”."),
}
_FOR_OTHERS: Final = {
    Matter.UNASSIGNED: N_("Please decide who takes the case."),
    Matter.NO_CONTACT: N_("Please see with whoever is in charge how it stands."),
    Matter.NO_OUTCOME: N_("Please see to it with whoever is in charge that it is recorded."),
    Matter.NO_NEWS: N_("Please see with whoever is in charge how it stands."),
    Matter.FOLLOW_UP: N_("Please see with whoever is in charge how it stands."),
}
_DONE = "done"
_SNOOZES: Final = {
    Snooze.DAY: N_("Put off 1 day"),
    Snooze.THREE: N_("Put off 3 days"),
    Snooze.WEEK: N_("Put off a week"),
}


async def chaser(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Tell whoever has the case, or the staff chat; None if there is nothing to tell any more."""
    told = await context.read(
        chasers.to_tell, context.occasion, payload["chaser"], payload["member"]
    )
    if told is None:
        return None
    speak_to_staff(context, payload)
    reader = None if payload.get("instead") else payload["member"]
    return _message(context, told, reader)


async def chaser_for_managers(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Tell a manager; None if it is settled, put off, or not theirs any more."""
    told = await context.read(
        chasers.to_tell_manager, context.occasion, payload["chaser"], payload["member"]
    )
    if told is None:
        return None
    speak_to_staff(context, payload)
    return _message(context, told, payload["member"])


async def button(update: Update, context: Context) -> None:
    """Put a chaser off, or say that the follow-up is done. Raises StaleButton."""
    query, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    at, name = context.occasion, telegram_name(update)
    number, code = _read(data)
    if code == _DONE:
        told = await context.transact(chasers.record_follow_up, at, user, name, number)
        toast = context.gettext("The follow-up is recorded.")
    elif code in set(Snooze):
        told = await context.transact(chasers.snooze, at, user, name, number, Snooze(code))
        toast = _until(context, told)
    else:
        raise StaleButton("")
    if told.refusal is not None:
        answering = replies.refuse(context, query, told.refusal)
    else:
        answering = replies.answer_query(query, toast)
    if isinstance(told.refusal, NotPermitted):
        await answering
        return
    await asyncio.gather(answering, _show(update, context, told))


async def refresh(update: Update, context: Context) -> None:
    """Show a chaser as it stands, to those who may see cases. Raises StaleButton."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    number, _ = _read(data)
    with suppress(NotPermitted):
        told = await context.read(chasers.shown_to, context.occasion, user, number)
        await _show(update, context, told)


def _read(data: str) -> tuple[int, str]:
    arguments = unpack(data, 2)
    if arguments is None:
        raise StaleButton("")
    return read_number(arguments[1]), arguments[0]


async def _show(update: Update, context: Context, told: Told) -> None:
    _, _, message = pressed(update)
    user, chat = user_and_chat(update)
    shown = _message(in_readers_language(context, chat), told, user if chat > 0 else None)
    await replies.edit(context, chat, message, shown.text, shown.buttons)


def _message(context: Context, told: Told, reader: int | None) -> Message:
    """Return a chaser as it stands, for a member, or the staff chat for None; no personal data."""
    _ = context.gettext
    case = told.card.consultation
    lines = [f"<b>{case.reference}</b>　{_about(context, told)}"]
    if told.undone is not None:
        words = _TO_DO if reader is None or reader == told.holder else _FOR_OTHERS
        lines.append(_(words[told.chaser.matter]))
    facts = [_(STATE_WORDS[case.state])]
    if "area" in case.answers:
        area = context.house.questionnaire.by_key["area"]
        facts.append(shown_answer(context, area, case.answers))
    lines.append(escape("　".join(facts)))
    if told.standing is not None and reader is not None:
        agency = _("Agency: %(agency)s") % {"agency": told.standing.referral.agency}
        lines.append(escape(agency))
    if told.card.assignee_name is not None and reader != told.holder:
        lines.append(in_charge(context, told.card))
    if told.until is not None:
        lines.append(f"<b>{_until(context, told)}</b>　{escape(told.put_off_by or '–')}")
    return Message("\n".join(lines), InlineKeyboardMarkup(_rows(context, told, reader)))


def _about(context: Context, told: Told) -> str:
    if told.undone is None:
        return context.gettext("Settled. Thank you.")
    if told.match is not None and told.undone.months is not None:
        return _work(context, told.match, told.undone.months)
    since = day(context, jst_date(told.undone.since))
    return context.gettext(_UNDONE[told.chaser.matter]) % {"day": since}


def _work(context: Context, match: Match, months: int) -> str:
    if match.started_on is None:
        text = context.ngettext(
            "%(match)s: %(months)d month since work was to begin.",
            "%(match)s: %(months)d months since work was to begin.",
            months,
        )
    else:
        text = context.ngettext(
            "%(match)s: %(months)d month since work began.",
            "%(match)s: %(months)d months since work began.",
            months,
        )
    return text % {"match": numbered(context, match.number), "months": months}


def _until(context: Context, told: Told) -> str:
    if told.until is None:
        return ""
    return context.gettext("Put off until %(day)s") % {"day": day(context, told.until)}


def _rows(context: Context, told: Told, reader: int | None) -> list[list[InlineKeyboardButton]]:
    _ = context.gettext
    case = told.card.consultation.id
    rows = []
    if told.undone is not None and told.chaser.matter is Matter.UNASSIGNED:
        # In private the case is shown after it, in the staff chat its card.
        take = pack(CASE if reader is None else DESK, "take", case)
        primary = KeyboardButtonStyle.PRIMARY
        rows.append([InlineKeyboardButton(_("I take it"), callback_data=take, style=primary)])
    if told.undone is not None and told.match is not None:
        rows.append(_of_match(context, told, told.match, reader))
    if told.undone is not None and told.standing is not None and reader is not None:
        see = pack(REFERRAL, "see", told.standing.referral.id)
        rows.append([InlineKeyboardButton(_("Record news"), callback_data=see)])
    label = _("Work on it (private chat)") if reader is None else _("Work on it")
    rows.append([InlineKeyboardButton(label, callback_data=pack(DESK, "open", case))])
    if told.undone is not None:
        rows.append(
            [
                InlineKeyboardButton(_(text), callback_data=pack(CHASER, snooze, told.chaser.id))
                for snooze, text in _SNOOZES.items()
            ]
        )
    return rows


def _of_match(
    context: Context, told: Told, match: Match, reader: int | None
) -> list[InlineKeyboardButton]:
    """Return how a follow-up is answered; of the match itself, only in private."""
    _ = context.gettext
    done = pack(CHASER, _DONE, told.chaser.id)
    row = [InlineKeyboardButton(_("Done"), callback_data=done, style=KeyboardButtonStyle.PRIMARY)]
    if reader is not None:
        card = pack(MATCH, "card", match.id)
        row.append(InlineKeyboardButton(_("Ended or changed"), callback_data=card))
    return row
