"""Draws the questions of any questionnaire: header, help, buttons, one-line records."""

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
    may_skip,
    question_before,
    relevant_questions,
    ticks,
)
from handlers.callbacks import FAMILIES, INTAKE, QUESTION, pack

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
    if isinstance(question, Typed) and question.by_contact and progress.typed is None:
        family = FAMILIES[questionnaire.name]
        share = InlineKeyboardButton(
            _("Use the number of my Telegram account"), callback_data=pack(family, "share")
        )
        rows.insert(0, [share])
    has_back = progress.typed or question_before(questionnaire, progress, question)
    back = [button(_("Back"), BACK)] if has_back else []
    rows += _ways_out(context, questionnaire, back)
    return InlineKeyboardMarkup(rows)


def _ways_out(
    context: Context, questionnaire: Questionnaire, back: list[InlineKeyboardButton]
) -> list[list[InlineKeyboardButton]]:
    _ = context.gettext
    family = FAMILIES[questionnaire.name]
    if family != INTAKE:
        withdraw = InlineKeyboardButton(_("Withdraw"), callback_data=pack(family, "cancel"))
        return [[*back, withdraw]]
    pause = InlineKeyboardButton(_("Save and pause"), callback_data=pack(INTAKE, "pause"))
    phone = InlineKeyboardButton(_("By telephone"), callback_data=pack(INTAKE, "phone"))
    return [[*back, pause], [phone]]


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
    answer = shorten(shown_answer(context, question, answers), ANSWER_LENGTH)
    return f"{title} → <b>{escape(answer)}</b>"


def answer_sheet(context: Context, questionnaire: Questionnaire, answers: Answers) -> str:
    """Return every answer, a line each under its section (HTML), within one message's length."""
    lines: list[str] = []
    section = None
    for question in relevant_questions(questionnaire, answers):
        if question.key not in answers:
            continue
        begun = questionnaire.section_of(question)
        if begun is not None and begun != section:
            lines.append(("\n" if lines else "") + f"<b>{escape(context.gettext(begun.title))}</b>")
            section = begun
        answer = shorten(shown_answer(context, question, answers), ANSWER_LENGTH)
        lines.append(f"{escape(context.gettext(question.title))}：{escape(answer)}")
    return "\n".join(lines)


ANSWER_LENGTH = 320
"""The longest answer shown whole: some above the longest the form takes (300 characters)."""


def shorten(text: str, limit: int) -> str:
    """Cut a text that is not escaped yet to `limit` UTF-16 units, which is how Telegram counts."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * limit:
        return text
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def needs_help(progress: Progress) -> bool:
    """Whether the telephone is offered after repeated refusals (facts 5-5)."""
    return progress.failures >= FAILURES_BEFORE_HELP
