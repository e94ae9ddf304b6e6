"""Filling in any questionnaire: it asks, a button is pressed or a text typed, it asks on.

One live message asks at a time. Answered, it becomes a one-line record and the next question is a
new message; everything else (a tick, back, a pause) changes the live message in place.
"""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING

from domain.errors import StaleButton
from domain.form import Dated, OneOf, Typed
from domain.needs_company import JOB_SEEKER
from domain.questions import correctable_questions, current_question
from handlers import replies
from handlers.asking import asks
from handlers.callbacks import read_form, unpack
from handlers.contact_keyboard import take_back
from handlers.office import office
from handlers.questions import needs_help, record_line
from handlers.updates import pressed, user_and_chat
from services import drafts
from services.drafts import Spot

if TYPE_CHECKING:
    from telegram import Update

    from domain.drafts import Draft
    from domain.form import Question
    from handlers.context import Context
    from services.drafts import Step


async def ask(context: Context, chat: int, draft: Draft, preface: str = "") -> None:
    """Send what the draft asks as its live message; the earlier one is taken away."""
    text, buttons = asks(context, draft)
    sending = replies.send(context, chat, f"{preface}\n\n{text}" if preface else text, buttons)
    if draft.live_message_id is None:
        message = await sending
    else:
        removing = replies.delete(context, chat, draft.live_message_id)
        message, _ = await asyncio.gather(sending, removing)
    context.afterwards(drafts.remember_live_message, draft.id, message)


async def ask_in(context: Context, chat: int, message: int, draft: Draft) -> None:
    """Turn the pressed message into the live one; if it is gone, ask in a new one."""
    text, buttons = asks(context, draft)
    if not await replies.edit(context, chat, message, text, buttons):
        await ask(context, chat, draft)
    elif draft.live_message_id != message:
        if draft.live_message_id is not None:
            await replies.delete(context, chat, draft.live_message_id)
        context.afterwards(drafts.remember_live_message, draft.id, message)


async def chose(update: Update, context: Context) -> None:
    """A button of a question."""
    query, data, message = pressed(update)
    arguments = unpack(data, 3)
    if arguments is None:
        raise StaleButton("")
    user, chat = user_and_chat(update)
    form, key, code = arguments
    step = await context.transact(
        drafts.press, context.house.forms, user, _spot(form, key), code, context.now
    )
    if step.refusal is not None:
        # What the person sees may be older than what the refusal speaks of: a crash loses an edit.
        redrawing = ask_in(context, chat, message, step.before)
        await asyncio.gather(replies.refuse(context, query, step.refusal), redrawing)
        return
    await asyncio.gather(replies.answer_query(query), _settle(context, chat, message, step))


def _spot(form: str, key: str) -> Spot:
    name, draft = read_form(form)
    return Spot(name, key, draft)


async def go_on(context: Context, chat: int, step: Step | None) -> None:
    """Show what a typed answer led to. Raises StaleButton if no form is open."""
    if step is None:
        raise StaleButton("")
    if step.refusal is not None:
        await _refused(context, chat, step)
    else:
        await _settle(context, chat, step.before.live_message_id, step)


async def _settle(context: Context, chat: int, message: int | None, step: Step) -> None:
    """Show what an accepted answer led to; `message` is the one that asked."""
    if step.takes_keyboard_back:
        await take_back(context, chat)
    if step.draft is None:
        await _end(context, chat, message, step)
    elif step.settled and step.question is not None:
        record = _record_of(context, step, step.question)
        preface = _preface(context, step)
        await asyncio.gather(
            _record(context, chat, message, step.before.live_message_id, record),
            ask(context, chat, step.draft, preface),
        )
    elif message is None or step.draft.progress.typed is not None:
        await ask(context, chat, step.draft)
    else:
        await ask_in(context, chat, message, step.draft)


def _record_of(context: Context, step: Step, question: Question) -> str:
    """Return the record of an answer, with what else the same text answered: a town its area."""
    if step.draft is None:
        return ""
    before, answers = step.before.progress.answers, step.draft.progress.answers
    questionnaire = context.house.forms.questionnaires[step.draft.questionnaire]
    settled = [question] + [
        other
        for other in correctable_questions(questionnaire, answers)
        if other is not question and before.get(other.key) != answers[other.key]
    ]
    return "\n".join(record_line(context, each, answers) for each in settled)


