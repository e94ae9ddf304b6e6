"""The intake conversation: start, chose, typed; every answer is one service call."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.constants import KeyboardButtonStyle

from domain.errors import InvalidAnswer, StaleButton
from domain.form import Typed
from domain.needs_company import JOB_SEEKER
from domain.programme import OUTSIDE
from domain.questions import current_question
from handlers import replies
from handlers.callbacks import INTAKE, pack, unpack
from handlers.questions import (
    answer_sheet,
    confirm_text,
    correction_buttons,
    needs_help,
    question_buttons,
    question_text,
    record_line,
    review_buttons,
)
from handlers.updates import pressed, user_and_chat
from services import needs

if TYPE_CHECKING:
    from telegram import Update

    from domain.consultations import Consultation
    from domain.drafts import Draft
    from handlers.context import Context
    from services.needs import Step


def office(context: Context) -> dict[str, object]:
    """Return what texts say of the office."""
    programme = context.house.programme
    return {
        "hub": escape(programme.office.hub),
        "telephone": escape(programme.office.telephone),
        "hours": escape(programme.office.hours),
        "prefecture": escape(programme.plan.prefecture),
        "days": programme.office.reply_within_working_days,
        "questions": context.house.questionnaire.last_number,
    }


def _menu(*buttons: tuple[str, str, str | None]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(label, callback_data=pack(INTAKE, action), style=style)]
            for label, action, style in buttons
        ]
    )


async def welcome(update: Update, context: Context) -> None:
    """/start: greet, or offer to resume an open intake."""
    user, chat = user_and_chat(update)
    _ = context.gettext
    if await context.read(needs.open_draft, user) is not None:
        buttons = _menu(
            (_("Resume"), "resume", KeyboardButtonStyle.PRIMARY),
            (_("Start over"), "restart", None),
        )
        await replies.send(context, chat, _("You have an unfinished consultation form."), buttons)
        return
    text = _(
        "This is the consultation counter of %(hub)s. Companies in %(prefecture)s can consult us "
        "about talent free of charge.\n\nThere are %(questions)d questions; they take about five "
        "minutes. You can pause at any time.\nWe never ask for account numbers, PINs or My Numbers."
    )
    buttons = _menu(
        (_("Begin"), "begin", KeyboardButtonStyle.PRIMARY),
        (_("Consult by telephone"), "phone", None),
        (_("About this counter"), "about", None),
    )
    await replies.send(context, chat, text % office(context), buttons)


async def ask(context: Context, chat: int, draft: Draft) -> None:
    """Send the current question, or the review once all is answered."""
    questionnaire = context.house.questionnaire
    question = current_question(questionnaire, draft.progress)
    if question is None:
        text = context.gettext("Is this right? Nothing has been sent yet.")
        sheet = answer_sheet(context, questionnaire, draft.progress.answers)
        message = await replies.send(
            context, chat, f"<b>{text}</b>\n\n{sheet}", review_buttons(context, draft.id)
        )
    else:
        if isinstance(question, Typed) and draft.progress.typed is not None:
            text = confirm_text(context, question, draft.progress.typed)
        else:
            text = question_text(context, questionnaire, question, draft.progress.answers)
        buttons = question_buttons(context, questionnaire, draft.progress, question)
        message = await replies.send(context, chat, text, buttons)
    context.afterwards(needs.remember_live_message, draft.id, message)


async def chose(update: Update, context: Context) -> None:
    """A button of a question."""
    query, data, message = pressed(update)
    arguments = unpack(data, 3)
    if arguments is None:
        raise StaleButton("")
    user, chat = user_and_chat(update)
    _, key, code = arguments
    house = context.house
    step = await context.transact(needs.press, house.questionnaire, user, key, code, context.now)
    if step.refusal is not None:
        refusal = step.refusal
        await replies.answer_query(
            query, context.gettext(refusal.message) % refusal.params, alert=True
        )
        return
    if step.draft is None:
        await asyncio.gather(
            replies.answer_query(query), _ended(context, chat, message, step.ended)
        )
        return
    await asyncio.gather(replies.answer_query(query), _settle(context, chat, message, step, key))


async def _settle(context: Context, chat: int, message: int, step: Step, key: str) -> None:
    draft = step.draft
    if draft is None:
        return
    questionnaire = context.house.questionnaire
    question = questionnaire.by_key[key]
    if step.answered is None and draft.progress.ticked is not None:
        buttons = question_buttons(context, questionnaire, draft.progress, question)
        text = question_text(context, questionnaire, question, draft.progress.answers)
        await replies.edit(context, chat, message, text, buttons)
        return
    if step.answered is None:
        record = escape(context.gettext(question.title))
    else:
        record = record_line(context, question, draft.progress.answers)
        if draft.progress.answers.get(key) == OUTSIDE:
            record += "\n\n" + context.gettext("We will tell you which hub serves you.")
        record += _hub_hint(context, key, str(draft.progress.answers.get(key)))
    await asyncio.gather(
        replies.edit(context, chat, message, record),
        _ask_with_contact_button(context, chat, draft),
    )


def _hub_hint(context: Context, key: str, code: str) -> str:
    if key != "prefecture" or code == "other":
        return ""
    hub = context.house.programme.hub(code)
    if hub is None:
        return ""
    if not hub.name:
        return "\n\n" + context.gettext("There is no hub in %(prefecture)s.") % {
            "prefecture": escape(hub.prefecture)
        }
    return "\n\n" + context.gettext("Your hub: %(hub)s") % {"hub": escape(hub.name)}


async def _ask_with_contact_button(context: Context, chat: int, draft: Draft) -> None:
    question = current_question(context.house.questionnaire, draft.progress)
    await ask(context, chat, draft)
    if question is not None and question.key == "tel" and draft.progress.typed is None:
        _ = context.gettext
        keyboard = ReplyKeyboardMarkup(
            [[KeyboardButton(_("Share my telephone number"), request_contact=True)]],
            resize_keyboard=True,
            one_time_keyboard=True,
        )
        await replies.send(context, chat, _("You can also use the button below."), keyboard)


async def _ended(context: Context, chat: int, message: int, ended: str | None) -> None:
    _ = context.gettext
    if ended == JOB_SEEKER:
        text = _(
            "Thank you for your interest. This counter is for companies; we cannot register people "
            "who are looking for a job."
        )
    else:
        text = _("We have stopped here. What you entered has been deleted.")
    await replies.edit(context, chat, message, text)


async def typed(update: Update, context: Context) -> None:
    """A typed answer, or a shared contact."""
    user, chat = user_and_chat(update)
    message = update.effective_message
    if message is None:
        return
    raw = message.text or ""
    if message.contact is not None:
        if message.contact.user_id != user:
            text = context.gettext("Please share your own telephone number, or type it.")
            await replies.send(context, chat, text)
            return
        raw = f"+{message.contact.phone_number.lstrip('+')}"
    before = await context.read(needs.open_draft, user)
    if before is None:
        await welcome(update, context)
        return
    house = context.house
    try:
        step = await context.transact(needs.answer, house.questionnaire, user, raw, context.now)
    except StaleButton:
        await ask(context, chat, before)
        return
    if step.refusal is not None or step.draft is None:
        await _refused(context, chat, step)
        return
    await _echo(context, chat, before, step)


async def _refused(context: Context, chat: int, step: Step) -> None:
    refusal = step.refusal or InvalidAnswer("")
    _ = context.gettext
    text = escape(_(refusal.message) % refusal.params)
    if step.draft is None or not needs_help(step.draft.progress):
        await replies.send(context, chat, text)
        return
    help_text = _("If you are stuck, please call us: %(telephone)s (%(hours)s)") % office(context)
    await replies.send(context, chat, f"{text}\n\n{help_text}")
    await ask(context, chat, step.draft)


async def _echo(context: Context, chat: int, before: Draft, step: Step) -> None:
    if step.draft is None:
        return
    question = current_question(context.house.questionnaire, before.progress)
    sent = []
    if question is not None and step.answered is not None:
        record = record_line(context, question, step.draft.progress.answers)
        if before.live_message_id is not None:
            sent.append(replies.edit(context, chat, before.live_message_id, record))
        if question.key == "tel":
            number = record.split("\n", 1)[-1]
            remove = ReplyKeyboardRemove()
            await replies.send(context, chat, number, remove)
    await asyncio.gather(*sent, _ask_with_contact_button(context, chat, step.draft))


async def fix(update: Update, context: Context) -> None:
    """A correct-this-answer button of the review."""
    query, data, message = pressed(update)
    arguments = unpack(data, 2)
    if arguments is None:
        raise StaleButton("")
    user, chat = user_and_chat(update)
    draft = await context.transact(
        needs.reopen_question, context.house.questionnaire, user, arguments[1], context.now
    )
    await asyncio.gather(
        replies.answer_query(query),
        replies.edit(context, chat, message, context.gettext("Correcting an answer.")),
        ask(context, chat, draft),
    )


async def action(update: Update, context: Context) -> None:
    """A button of the intake that is no question's."""
    query, data, message = pressed(update)
    arguments = unpack(data, 1)
    if arguments is None:
        raise StaleButton("")
    name = arguments[0]
    if name.startswith("submit-"):
        await _submit(update, context, int(name.removeprefix("submit-")))
        return
    handler = _ACTIONS.get(name)
    if handler is None:
        raise StaleButton("")
    await asyncio.gather(replies.answer_query(query), handler(update, context, message))


