"""The intake of a company: greeting, consent, and the submission with its receipt."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.bookings import NewMeeting
from domain.needs import QUESTIONNAIRE
from domain.questions import current_question
from handlers import replies
from handlers.callbacks import INTAKE, RETURN_CALL, number_in, pack
from handlers.consent import agreed_line, notice
from handlers.drafts import ask, ask_in
from handlers.leaving import close_keyboard, resume_button, show_deleted
from handlers.office import office
from handlers.partner_links import introduced, token_in, with_token
from handlers.questions import answer_sheet
from handlers.standing import standing
from handlers.updates import pressed, user_and_chat
from services import booking_views, drafts, needs, partners
from services.booking_views import Meeting
from services.needs import OpenCase

if TYPE_CHECKING:
    from telegram import Update

    from domain.consultations import Consultation
    from domain.drafts import Draft
    from domain.form import Answers
    from handlers.context import Context


def _button(
    label: str, action: str, style: str | None = None, token: str = ""
) -> list[InlineKeyboardButton]:
    data = with_token(INTAKE, action, token)
    return [InlineKeyboardButton(label, callback_data=data, style=style)]


async def welcome(update: Update, context: Context, token: str = "") -> None:
    """/start: greet, or offer to resume an open intake; `token` is of a partner's link."""
    user, chat = user_and_chat(update)
    forms = context.house.forms
    draft = await context.read(drafts.find, forms, user, QUESTIONNAIRE)
    if draft is not None and token:
        draft = await context.transact(needs.arrived, forms, user, token)
    if draft is not None:
        await _welcome_back(context, chat, draft)
        return
    partner = await context.read(partners.introducing, token) if token else None
    token = partner.token if partner is not None else ""
    request = await context.read(drafts.latest, forms, user)
    _ = context.gettext
    text = _(
        "This is the consultation counter of %(hub)s. Companies in %(prefecture)s can consult us "
        "about talent free of charge.\n\nThere are %(questions)d questions; they take about five "
        "minutes. You can pause at any time.\n"
        "After sending you can choose the date of the meeting.\n"
        "We never ask for account numbers, PINs or My Numbers."
    )
    buttons = InlineKeyboardMarkup(
        [
            _button(_("Begin"), "begin", KeyboardButtonStyle.PRIMARY, token),
            _button(_("Consult by telephone"), "phone", token=token)
            if request is None
            else _go_on(context),
            _button(_("About this counter"), "about", token=token),
        ]
    )
    greeting = text % office(context)
    if partner is not None:
        greeting = f"{introduced(context, partner)}\n\n{greeting}"
    await replies.send(context, chat, greeting, buttons)


def _go_on(context: Context) -> list[InlineKeyboardButton]:
    label = context.gettext("Go on with the request to be called back")
    return [InlineKeyboardButton(label, callback_data=pack(RETURN_CALL, "resume"))]


async def _welcome_back(context: Context, chat: int, draft: Draft) -> None:
    _ = context.gettext
    if draft.contact_keyboard:
        step = await context.transact(drafts.set_aside, draft.user_id, QUESTIONNAIRE, context.now)
        await close_keyboard(context, chat, step)
    question = current_question(context.house.questionnaire, draft.progress)
    if question is None:
        text = _("Your consultation form is filled in, but not sent yet.")
    else:
        text = _("You have an unfinished consultation form (%(number)d/%(steps)d).") % {
            **office(context),
            "number": question.number,
        }
    partner = await context.read(partners.sender, draft.partner)
    if partner is not None:
        text = f"{introduced(context, partner)}\n\n{text}"
    buttons = InlineKeyboardMarkup(
        [[resume_button(context, QUESTIONNAIRE)], _button(_("Start over"), "restart")]
    )
    await replies.send(context, chat, text, buttons)