async def _record(
    context: Context, chat: int, message: int | None, live: int | None, record: str
) -> None:
    if message is not None:
        await replies.edit(context, chat, message, record)
    if live not in (None, message):
        await replies.delete(context, chat, live)


async def _end(context: Context, chat: int, message: int | None, step: Step) -> None:
    _ = context.gettext
    if step.ended == JOB_SEEKER:
        text = _(
            "Thank you for your interest. This counter is for companies; we cannot register people "
            "who are looking for a job."
        )
    else:
        text = _("We have stopped here. What you entered has been deleted.")
    if message is None:
        await replies.send(context, chat, text)
    else:
        await replies.show(context, chat, message, text)


def _preface(context: Context, step: Step) -> str:
    """Return what follows from an answer: which hub serves a firm of another prefecture."""
    question = step.question
    if step.draft is None or question is None or question.key != "prefecture":
        return ""
    hub = context.house.programme.hub(str(step.draft.progress.answers["prefecture"]))
    if hub is None:
        return context.gettext("Our staff will read it and tell you who can serve you best.")
    if not hub.name:
        text = context.gettext("There is no hub in %(prefecture)s.")
        return text % {"prefecture": escape(hub.prefecture)}
    return context.gettext("Your hub: %(hub)s") % {"hub": escape(hub.name)}


async def _refused(context: Context, chat: int, step: Step) -> None:
    """Say why a text was not taken; the question stays, moved down where its buttons matter."""
    if step.refusal is None or step.draft is None:
        return
    text = escape(context.gettext(step.refusal.message) % step.refusal.params)
    if needs_help(step.draft.progress):
        # Staff would call themselves: the question with its example has to do.
        if not context.house.forms.questionnaires[step.draft.questionnaire].for_staff:
            text += "\n\n" + context.gettext(
                "If you are stuck, please call us: %(telephone)s (%(hours)s)"
            ) % office(context)
    elif step.question is not None and not isinstance(step.question, OneOf):
        await replies.send(context, chat, text)
        return
    await ask(context, chat, step.draft, text)


async def fix(update: Update, context: Context) -> None:
    """A correct-this-answer button of the review."""
    query, data, message = pressed(update)
    arguments = unpack(data, 2)
    if arguments is None:
        raise StaleButton("")
    user, chat = user_and_chat(update)
    draft = await context.transact(
        drafts.reopen_question, context.house.forms, user, _spot(*arguments), context.now
    )
    await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, draft))


async def unreadable(update: Update, context: Context) -> None:
    """A picture, sticker, voice, document, place or forwarded message."""
    user, chat = user_and_chat(update)
    if _is_further_of_album(update, context):
        return
    draft = await context.read(drafts.latest, context.house.forms, user)
    if draft is None:
        raise StaleButton("")
    questionnaire = context.house.forms.questionnaires[draft.questionnaire]
    question = current_question(questionnaire, draft.progress)
    if isinstance(question, Typed | Dated):
        text = context.gettext("Sorry, we cannot take that here. Please type your answer.")
    else:
        text = context.gettext("Sorry, we cannot take that here. Please choose from the buttons.")
    await replies.send(context, chat, text)


def _is_further_of_album(update: Update, context: Context) -> bool:
    """Whether another picture of the same album was answered: each comes as its own update."""
    album = update.effective_message.media_group_id if update.effective_message else None
    if album is None or context.chat_data is None:
        return False
    earlier = context.chat_data.get("album")
    context.chat_data["album"] = album
    return bool(earlier == album)


async def edited(update: Update, context: Context) -> None:
    """A message changed after it was sent: answers are corrected by buttons."""
    user, chat = user_and_chat(update)
    if await context.read(drafts.latest, context.house.forms, user) is None:
        return
    text = context.gettext(
        "An answer does not change when you edit your message. To correct it, press “Back”, or "
        "“Correct an answer” once all questions are answered."
    )
    await replies.send(context, chat, text)