async def _begin(update: Update, context: Context, _message: int) -> None:
    user, chat = user_and_chat(update)
    draft = await context.read(needs.open_draft, user)
    if draft is not None:
        await ask(context, chat, draft)
        return
    _ = context.gettext
    text = _(
        "<b>Before you begin</b> (1/%(questions)d) [Required]\n\nWhat you enter is used (1) to "
        "answer you and arrange dates, (2) to count our results; names of companies and people are "
        "not published.\nThis chat passes through Telegram's equipment, so please enter as little "
        "personal information as possible.\n\nDo you agree?"
    )
    buttons = _menu(
        (_("Agree and go on"), "agree", KeyboardButtonStyle.PRIMARY),
        (_("Details"), "privacy", None),
        (_("I do not agree"), "refuse", None),
    )
    await replies.send(context, chat, text % office(context), buttons)


async def _agree(update: Update, context: Context, message: int) -> None:
    user, chat = user_and_chat(update)
    house = context.house
    draft = await context.transact(
        needs.consent,
        house.questionnaire,
        user,
        house.programme.privacy.notice_version,
        context.now,
    )
    agreed = context.gettext("Use of your information\n→ <b>agreed</b>")
    await asyncio.gather(replies.edit(context, chat, message, agreed), ask(context, chat, draft))


