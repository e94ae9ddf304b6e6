"""The review of a finished questionnaire: every answer, a way to correct each, the last button."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.questions import correctable_questions
from handlers import replies
from handlers.callbacks import FAMILIES, FIX, form_code, form_of, pack
from handlers.questions import answer_sheet
from handlers.updates import pressed, user_and_chat
from services import drafts

if TYPE_CHECKING:
    from telegram import Update

    from domain.drafts import Draft
    from domain.form import Answers, Questionnaire
    from handlers.context import Context


def review_text(context: Context, questionnaire: Questionnaire, answers: Answers) -> str:
    """Return all answers under a heading that says nothing has been sent yet (HTML)."""
    heading = context.gettext(questionnaire.review)
    return f"<b>{heading}</b>\n\n{answer_sheet(context, questionnaire, answers)}"


def review_buttons(context: Context, draft: Draft) -> InlineKeyboardMarkup:
    """Return submit, correct and withdraw."""
    _ = context.gettext
    family = FAMILIES[draft.questionnaire]
    send = _(context.house.forms.questionnaires[draft.questionnaire].send)
    submit = pack(family, f"submit-{draft.id}")
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(send, callback_data=submit, style=KeyboardButtonStyle.SUCCESS)],
            [InlineKeyboardButton(_("Correct an answer"), callback_data=pack(family, "correct"))],
            [InlineKeyboardButton(_("Withdraw"), callback_data=pack(family, "cancel"))],
        ]
    )


def _correction_buttons(
    context: Context, questionnaire: Questionnaire, draft: Draft
) -> InlineKeyboardMarkup:
    _, form = context.gettext, form_code(draft)
    buttons = [
        InlineKeyboardButton(_(q.title), callback_data=pack(FIX, form, q.key))
        for q in correctable_questions(questionnaire, draft.progress.answers)
    ]
    rows = [buttons[i : i + 2] for i in range(0, len(buttons), 2)]
    show = pack(FAMILIES[questionnaire.name], "resume")
    rows.append([InlineKeyboardButton(_("Back to the list"), callback_data=show)])
    return InlineKeyboardMarkup(rows)


async def correct(update: Update, context: Context) -> None:
    """Offer every answer for correction, in the place of the review."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    forms = context.house.forms
    draft = await context.read(drafts.opened, forms, user, form_of(data))
    questionnaire = forms.questionnaires[draft.questionnaire]
    buttons = _correction_buttons(context, questionnaire, draft)
    text = context.gettext("Which answer shall we correct?")
    await asyncio.gather(
        replies.answer_query(query), replies.show(context, chat, message, text, buttons)
    )
