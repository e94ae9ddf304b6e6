"""The paper form as data: questions, their choices, and the conditions they are asked on.

It knows neither a person's progress nor how a question is drawn.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from domain.texts import N_

if TYPE_CHECKING:
    from datetime import date

    from domain.staff import Action

Answer: TypeAlias = str | tuple[str, ...] | None
"""A choice's code, the codes of several choices, a parsed text, or None for "skipped"."""

Answers: TypeAlias = Mapping[str, Answer]


@dataclass(frozen=True)
class Choice:
    """One button of a question.

    `ends` names how the questionnaire ends if it is pressed; `refuses` says why one cannot go on
    with it (the answers stay as they are).
    """

    code: str
    label: str
    ends: str | None = None
    refuses: str | None = None

    @property
    def is_answer(self) -> bool:
        """Whether pressing it answers the question."""
        return self.ends is None and self.refuses is None


def choices(*pairs: tuple[str, str]) -> tuple[Choice, ...]:
    """Return choices that answer, from (code, label)."""
    return tuple(Choice(code, label) for code, label in pairs)


@dataclass(frozen=True)
class ChoicesBy:
    """Choices that depend on an earlier answer: `given` finds it, `by_answer` has the choices."""

    given: Callable[[Answers], Answer]
    by_answer: Mapping[str, tuple[Choice, ...]]


def has_answer(answers: Answers, key: str, *codes: str) -> bool:
    """Whether one of these codes is (among) the answer to `key`."""
    answer = answers.get(key)
    if isinstance(answer, tuple):
        return not set(answer).isdisjoint(codes)
    return answer in codes


def _always(_answers: Answers) -> bool:
    return True


def _no_note(_answers: Answers) -> str | None:
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question of the paper form. `key` is a contract: renaming it is a migration.

    A question is itself and no other: it is built once, and what is drawn of it is kept by it.
    `placeholders` are what `text` leaves to the programme file. `note` is a further text for these
    answers, shown under `text`; it may be a name out of the programme file, which no catalogue has.
    `hint` comes last, next to the buttons.
    """

    is_asked: ClassVar[bool] = True
    key: str
    number: int
    title: str
    text: str
    placeholders: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    skip_label: str | None = None
    when: Callable[[Answers], bool] = _always
    note: Callable[[Answers], str | None] = _no_note
    hint: str | None = None

    def fits(self, answer: Answer, _answers: Answers) -> bool:
        """Whether a saved answer is still one to this question, given the earlier answers."""
        return answer is None and self.skip_label is not None

    def sole_answer(self, _answers: Answers) -> str | None:
        """Return the code that needs no asking, if there is but one."""
        return None


def _no_answers(_text: str) -> Answers:
    return {}


@dataclass(frozen=True, kw_only=True, eq=False)
class OneOf(Question):
    """A question answered by one button; a single choice that cannot be skipped answers itself.

    `named` finds the answers that a typed text names: to this question, and to others with it.
    """

    choices: tuple[Choice, ...] | ChoicesBy
    named: Callable[[str], Answers] = _no_answers
    by_answer: Mapping[Answer, Mapping[str, Choice]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        offers: dict[Answer, tuple[Choice, ...]] = {}
        if isinstance(self.choices, ChoicesBy):
            offers.update(self.choices.by_answer)
        else:
            offers[None] = self.choices
        by_code = {answer: {c.code: c for c in choices} for answer, choices in offers.items()}
        object.__setattr__(self, "by_answer", by_code)

    def offered(self, answers: Answers) -> tuple[Choice, ...]:
        """Return the choices that fit the answers given so far, in order."""
        return tuple(self.by_code(answers).values())

    def by_code(self, answers: Answers) -> Mapping[str, Choice]:
        """Return the offered choices by code; none if the earlier answer is not known."""
        if isinstance(self.choices, ChoicesBy):
            return self.by_answer.get(self.choices.given(answers), {})
        return self.by_answer[None]

    def fits(self, answer: Answer, answers: Answers) -> bool:
        """Whether the answer is still offered."""
        if isinstance(answer, str):
            choice = self.by_code(answers).get(answer)
            return choice is not None and choice.is_answer
        return super().fits(answer, answers)

    def sole_answer(self, answers: Answers) -> str | None:
        """Return the only choice's code, unless one may skip it."""
        choices = self.by_code(answers)
        if len(choices) != 1 or self.skip_label is not None:
            return None
        (choice,) = choices.values()
        return choice.code if choice.is_answer else None


