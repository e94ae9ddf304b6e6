"""Draws the questions of any questionnaire: header, help, buttons, one-line records, review."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.form import Answers, OneOf, Question, Questionnaire, SomeOf, Typed
from domain.questions import (
    BACK,
    DONE,
    FAILURES_BEFORE_HELP,
    KEEP,
    RETYPE,
    SKIP,
    YES,
    Progress,
    correctable_questions,
    may_skip,
    relevant_questions,
    ticks,
)
from handlers.callbacks import FIX, INTAKE, QUESTION, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.context import Context

_TWO_COLUMNS_FROM = 8
_SHORT_LABEL = 8


def question_text(
    context: Context, questionnaire: Questionnaire, question: Question, answers: Answers
) -> str:
    """Return the question as HTML: title, need, progress (n/22), text, note for these answers."""
    _ = context.gettext
    need = _("Required") if question.required else _("Optional")
    header = _("<b>%(title)s</b> (%(number)d/%(last)d) [%(need)s]") % {
        "title": escape(_(question.title)),
        "number": question.number,
        "last": questionnaire.last_number,
        "need": need,
    }
    note = question.note(answers)
    text = _(question.text) if note is None else f"{_(question.text)}\n\n{_(note)}"
    return f"{header}\n\n{escape(text)}"


def question_buttons(
    context: Context, questionnaire: Questionnaire, progress: Progress, question: Question
) -> InlineKeyboardMarkup:
    """Return the buttons of the current question."""
    _ = context.gettext

    def button(label: str, code: str, style: str | None = None) -> InlineKeyboardButton:
        data = pack(QUESTION, questionnaire.name, question.key, code)
        return InlineKeyboardButton(label, callback_data=data, style=style)

    rows = _choice_rows(context, progress, question, button)
    if progress.typed is not None:
        rows = [
            [button(_("Yes, that is right"), YES, KeyboardButtonStyle.SUCCESS)],
            [button(_("Type it again"), RETYPE)],
        ]
    elif question.key in progress.answers:
        rows.append([button(_("Leave it as it is"), KEEP)])
    if progress.typed is None and may_skip(question, progress):
        rows.append([button(_(question.skip_label or "Skip this question"), SKIP)])
    rows.append(
        [
            button(_("Back"), BACK),
            InlineKeyboardButton(_("Save and pause"), callback_data=pack(INTAKE, "pause")),
        ]
    )
    rows.append([InlineKeyboardButton(_("By telephone"), callback_data=pack(INTAKE, "phone"))])
    return InlineKeyboardMarkup(rows)


def _choice_rows(
    context: Context,
    progress: Progress,
    question: Question,
    button: Callable[..., InlineKeyboardButton],
) -> list[list[InlineKeyboardButton]]:
    if not isinstance(question, OneOf):
        return []
    _ = context.gettext
    ticked = ticks(progress, question) if isinstance(question, SomeOf) else ()
    buttons = [
        button(f"✓ {_(choice.label)}" if choice.code in ticked else _(choice.label), choice.code)
        for choice in question.offered(progress.answers)
    ]
    short = all(len(b.text) <= _SHORT_LABEL for b in buttons)
    width = 2 if short and len(buttons) >= _TWO_COLUMNS_FROM else 1
    rows = [buttons[i : i + width] for i in range(0, len(buttons), width)]
    if isinstance(question, SomeOf):
        rows.append([button(_("Decide"), DONE, KeyboardButtonStyle.PRIMARY)])
    return rows


def confirm_text(context: Context, typed: Typed, value: str) -> str:
    """Return the question that echoes a typed answer back."""
    return escape(context.gettext(typed.confirm)) % {"value": escape(typed.show(value))}


def shown_answer(context: Context, question: Question, answers: Answers) -> str:
    """Return an answer for people's eyes, not escaped; a skipped one is a dash."""
    answer = answers.get(question.key)
    if answer is None:
        return context.gettext("–")
    if isinstance(question, OneOf):
        labels = {c.code: context.gettext(c.label) for c in question.offered(answers)}
        codes = (answer,) if isinstance(answer, str) else answer
        return context.gettext(", ").join(labels.get(code, code) for code in codes)
    return question.show(str(answer)) if isinstance(question, Typed) else str(answer)


def record_line(context: Context, question: Question, answers: Answers) -> str:
    """Return the one-line record a settled question is turned into (HTML)."""
    title = escape(context.gettext(question.title))
    return f"{title}\n→ <b>{escape(shown_answer(context, question, answers))}</b>"


def answer_sheet(context: Context, questionnaire: Questionnaire, answers: Answers) -> str:
    """Return every answer, a line each (HTML)."""
    return "\n".join(
        f"{escape(context.gettext(q.title))}：{escape(shown_answer(context, q, answers))}"
        for q in relevant_questions(questionnaire, answers)
        if q.key in answers
    )


def review_buttons(context: Context, draft_id: int) -> InlineKeyboardMarkup:
    """Return submit, correct and withdraw."""
    _ = context.gettext
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    _("Send"),
                    callback_data=pack(INTAKE, f"submit-{draft_id}"),
                    style=KeyboardButtonStyle.SUCCESS,
                )
            ],
            [InlineKeyboardButton(_("Correct an answer"), callback_data=pack(INTAKE, "correct"))],
            [InlineKeyboardButton(_("Withdraw"), callback_data=pack(INTAKE, "cancel"))],
        ]
    )


def correction_buttons(
    context: Context, questionnaire: Questionnaire, answers: Answers
) -> InlineKeyboardMarkup:
    """Return one button for each answer, and the way back to the review."""
    _ = context.gettext
    rows = [
        [InlineKeyboardButton(_(q.title), callback_data=pack(FIX, questionnaire.name, q.key))]
        for q in correctable_questions(questionnaire, answers)
    ]
    rows.append([InlineKeyboardButton(_("Back to the list"), callback_data=pack(INTAKE, "show"))])
    return InlineKeyboardMarkup(rows)


def needs_help(progress: Progress) -> bool:
    """Whether the telephone is offered after repeated refusals (facts 5-5)."""
    return progress.failures >= FAILURES_BEFORE_HELP
