"""What a draft asks now, as a message: the notice again, a question, its echo, or the review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.form import Typed
from domain.questions import current_question
from handlers.consent import notice
from handlers.questions import confirm_text, question_buttons, question_text
from handlers.review import review_buttons, review_text
from services.drafts import is_outdated

if TYPE_CHECKING:
    from domain.drafts import Draft
    from handlers.context import Context
    from handlers.replies import Buttons


def asks(context: Context, draft: Draft) -> tuple[str, Buttons]:
    """Return the text (HTML) and the buttons of what a draft asks now, under its case."""
    text, buttons = _asks(context, draft)
    return (f"<b>{draft.reference}</b>\n{text}" if draft.reference else text), buttons


def _asks(context: Context, draft: Draft) -> tuple[str, Buttons]:
    forms = context.house.forms
    questionnaire = forms.questionnaires[draft.questionnaire]
    if is_outdated(forms, draft):
        return notice(context, draft.questionnaire)
    question = current_question(questionnaire, draft.progress)
    if question is None:
        return (
            review_text(context, questionnaire, draft.progress.answers),
            review_buttons(context, draft),
        )
    buttons = question_buttons(context, questionnaire, draft, question)
    if isinstance(question, Typed) and draft.progress.typed is not None:
        return confirm_text(context, question, draft.progress.typed), buttons
    return question_text(context, questionnaire, question, draft.progress.answers), buttons