@dataclass(frozen=True, kw_only=True, eq=False)
class SomeOf(OneOf):
    """A question answered by up to `limit` buttons; the code `alone` excludes the others."""

    limit: int
    alone: str | None = None

    def fits(self, answer: Answer, answers: Answers) -> bool:
        """Whether every code is still offered, within the limit."""
        if not isinstance(answer, tuple):
            return Question.fits(self, answer, answers)
        offered = self.by_code(answers)
        alone = self.alone in answer and len(answer) > 1
        return 1 <= len(answer) <= self.limit and not alone and all(c in offered for c in answer)

    def sole_answer(self, _answers: Answers) -> str | None:
        """Never: even a single choice may be left unticked."""
        return None


@dataclass(frozen=True)
class Parsed:
    """A typed answer that was understood; `to_confirm` asks "is this right?" before it counts."""

    value: str
    to_confirm: bool = False


def as_parsed(parse: Callable[[str], str]) -> Callable[[str], Parsed]:
    """Make a question's parser of one whose result need not be confirmed."""
    return lambda raw: Parsed(parse(raw))


def _as_is(value: str) -> str:
    return value


@dataclass(frozen=True, kw_only=True, eq=False)
class Typed(Question):
    """A question answered by typing.

    `parse` raises InvalidAnswer; `show` is for people's eyes; `confirm` asks a text back that
    `parse` wants confirmed (placeholder `value`). With `by_contact` the person may share the
    telephone number of their account instead.
    """

    parse: Callable[[str], Parsed]
    show: Callable[[str], str] = _as_is
    confirm: str = N_("“%(value)s” — is that right?")
    may_skip_after_failures: bool = False
    by_contact: bool = False

    def fits(self, answer: Answer, _answers: Answers) -> bool:
        """Whether it is a text, or may be skipped."""
        if answer is None:
            return self.skip_label is not None or self.may_skip_after_failures
        return isinstance(answer, str)


@dataclass(frozen=True, kw_only=True, eq=False)
class Known(Question):
    """What is known before the form begins: it is shown, never asked and never corrected.

    `names` are the words for its answers; what has none is shown as it is. A form may begin
    without it.
    """

    is_asked: ClassVar[bool] = False

    number: int = 0
    text: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def fits(self, answer: Answer, _answers: Answers) -> bool:
        """Whether it is known."""
        return isinstance(answer, str)

    def sole_answer(self, answers: Answers) -> str | None:
        """Return what is known."""
        answer = answers.get(self.key)
        return answer if isinstance(answer, str) else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Dated(Question):
    """A question answered by typing a day; the answer is an ISO date (JST).

    `parse_day` reads a text on a given day, so that 昨日 and 11/24 mean what they mean then. It
    raises InvalidAnswer.
    """

    parse_day: Callable[[str, date], date]

    def fits(self, answer: Answer, answers: Answers) -> bool:
        """Whether it is a day, or may be skipped."""
        return isinstance(answer, str) or super().fits(answer, answers)


@dataclass(frozen=True)
class Section:
    """A section of the paper form, from the question numbered `first` on."""

    first: int
    title: str


@dataclass(frozen=True)
class Questionnaire:
    """Questions in the order of the paper form; `when` may look at earlier answers only.

    `revision` is raised by hand when a rule changes that the keys and codes do not show. `steps`
    is the total that progress is counted against: more than `last_number` where the way goes on
    after the questions. `review` heads the finished answers, `send` is on the last button.
    A form for staff names what those who fill it in must be `permitted`; it asks for no consent.
    """

    name: str
    revision: int
    questions: tuple[Question, ...]
    steps: int
    sections: tuple[Section, ...] = ()
    review: str = N_("Is this right? Nothing has been sent yet.")
    send: str = N_("Send")
    permitted: Action | None = None
    by_key: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    position: Mapping[str, int] = field(init=False, repr=False, compare=False)
    version: int = field(init=False, compare=False)
    last_number: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {q.key: q for q in self.questions})
        object.__setattr__(self, "position", {q.key: n for n, q in enumerate(self.questions)})
        object.__setattr__(self, "version", _version(self.revision, self.questions))
        object.__setattr__(self, "last_number", max(q.number for q in self.questions))

    @property
    def for_staff(self) -> bool:
        """Whether staff fill it in."""
        return self.permitted is not None

    def section_of(self, question: Question) -> Section | None:
        """Return the section a question stands in; None before the first."""
        begun = [section for section in self.sections if section.first <= question.number]
        return begun[-1] if begun else None


def _version(revision: int, questions: tuple[Question, ...]) -> int:
    """Return a number that changes with any key, code or limit (31 bits, for an SQL integer)."""
    shape = [revision, *(_shape(question) for question in questions)]
    return zlib.crc32(repr(shape).encode()) & 0x7FFFFFFF


def _shape(question: Question) -> list[object]:
    shape: list[object] = [question.key, type(question).__name__, question.skip_label is None]
    if isinstance(question, OneOf):
        shape.append({answer: list(codes) for answer, codes in question.by_answer.items()})
    if isinstance(question, SomeOf):
        shape += [question.limit, question.alone]
    return shape