async def _refuse(update: Update, context: Context, message: int) -> None:
    _, chat = user_and_chat(update)
    text = context.gettext(
        "Understood. Nothing has been stored. We are glad to help by telephone: "
        "%(telephone)s (%(hours)s)"
    )
    await replies.edit(context, chat, message, text % office(context))


async def _phone(update: Update, context: Context, _message: int) -> None:
    _, chat = user_and_chat(update)
    text = context.gettext(
        "Please call us: %(telephone)s (%(hours)s)\nWhat you have entered stays saved."
    )
    await replies.send(context, chat, text % office(context))


async def _about(update: Update, context: Context, _message: int) -> None:
    _, chat = user_and_chat(update)
    text = context.gettext(
        "%(hub)s helps companies to find professional talent: together we clarify what you need, "
        "then registered talent agencies introduce people. Consulting is free; an agency's fee "
        "applies if you hire.\nTelephone: %(telephone)s (%(hours)s)"
    )
    await replies.send(context, chat, text % office(context))


async def privacy(update: Update, context: Context) -> None:
    """/privacy: what is stored, for how long, and how to have it deleted."""
    _, chat = user_and_chat(update)
    text = context.gettext(
        "<b>Your information</b>\nPurpose: answering you, arranging dates, counting results.\n"
        "An unfinished form is deleted after %(draft_days)d days.\nFor corrections or deletion "
        "please call us: %(telephone)s (%(hours)s)"
    )
    days = context.house.programme.retention.draft_days
    await replies.send(context, chat, text % {**office(context), "draft_days": days})


async def _privacy(update: Update, context: Context, _message: int) -> None:
    await privacy(update, context)


async def _pause(update: Update, context: Context, message: int) -> None:
    _, chat = user_and_chat(update)
    _ = context.gettext
    buttons = _menu((_("Resume"), "resume", KeyboardButtonStyle.PRIMARY))
    days = context.house.programme.retention.draft_days
    text = _("Saved. You can go on at any time within %(days)d days.") % {"days": days}
    await replies.edit(context, chat, message, text, buttons)


async def show_current(update: Update, context: Context) -> None:
    """Show where the person stands: the open question, else their consultations."""
    user, chat = user_and_chat(update)
    draft = await context.read(needs.open_draft, user)
    if draft is not None:
        await ask(context, chat, draft)
        return
    mine = await context.read(needs.my_consultations, user)
    if mine:
        await replies.send(context, chat, receipt(context, mine[0]))
        return
    await welcome(update, context)


