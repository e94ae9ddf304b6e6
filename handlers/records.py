"""The full record of a consultation, for a staff member's private chat only."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_datetime
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from domain.fiscal_year import JST
from domain.questions import relevant_questions
from handlers.questions import shown_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.form import Question
    from handlers.context import Context
    from services.cases import Card

_LONGEST_ANSWER = 500
"""Longer than any question accepts; escaped, several times as many fit into one message."""
_COPIED = ("tel", "email")


def record_text(context: Context, card: Card) -> str:
    """Return a case with every answer, a line each (HTML)."""
    return "\n".join(_lines(context, card))


def _lines(context: Context, card: Card) -> Iterator[str]:
    _ = context.gettext
    consultation = card.consultation
    moment = format_datetime(
        consultation.submitted_at.astimezone(JST), "y/M/d(E) H:mm", locale=context.language
    )
    yield f"<b>{consultation.reference}</b>　{moment}"
    if card.assignee_name is not None and not card.is_free:
        yield _("In charge: %(name)s") % {"name": escape(card.assignee_name)}
    yield ""
    for question in relevant_questions(context.house.questionnaire, consultation.answers):
        if question.key in consultation.answers:
            title = escape(_(question.title))
            yield f"{title}：{escape(_clipped(_shown(context, card, question)))}"


def _shown(context: Context, card: Card, question: Question) -> str:
    return shown_answer(context, question, card.consultation.answers)


def _clipped(answer: str) -> str:
    return answer if len(answer) <= _LONGEST_ANSWER else answer[: _LONGEST_ANSWER - 1] + "…"


def record_buttons(context: Context, card: Card) -> InlineKeyboardMarkup:
    """Return what is typed elsewhere next, to be copied by a tap."""
    _ = context.gettext
    by_key = context.house.questionnaire.by_key
    copied = [(_("Reference"), str(card.consultation.reference))]
    copied += [
        (_(by_key[key].title), _shown(context, card, by_key[key]))
        for key in _COPIED
        if card.consultation.answers.get(key) is not None
    ]
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    _("Copy: %(what)s") % {"what": what}, copy_text=CopyTextButton(text)
                )
            ]
            for what, text in copied
        ]
    )
