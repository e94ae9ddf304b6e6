"""The questionnaire engine: which question comes next, and what an answer does.

It is pure: it knows no chat, no database and no clock. The position is derived from the answers,
so resuming, going back and correcting one answer are the same thing. It never renders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from domain.errors import InvalidAnswer, StaleButton
from domain.texts import N_

Answer: TypeAlias = str | tuple[str, ...] | None
"""A choice's code, the codes of several choices, a parsed text, or None for "skipped"."""

Answers: TypeAlias = Mapping[str, Answer]

SKIP, BACK, KEEP, DONE, YES, RETYPE = "_skip", "_back", "_keep", "_done", "_yes", "_retype"


@dataclass(frozen=True)
class Choice:
    """One button of a question. `ends` names how the questionnaire ends if it is pressed."""

    code: str
    label: str
    ends: str | None = None


def _always(_answers: Answers) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of the paper form. `key` is a contract: renaming it is a migration."""

    key: str
    number: int
    title: str
    text: str
    required: bool = True
    skip_label: str | None = None
    when: Callable[[Answers], bool] = _always


@dataclass(frozen=True, kw_only=True)
class OneOf(Question):
    """A question answered by one button; a single remaining choice answers itself."""

    choices: tuple[Choice, ...] | Callable[[Answers], tuple[Choice, ...]]

    def offered(self, answers: Answers) -> tuple[Choice, ...]:
        """Return the choices that fit the answers given so far."""
        return self.choices(answers) if callable(self.choices) else self.choices


@dataclass(frozen=True, kw_only=True)
class SomeOf(OneOf):
    """A question answered by up to `limit` buttons; the code `alone` excludes the others."""

    limit: int
    alone: str | None = None


@dataclass(frozen=True)
class Parsed:
    """A typed answer that was understood; `to_confirm` asks "is this right?" before it counts."""

    value: str
    to_confirm: bool = False


def _as_is(value: str) -> str:
    return value


@dataclass(frozen=True, kw_only=True)
class Typed(Question):
    """A question answered by typing. `parse` raises InvalidAnswer; `show` is for people's eyes."""

    parse: Callable[[str], Parsed]
    show: Callable[[str], str] = _as_is
    may_skip_after_failures: bool = False


@dataclass(frozen=True)
class Questionnaire:
    """Questions in the order of the paper form; `when` may look at earlier answers only."""

    name: str
    version: int
    questions: tuple[Question, ...]
    by_key: Mapping[str, Question] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {q.key: q for q in self.questions})

    @property
    def last_number(self) -> int:
        """The number of the last question, for "(n/22)"."""
        return max(question.number for question in self.questions)


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
    relevant = relevant_questions(questionnaire, progress.answers)
    if progress.detour is not None:
        for question in relevant:
            if question.key == progress.detour:
                return question
    return next((q for q in relevant if q.key not in progress.answers), None)


def settle(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer]:
    """Drop the answers that an edit made irrelevant, and answer what has one choice left."""
    kept: dict[str, Answer] = {}
    for question in questionnaire.questions:
        if not question.when(kept):
            continue
        if isinstance(question, OneOf):
            codes = [choice.code for choice in question.offered(kept)]
            if question.skip_label is None and len(codes) == 1:
                kept[question.key] = codes[0]
                continue
        if question.key in answers and _still_fits(question, answers[question.key], kept):
            kept[question.key] = answers[question.key]
    return kept


def _still_fits(question: Question, answer: Answer, answers: Answers) -> bool:
    if answer is None:
        return question.skip_label is not None or isinstance(question, Typed)
    if isinstance(question, OneOf):
        codes = {choice.code for choice in question.offered(answers)}
        return codes.issuperset((answer,) if isinstance(answer, str) else answer)
    return isinstance(answer, str)


def _store(questionnaire: Questionnaire, progress: Progress, key: str, answer: Answer) -> Progress:
    answers = settle(questionnaire, {**progress.answers, key: answer})
    return Progress(answers=answers)


