"""Draws the questions of any questionnaire: header, help, buttons, one-line records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.form import (
    Answers,
    Choice,
    Dated,
    Known,
    OneOf,
    Question,
    Questionnaire,
    SomeOf,
    Typed,
)
from domain.questions import (
    BACK,
    DONE,
    FAILURES_BEFORE_HELP,
    KEEP,
    RETYPE,
    SKIP,
    Progress,
    may_skip,
    question_before,
    relevant_questions,
    ticks,
    yes_to,
)
from handlers.callbacks import FAMILIES, INTAKE, QUESTION, form_code, pack
from handlers.moments import dated

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.drafts import Draft
    from handlers.context import Context

_TWO_COLUMNS_FROM = 8
_SHORT_LABEL = 8


def question_text(
    context: Context, questionnaire: Questionnaire, question: Question, answers: Answers
) -> str:
    """Return the question as HTML: title, need, progress (n/22), text, note and hint."""
    _ = context.gettext
    need = _("Required") if question.required else _("Optional")
    header = _("<b>%(title)s</b> (%(number)d/%(steps)d) [%(need)s]") % {
        "title": escape(_(question.title)),
        "number": question.number,
        "steps": questionnaire.steps,
        "need": need,
    }
    further = (question.note(answers), question.hint)
    texts = [_(question.text) % question.placeholders, *(_(each) for each in further if each)]
    text = "\n\n".join(texts)
    return f"{header}\n\n{escape(text)}"


def question_buttons(
    context: Context, questionnaire: Questionnaire, draft: Draft, question: Question
) -> str:
    """Return the buttons of the current question, as JSON."""
    progress = draft.progress
    echoed = progress.typed
    return _keyboard(
        context.house.translations[context.language].gettext,
        _Face(
            questionnaire.name,
            form_code(draft),
            question,
            offered=question.offered(progress.answers) if isinstance(question, OneOf) else (),
            ticked=ticks(progress, question) if isinstance(question, SomeOf) else (),
            yes=yes_to(echoed) if echoed is not None else None,
            may_keep=echoed is None and question.key in progress.answers,
            may_skip=echoed is None and may_skip(question, progress),
            has_back=echoed is not None
            or question_before(questionnaire, progress, question) is not None,
        ),
    )


@dataclass(frozen=True)
class _Face:
    """Everything that a question's keyboard depends on but the language."""

    questionnaire: str
    form: str
    question: Question
    offered: tuple[Choice, ...]
    ticked: tuple[str, ...]
    yes: str | None
    may_keep: bool
    may_skip: bool
    has_back: bool

    def button(self, label: str, code: str, style: str | None = None) -> InlineKeyboardButton:
        """Return a button of this question."""
        data = pack(QUESTION, self.form, self.question.key, code)
        return InlineKeyboardButton(label, callback_data=data, style=style)


@lru_cache(maxsize=2048)
def _keyboard(_: Callable[[str], str], face: _Face) -> str:
    # The same few keyboards are shown all day, and drawing one costs more than asking for it.
    question, family = face.question, FAMILIES[face.questionnaire]
    rows = _choice_rows(_, face)
    if face.yes is not None:
        rows = [
            [face.button(_("Yes, that is right"), face.yes, KeyboardButtonStyle.SUCCESS)],
            [face.button(_("Type it again"), RETYPE)],
        ]
    if face.may_keep:
        rows.append([face.button(_("Leave it as it is"), KEEP)])
    if face.may_skip:
        rows.append([face.button(_(question.skip_label or "Skip this question"), SKIP)])
    if isinstance(question, Typed) and question.by_contact and face.yes is None:
        share = InlineKeyboardButton(
            _("Use the number of my Telegram account"), callback_data=pack(family, "share")
        )
        rows.insert(0, [share])
    back = [face.button(_("Back"), BACK)] if face.has_back else []
    rows += _ways_out(_, family, back)
    return json.dumps(InlineKeyboardMarkup(rows).to_dict(), ensure_ascii=False)


def _ways_out(
    _: Callable[[str], str], family: str, back: list[InlineKeyboardButton]
) -> list[list[InlineKeyboardButton]]:
    if family != INTAKE:
        withdraw = InlineKeyboardButton(_("Withdraw"), callback_data=pack(family, "cancel"))
        return [[*back, withdraw]]
    pause = InlineKeyboardButton(_("Save and pause"), callback_data=pack(INTAKE, "pause"))
    phone = InlineKeyboardButton(_("By telephone"), callback_data=pack(INTAKE, "phone"))
    return [[*back, pause], [phone]]


def _choice_rows(_: Callable[[str], str], face: _Face) -> list[list[InlineKeyboardButton]]:
    if not isinstance(face.question, OneOf):
        return []
    labels = {choice.code: _(choice.label) for choice in face.offered}
    buttons = [
        face.button(f"✓ {label}" if code in face.ticked else label, code)
        for code, label in labels.items()
    ]
    short = all(len(b.text) <= _SHORT_LABEL for b in buttons)
    width = 2 if short and len(buttons) >= _TWO_COLUMNS_FROM else 1
    rows = [buttons[i : i + width] for i in range(0, len(buttons), width)]
    if isinstance(face.question, SomeOf):
        rows.append([face.button(_("Decide"), DONE, KeyboardButtonStyle.PRIMARY)])
    return rows


def confirm_text(context: Context, typed: Typed, value: str) -> str:
    """Return the question that echoes a typed answer back."""
    return escape(context.gettext(typed.confirm)) % {"value": escape(typed.show(value))}


def shown_answer(context: Context, question: Question, answers: Answers) -> str:
    """Return an answer for people's eyes, not escaped; a skipped one is a dash."""
    answer = answers.get(question.key)
    if answer is None:
        return context.gettext("–")
    if isinstance(question, Dated):
        return dated(context, date.fromisoformat(str(answer)))
    if isinstance(question, OneOf):
        labels = {c.code: context.gettext(c.label) for c in question.offered(answers)}
        codes = (answer,) if isinstance(answer, str) else answer
        return context.gettext(", ").join(labels.get(code, code) for code in codes)
    if isinstance(question, Known):
        name = question.names.get(str(answer))
        return str(answer) if name is None else context.gettext(name)
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