def nudge(context: Context) -> tuple[str, InlineKeyboardMarkup]:
    """Return the one reminder of an unfinished intake (HTML), with its button."""
    text = context.gettext(
        "Your consultation form is saved unfinished. You can go on within %(draft_days)d days of "
        "your last entry; after that we delete it. We send this reminder only once."
    )
    return text % office(context), InlineKeyboardMarkup([[resume_button(context, QUESTIONNAIRE)]])


async def about(update: Update, context: Context) -> None:
    """What the counter is for."""
    query, data, message = pressed(update)
    _, chat = user_and_chat(update)
    _, token = context.gettext, token_in(data)
    text = _(
        "%(hub)s helps companies to find professional talent: together we clarify what you need, "
        "then registered talent agencies introduce people. Consulting is free; an agency's fee "
        "applies if you hire.\nTelephone: %(telephone)s (%(hours)s)"
    )
    buttons = InlineKeyboardMarkup(
        [
            _button(_("Begin"), "begin", KeyboardButtonStyle.PRIMARY, token),
            _button(_("Consult by telephone"), "phone", token=token),
        ]
    )
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, text % office(context), buttons),
    )


async def begin(update: Update, context: Context) -> None:
    """Show the notice before anything is asked; an open intake goes on."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    token, forms = token_in(data), context.house.forms
    draft = await context.read(drafts.find, forms, user, QUESTIONNAIRE)
    if draft is not None and token:
        draft = await context.transact(needs.arrived, forms, user, token)
    if draft is not None:
        await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, draft))
        return
    text, buttons = notice(context, QUESTIONNAIRE, token)
    await asyncio.gather(
        replies.answer_query(query),
        replies.strip(context, chat, message),
        replies.send(context, chat, text, buttons),
    )


async def agree(update: Update, context: Context) -> None:
    """The person agrees: the first question, or the one that was open."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    draft = await context.transact(
        needs.consent, context.house.forms, user, token_in(data), context.now
    )
    await asyncio.gather(
        replies.answer_query(query),
        replies.edit(context, chat, message, agreed_line(context)),
        ask(context, chat, draft),
    )


async def restart(update: Update, context: Context) -> None:
    """Start over: ask before deleting."""
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    _ = context.gettext
    danger = KeyboardButtonStyle.DANGER
    buttons = InlineKeyboardMarkup(
        [
            _button(_("Delete and start over"), "restart_yes", danger),
            [resume_button(context, QUESTIONNAIRE)],
        ]
    )
    text = _("What you entered so far will be deleted. Start over?")
    await asyncio.gather(
        replies.answer_query(query), replies.show(context, chat, message, text, buttons)
    )


async def restart_confirmed(update: Update, context: Context) -> None:
    """Delete what was entered and show the notice again."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    step = await context.transact(drafts.abandon, user, QUESTIONNAIRE)
    partner = None
    if step is not None:
        await show_deleted(context, chat, message, step)
        partner = await context.read(partners.sender, step.before.partner)
    text, buttons = notice(context, QUESTIONNAIRE, partner.token if partner is not None else "")
    await asyncio.gather(replies.answer_query(query), replies.send(context, chat, text, buttons))


async def submit(update: Update, context: Context) -> None:
    """Send: a consultation, or first the question whether it adds to an open case."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    draft_id = number_in(data)
    outcome = await context.transact(
        needs.submit, context.house.forms, user, draft_id, context.occasion
    )
    if isinstance(outcome, OpenCase):
        await _ask_whether_it_adds(update, context, outcome, draft_id)
    else:
        await _logged(update, context, outcome)


async def _logged(update: Update, context: Context, case: Consultation) -> None:
    """Show the receipt, and ask on: how to meet."""
    _, chat = user_and_chat(update)
    await _show_sent(update, context, case.answers, receipt(context, case))
    await send_standing(context, chat, Meeting(case))


async def send_standing(context: Context, chat: int, meeting: Meeting) -> None:
    """Send where a consultation stands with its meeting: the last step, or what came of it."""
    shown = standing(context, meeting)
    await replies.send(context, chat, shown.text, shown.buttons)