async def _resume(update: Update, context: Context, _message: int) -> None:
    await show_current(update, context)


async def _restart(update: Update, context: Context, message: int) -> None:
    _, chat = user_and_chat(update)
    _ = context.gettext
    buttons = _menu(
        (_("Delete and start over"), "restart_yes", KeyboardButtonStyle.DANGER),
        (_("Resume"), "resume", None),
    )
    text = _("What you entered so far will be deleted. Start over?")
    await replies.edit(context, chat, message, text, buttons)


async def _restart_yes(update: Update, context: Context, message: int) -> None:
    user, chat = user_and_chat(update)
    await context.transact(needs.abandon, user)
    text = context.gettext("We have stopped here. What you entered has been deleted.")
    await replies.edit(context, chat, message, text)
    await _begin(update, context, message)


async def cancel(update: Update, context: Context) -> None:
    """/cancel: ask before deleting an open intake."""
    user, chat = user_and_chat(update)
    _ = context.gettext
    if await context.read(needs.open_draft, user) is None:
        await replies.send(context, chat, _("There is no open form. /start begins one."))
        return
    buttons = _menu(
        (_("Delete"), "cancel_yes", KeyboardButtonStyle.DANGER), (_("Go on"), "resume", None)
    )
    await replies.send(context, chat, _("Shall we delete what you entered?"), buttons)


async def _cancel(update: Update, context: Context, _message: int) -> None:
    await cancel(update, context)


async def _cancel_yes(update: Update, context: Context, message: int) -> None:
    user, chat = user_and_chat(update)
    await context.transact(needs.abandon, user)
    text = context.gettext("We have stopped here. What you entered has been deleted.")
    await replies.edit(context, chat, message, text)


async def _correct(update: Update, context: Context, message: int) -> None:
    user, chat = user_and_chat(update)
    draft = await context.read(needs.open_draft, user)
    if draft is None:
        await show_current(update, context)
        return
    buttons = correction_buttons(context, context.house.questionnaire, draft.progress.answers)
    text = context.gettext("Which answer shall we correct?")
    await replies.edit(context, chat, message, text, buttons)


async def _submit(update: Update, context: Context, draft_id: int) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    house = context.house
    consultation = await context.transact(
        needs.submit,
        house.programme,
        house.questionnaire,
        user,
        draft_id,
        house.staff_chat,
        context.now,
    )
    sent = context.gettext("<b>Sent.</b>") + "\n\n"
    sheet = answer_sheet(context, house.questionnaire, consultation.answers)
    await asyncio.gather(
        replies.answer_query(query),
        replies.edit(context, chat, message, sent + sheet),
        replies.send(context, chat, receipt(context, consultation)),
    )


def receipt(context: Context, consultation: Consultation) -> str:
    """Return the receipt with the reference (HTML)."""
    text = context.gettext(
        "We have received your consultation. Reference: <b>%(reference)s</b>\n"
        "We will call you within %(days)d working days.\n"
        "If it is urgent: %(telephone)s (%(hours)s)"
    )
    return text % {**office(context), "reference": str(consultation.reference)}


async def status(update: Update, context: Context) -> None:
    """/status: the person's consultations and where they stand."""
    user, chat = user_and_chat(update)
    _ = context.gettext
    mine = await context.read(needs.my_consultations, user)
    if not mine:
        await replies.send(context, chat, _("There is no consultation yet. /start begins one."))
        return
    states = {"new": _("received"), "triaged": _("a person in charge is decided")}
    lines = [f"<b>{c.reference}</b>　{escape(states[c.state])}" for c in mine]
    await replies.send(context, chat, _("Your consultations") + "\n" + "\n".join(lines))


async def help_(update: Update, context: Context) -> None:
    """/help: what one can do here."""
    _, chat = user_and_chat(update)
    text = context.gettext(
        "/start begin or resume\n/status your consultations\n/cancel delete an open form\n"
        "/privacy your information\n/language 日本語 / English\n\n"
        "By telephone: %(telephone)s (%(hours)s)"
    )
    await replies.send(context, chat, text % office(context))


_ACTIONS = {
    "begin": _begin,
    "agree": _agree,
    "refuse": _refuse,
    "phone": _phone,
    "about": _about,
    "privacy": _privacy,
    "pause": _pause,
    "resume": _resume,
    "show": _resume,
    "restart": _restart,
    "restart_yes": _restart_yes,
    "cancel": _cancel,
    "cancel_yes": _cancel_yes,
    "correct": _correct,
}
