"""The questionnaire engine: which question comes next, and what an answer does.

It is pure: it knows no chat, no database and no clock. The position is derived from the answers,
so resuming, going back and correcting one answer are the same thing. It never renders.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from domain.errors import InvalidAnswer, StaleButton
from domain.form import Answer, Answers, Dated, OneOf, Question, Questionnaire, SomeOf, Typed
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

SKIP, BACK, KEEP, DONE, RETYPE = "_skip", "_back", "_keep", "_done", "_retype"
_YES = "_yes-"


@dataclass(frozen=True)
class Progress:
    """How far one person has come.

    `ticked` belongs to the current several-choice question, `typed` is a text that waits for
    "yes", `failures` counts refused typed answers in a row, `detour` is a question revisited
    by "back" or "correct", `ended` says that an ending choice was pressed.
    """

    answers: Answers = field(default_factory=dict)
    ticked: tuple[str, ...] | None = None
    typed: str | None = None
    failures: int = 0
    detour: str | None = None
    ended: str | None = None


def relevant_questions(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """Return the questions that these answers call for, in order."""
    return tuple(question for question in questionnaire.questions if question.when(answers))


def current_question(questionnaire: Questionnaire, progress: Progress) -> Question | None:
    """Return the question to ask now; None when only the review is left."""
    answers = progress.answers
    if progress.detour is not None and progress.detour in answers:
        return questionnaire.by_key[progress.detour]
    for question in questionnaire.questions:
        if question.key not in answers and question.is_asked and question.when(answers):
            return question
    return None


def correctable_questions(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """Return the questions that were answered and could be answered otherwise, in order."""
    return tuple(
        question
        for question in questionnaire.questions
        if question.key in answers and question.sole_answer(answers) is None
    )


def settle(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer]:
    """Drop the answers that do not fit (any more), and answer what has one choice left."""
    return _settle_from(questionnaire, answers, 0)


def _settle_from(
    questionnaire: Questionnaire, answers: Answers, position: int
) -> dict[str, Answer]:
    """Settle the questions from `position` on; those before it are settled already."""
    questions = questionnaire.questions
    kept = {q.key: answers[q.key] for q in questions[:position] if q.key in answers}
    for question in questions[position:]:
        if not question.when(kept):
            continue
        key = question.key
        if key in answers and question.fits(answers[key], kept):
            kept[key] = answers[key]
        elif (sole := question.sole_answer(kept)) is not None:
            kept[key] = sole
    return kept


def taken_over(questionnaire: Questionnaire, progress: Progress) -> Progress:
    """Return a progress of another version of the questionnaire as this one understands it.

    Answers that are not offered any more are asked again; ticks and texts that were not yet
    answers are dropped.
    """
    return Progress(answers=settle(questionnaire, progress.answers))


def _store(questionnaire: Questionnaire, progress: Progress, key: str, answer: Answer) -> Progress:
    answers = {**progress.answers, key: answer}
    return Progress(answers=_settle_from(questionnaire, answers, questionnaire.position[key]))


_STALE = N_("That button belongs to an earlier step.")


def accept_button(
    questionnaire: Questionnaire, progress: Progress, key: str, code: str
) -> Progress:
    """Apply a pressed button of question `key`.

    Raises StaleButton if that question is not the current one or does not offer the button,
    InvalidAnswer if the press breaks a limit or one cannot go on with that choice.
    """
    question = current_question(questionnaire, progress)
    if question is None or question.key != key or progress.ended is not None:
        raise StaleButton(_STALE)
    if is_yes(code):
        return _confirmed(questionnaire, progress, question, code)
    if code in _CONTROLS:
        return _CONTROLS[code](questionnaire, progress, question)
    choice = question.by_code(progress.answers).get(code) if isinstance(question, OneOf) else None
    if choice is None:
        raise StaleButton(_STALE)
    if isinstance(question, SomeOf):
        return replace(progress, ticked=_tick(question, ticks(progress, question), code))
    if choice.refuses is not None:
        raise InvalidAnswer(choice.refuses)
    if choice.ends is not None:
        return replace(progress, ended=choice.ends)
    return _store(questionnaire, progress, key, code)


def ticks(progress: Progress, question: SomeOf) -> tuple[str, ...]:
    """Return the codes shown as ticked: the ones being chosen, else the saved answer."""
    if progress.ticked is not None:
        return progress.ticked
    saved = progress.answers.get(question.key)
    return saved if isinstance(saved, tuple) else ()


def _tick(question: SomeOf, ticked: tuple[str, ...], code: str) -> tuple[str, ...]:
    if code in ticked:
        return tuple(other for other in ticked if other != code)
    if code == question.alone:
        return (code,)
    chosen = (*(other for other in ticked if other != question.alone), code)
    if len(chosen) > question.limit:
        raise InvalidAnswer(
            N_("You can choose up to %(limit)d. Take one off first, then choose another."),
            limit=question.limit,
        )
    return chosen


def accept_text(
    questionnaire: Questionnaire, progress: Progress, raw: str, today: date
) -> Progress:
    """Apply a text typed `today` (JST) to the current question.

    Raises InvalidAnswer if it cannot be understood or names none of the buttons; StaleButton if
    no question is open.
    """
    question = current_question(questionnaire, progress)
    if question is None or progress.ended is not None:
        raise StaleButton(_STALE)
    if isinstance(question, Dated):
        day = question.parse_day(raw, today)
        return _store(questionnaire, progress, question.key, day.isoformat())
    if not isinstance(question, Typed):
        found = question.named(raw) if isinstance(question, OneOf) else {}
        return _named(questionnaire, progress, question, found)
    parsed = question.parse(raw)
    if parsed.to_confirm:
        return replace(progress, typed=parsed.value, failures=0)
    return _store(questionnaire, progress, question.key, parsed.value)


def _named(
    questionnaire: Questionnaire, progress: Progress, question: Question, found: Answers
) -> Progress:
    answers: Answers = {}
    if question.key in found:
        position = min(questionnaire.position[key] for key in found)
        answers = _settle_from(questionnaire, {**progress.answers, **found}, position)
    # What is named may not be on offer here.
    if question.key not in found or answers.get(question.key) != found[question.key]:
        raise InvalidAnswer(N_("Sorry, please choose from the buttons below."))
    return Progress(answers=answers)


def count_failure(progress: Progress) -> Progress:
    """Return the progress after one more refused answer."""
    return replace(progress, failures=progress.failures + 1)


def correct(questionnaire: Questionnaire, progress: Progress, key: str) -> Progress:
    """Open question `key` again. Raises StaleButton unless its answer can be corrected."""
    question = questionnaire.by_key.get(key)
    if (
        question is None
        or key not in progress.answers
        or question.sole_answer(progress.answers) is not None
    ):
        raise StaleButton(_STALE)
    return Progress(answers=progress.answers, detour=key)


def may_skip(question: Question, progress: Progress) -> bool:
    """Whether "skip" is offered: where the form has it, or after three refused typed answers."""
    failed = progress.failures >= FAILURES_BEFORE_HELP
    return question.skip_label is not None or (
        isinstance(question, Typed) and question.may_skip_after_failures and failed
    )


FAILURES_BEFORE_HELP = 3
"""After this many refused answers the telephone is offered (facts 5-5)."""


def question_before(
    questionnaire: Questionnaire, progress: Progress, question: Question
) -> Question | None:
    """Return the answered question that "back" leads to; None at the first."""
    before = questionnaire.questions[: questionnaire.position[question.key]]
    for earlier in reversed(before):
        if earlier.key in progress.answers and earlier.sole_answer(progress.answers) is None:
            return earlier
    return None


def _skip(questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if not may_skip(question, progress):
        raise StaleButton(_STALE)
    return _store(questionnaire, progress, question.key, None)


def _back(questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if progress.typed is not None:
        return replace(progress, typed=None)
    earlier = question_before(questionnaire, progress, question)
    return progress if earlier is None else Progress(answers=progress.answers, detour=earlier.key)


def _keep(_questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if question.key not in progress.answers:
        raise StaleButton(_STALE)
    return Progress(answers=progress.answers)


def _done(questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if not isinstance(question, SomeOf):
        raise StaleButton(_STALE)
    chosen = ticks(progress, question)
    if not chosen:
        raise InvalidAnswer(N_("Choose at least one, then press “Decide”."))
    in_order = tuple(c for c in question.by_code(progress.answers) if c in chosen)
    return _store(questionnaire, progress, question.key, in_order)


def yes_to(value: str) -> str:
    """Return the code of the "yes" to one echoed text, and to no other."""
    return f"{_YES}{zlib.crc32(value.encode()):08x}"


def is_yes(code: str) -> bool:
    """Whether a code says "yes" to an echoed text, whichever that was."""
    return code.startswith(_YES)


def _confirmed(
    questionnaire: Questionnaire, progress: Progress, question: Question, code: str
) -> Progress:
    # Two texts typed in a row show two echoes for a moment: the first one's "yes" is not the other.
    if progress.typed is None or code != yes_to(progress.typed):
        raise StaleButton(_STALE)
    return _store(questionnaire, progress, question.key, progress.typed)


def _retype(_questionnaire: Questionnaire, progress: Progress, _question: Question) -> Progress:
    if progress.typed is None:
        raise StaleButton(_STALE)
    return replace(progress, typed=None)


_CONTROLS: Mapping[str, Callable[[Questionnaire, Progress, Question], Progress]] = {
    SKIP: _skip,
    BACK: _back,
    KEEP: _keep,
    DONE: _done,
    RETYPE: _retype,
}