def accept_button(
    questionnaire: Questionnaire, progress: Progress, key: str, code: str
) -> Progress:
    """Apply a pressed button of question `key`.

    Raises StaleButton if that question is not the current one or does not offer the button,
    InvalidAnswer if the press breaks a limit.
    """
    question = current_question(questionnaire, progress)
    if question is None or question.key != key or progress.ended is not None:
        raise StaleButton(N_("That button belongs to an earlier step."))
    if code in _CONTROLS:
        return _CONTROLS[code](questionnaire, progress, question)
    if not isinstance(question, OneOf):
        raise StaleButton(N_("That button belongs to an earlier step."))
    choices = {choice.code: choice for choice in question.offered(progress.answers)}
    if code not in choices:
        raise StaleButton(N_("That button belongs to an earlier step."))
    if isinstance(question, SomeOf):
        return replace(progress, ticked=_tick(question, ticks(progress, question), code))
    if choices[code].ends is not None:
        return replace(progress, ended=choices[code].ends)
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


def accept_text(questionnaire: Questionnaire, progress: Progress, raw: str) -> Progress:
    """Apply a typed text to the current question.

    Raises InvalidAnswer if it cannot be understood or the question is answered by buttons;
    StaleButton if no question is open.
    """
    question = current_question(questionnaire, progress)
    if question is None or progress.ended is not None:
        raise StaleButton(N_("That button belongs to an earlier step."))
    if not isinstance(question, Typed):
        raise InvalidAnswer(N_("Sorry, please choose from the buttons below."))
    parsed = question.parse(raw)
    if parsed.to_confirm:
        return replace(progress, typed=parsed.value, failures=0)
    return _store(questionnaire, progress, question.key, parsed.value)


def count_failure(progress: Progress) -> Progress:
    """Return the progress after one more refused answer."""
    return replace(progress, failures=progress.failures + 1)


def correct(questionnaire: Questionnaire, progress: Progress, key: str) -> Progress:
    """Open question `key` again. Raises StaleButton if these answers do not call for it."""
    if key not in {q.key for q in relevant_questions(questionnaire, progress.answers)}:
        raise StaleButton(N_("That button belongs to an earlier step."))
    return Progress(answers=progress.answers, detour=key)


def may_skip(question: Question, progress: Progress) -> bool:
    """Whether "skip" is offered: where the form has it, or after three refused typed answers."""
    failed = progress.failures >= FAILURES_BEFORE_HELP
    return question.skip_label is not None or (
        isinstance(question, Typed) and question.may_skip_after_failures and failed
    )


FAILURES_BEFORE_HELP = 3
"""After this many refused answers the telephone is offered (facts 5-5)."""


def _skip(questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if not may_skip(question, progress):
        raise StaleButton(N_("That button belongs to an earlier step."))
    return _store(questionnaire, progress, question.key, None)


def _back(questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if progress.typed is not None:
        return replace(progress, typed=None)
    earlier = [
        q
        for q in questionnaire.questions[: questionnaire.questions.index(question)]
        if q.key in progress.answers and not _answers_itself(q, progress.answers)
    ]
    if not earlier:
        return progress
    return Progress(answers=progress.answers, detour=earlier[-1].key)


def _answers_itself(question: Question, answers: Answers) -> bool:
    return isinstance(question, OneOf) and len(question.offered(answers)) == 1


def _keep(_questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if question.key not in progress.answers:
        raise StaleButton(N_("That button belongs to an earlier step."))
    return Progress(answers=progress.answers)


def _done(questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if not isinstance(question, SomeOf):
        raise StaleButton(N_("That button belongs to an earlier step."))
    chosen = ticks(progress, question)
    if not chosen:
        raise InvalidAnswer(N_("Choose at least one, then press “Decide”."))
    order = [choice.code for choice in question.offered(progress.answers)]
    return _store(questionnaire, progress, question.key, tuple(sorted(chosen, key=order.index)))


def _yes(questionnaire: Questionnaire, progress: Progress, question: Question) -> Progress:
    if progress.typed is None:
        raise StaleButton(N_("That button belongs to an earlier step."))
    return _store(questionnaire, progress, question.key, progress.typed)


def _retype(_questionnaire: Questionnaire, progress: Progress, _question: Question) -> Progress:
    return replace(progress, typed=None)


_CONTROLS: Mapping[str, Callable[[Questionnaire, Progress, Question], Progress]] = {
    SKIP: _skip,
    BACK: _back,
    KEEP: _keep,
    DONE: _done,
    YES: _yes,
    RETYPE: _retype,
}
