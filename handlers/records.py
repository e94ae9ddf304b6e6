"""The full record of a consultation, for a staff member's private chat only."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_datetime
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from domain.fiscal_year import JST
from domain.questions import relevant_questions
from domain.walk_ins import QUESTIONNAIRE as WALK_IN
from handlers.partner_links import sent_by
from handlers.questions import shown_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domain.addenda import Addendum
    from domain.form import Answers, Questionnaire
    from handlers.context import Context
    from services.cases import Card, Press

_LONGEST_ANSWER = 500
"""Longer than any question accepts; escaped, several times as many fit into one message."""
_COPIED = ("tel", "email")


def record_text(context: Context, press: Press) -> str:
    """Return a case and what was added to it with every answer, a line each (HTML)."""
    return "\n".join([*_case(context, press.card), *_addenda(context, press.addenda)])


def _case(context: Context, card: Card) -> Iterator[str]:
    consultation = card.consultation
    yield f"<b>{consultation.reference}</b>　{_moment(context, consultation.submitted_at)}"
    if card.assignee_name is not None and not card.is_free:
        text = context.gettext("In charge: %(name)s")
        yield text % {"name": escape(card.assignee_name)}
    if card.partner is not None:
        yield sent_by(context, card.partner)
    yield ""
    yield from _sheet(context, consultation.answers, consultation.logged_by)


def _addenda(context: Context, addenda: Iterable[Addendum]) -> Iterator[str]:
    _ = context.gettext
    for addendum in addenda:
        title = _("<b>Addition to %(reference)s</b> (not counted)")
        title %= {"reference": str(addendum.consultation.reference)}
        yield ""
        yield f"{title}　{_moment(context, addendum.submitted_at)}"
        if addendum.logged_by is None and not addendum.same_person:
            yield _("Written by somebody else of the company.")
        yield from _sheet(context, addendum.answers, addendum.logged_by)


def _moment(context: Context, moment: datetime) -> str:
    return format_datetime(moment.astimezone(JST), "y/M/d(E) H:mm", locale=context.language)


def form_of_record(context: Context, logged_by: int | None) -> Questionnaire:
    """Return the form that was filled in: the needs form, or the staff's for what they logged."""
    if logged_by is None:
        return context.house.questionnaire
    return context.house.forms.questionnaires[WALK_IN]


def _sheet(context: Context, answers: Answers, logged_by: int | None) -> Iterator[str]:
    for question in relevant_questions(form_of_record(context, logged_by), answers):
        if question.key in answers:
            answer = shown_answer(context, question, answers)
            yield f"{escape(context.gettext(question.title))}：{escape(_clipped(answer))}"


def _clipped(answer: str) -> str:
    return answer if len(answer) <= _LONGEST_ANSWER else answer[: _LONGEST_ANSWER - 1] + "…"


def record_buttons(context: Context, card: Card) -> InlineKeyboardMarkup:
    """Return what is typed elsewhere next, to be copied by a tap."""
    _ = context.gettext
    by_key = context.house.questionnaire.by_key
    copied = [(_("Reference"), str(card.consultation.reference))]
    copied += [
        (_(by_key[key].title), shown_answer(context, by_key[key], card.consultation.answers))
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