async def _ask_whether_it_adds(
    update: Update, context: Context, case: OpenCase, draft_id: int
) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    _ = context.gettext
    text = _(
        "<b>Is this an addition?</b>\n\nWe are already working on a consultation of yours%(which)s."
        " Shall we add this to it, or take it as a new one?"
    ) % {"which": _which(context, case)}
    buttons = InlineKeyboardMarkup(
        [
            _button(_("Add it to that consultation"), f"append-{draft_id}"),
            _button(_("It is a new consultation"), f"new-{draft_id}"),
            [resume_button(context, QUESTIONNAIRE, _("Back to the review"))],
        ]
    )
    await asyncio.gather(
        replies.answer_query(query), replies.show(context, chat, message, text, buttons)
    )


def _which(context: Context, case: OpenCase) -> str:
    """Return the reference, for nobody but the person it was given to."""
    if not case.own:
        return ""
    text = context.gettext(" (%(reference)s)")
    return text % {"reference": str(case.consultation.reference)}


async def submit_as_new(update: Update, context: Context) -> None:
    """It is a new consultation."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    consultation = await context.transact(
        needs.submit_as_new, context.house.forms, user, number_in(data), context.occasion
    )
    await _logged(update, context, consultation)


async def append(update: Update, context: Context) -> None:
    """It adds to the open case."""
    _, data, _ = pressed(update)
    user, chat = user_and_chat(update)
    outcome = await context.transact(
        needs.append, context.house.forms, user, number_in(data), context.occasion
    )
    if isinstance(outcome, OpenCase):
        text = context.gettext(
            "We have added this to the consultation%(which)s. The person in charge will contact "
            "you.\n\nIf it is urgent, please call us.\n%(telephone)s (%(hours)s)"
        ) % {**office(context), "which": _which(context, outcome)}
        await _show_sent(update, context, outcome.answers, text)
        if outcome.own:
            await _ask_how_to_meet(context, user, chat, outcome.consultation)
    else:
        await _logged(update, context, outcome)


async def _ask_how_to_meet(context: Context, user: int, chat: int, case: Consultation) -> None:
    """Ask it of a case that was added to, unless its meeting is booked."""
    meeting = await context.read(
        booking_views.of_target, context.occasion, user, NewMeeting(case.id)
    )
    if meeting.booking is None:
        await send_standing(context, chat, meeting)


async def _show_sent(update: Update, context: Context, answers: Answers, text: str) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    sheet = answer_sheet(context, context.house.questionnaire, answers)
    sent = context.gettext("<b>Sent.</b>")
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, f"{sent}\n\n{sheet}"),
        replies.send(context, chat, text),
    )


def receipt(context: Context, consultation: Consultation) -> str:
    """Return the receipt with the reference (HTML); outside office hours it says so."""
    _ = context.gettext
    programme = context.house.programme
    days = programme.office.reply_within_working_days
    lines = [_("We have received your consultation. Reference: <b>%(reference)s</b>")]
    if not programme.is_open_at(consultation.submitted_at):
        lines.append(
            _(
                "We are closed now. Unless you book a meeting, we will contact you from the next "
                "working day on."
            )
        )
    elif consultation.answers.get("tel") is None:
        lines.append(
            context.ngettext(
                "Unless you book a meeting, we will e-mail you within %(days)d working day.",
                "Unless you book a meeting, we will e-mail you within %(days)d working days.",
                days,
            )
        )
    else:
        lines.append(
            context.ngettext(
                "Unless you book a meeting, we will call you within %(days)d working day.",
                "Unless you book a meeting, we will call you within %(days)d working days.",
                days,
            )
        )
    lines.append(_("If it is urgent, please call us.\n%(telephone)s (%(hours)s)"))
    lines.append(_("For corrections or deletion, please call us with your reference."))
    return "\n\n".join(lines) % {
        **office(context),
        "reference": escape(str(consultation.reference)),
    }
