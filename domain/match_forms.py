"""What staff are asked about a match, and about what becomes of it.

Nothing is typed but days: no name of the person is asked for, and there is no place to write one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from domain.eras import StillToCome, parse_date
from domain.form import Dated, Known, OneOf, Question, Questionnaire, choices, has_answer
from domain.matches import (
    ENGAGEMENT_WORDS,
    Engagement,
    MatchAct,
    NewMatch,
)
from domain.staff import Action
from domain.talent import UNDECIDED
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from domain.drafts import Draft
    from domain.form import Answers

MATCH = "match"
MATCH_STEP = "match_step"
MATCH_CONTRACT = "match_contract"
REVISION = 1
_REVIEW = N_("Is this right? Nothing has been recorded yet.")
_NOT_KNOWN = N_("Not known")
_A_MONTH, _HALF_A_YEAR = timedelta(days=31), timedelta(days=183)
_IN, _OUT = "in", "out"
STEP_WORDS: dict[str, str] = {
    MatchAct.AGREE: N_("Agreed"),
    MatchAct.START: N_("Work has begun"),
    MatchAct.END: N_("Work has ended"),
}
"""What has a day that is asked for."""


def _until_today(raw: str, today: date) -> date:
    """Read a day that has come: one without a year is the last such day. Raises InvalidAnswer.

    One of the coming month is refused: it is rather a slip than a day of last year.
    """
    day = parse_date(raw, today)
    # 明日 is of the coming month, too: it must not be read from another day.
    if day > today + _A_MONTH:
        day = parse_date(raw, today - _HALF_A_YEAR)
    if day > today:
        raise StillToCome
    return day


def _planned(raw: str, today: date) -> date:
    """Read the day of a plan: one without a year is to come. Raises InvalidAnswer."""
    day = parse_date(raw, today)
    # A day with a year is the same from wherever it is read.
    return parse_date(raw, today + _HALF_A_YEAR) if day < today - _A_MONTH else day


def _always(_answers: Answers) -> bool:
    return True


def _has_pay(key: str) -> Callable[[Answers], bool]:
    engaged = {
        "salary": (Engagement.FULL, Engagement.SECOND),
        "fee": (Engagement.SIDE, Engagement.CONTRACT),
    }[key]
    return lambda answers: has_answer(answers, "engage", *engaged)


def _pay(needs: Questionnaire, number: int) -> tuple[Question, ...]:
    """Return Q17a and Q17b as of what was agreed on, with the same bands."""
    return (
        _one_of(
            needs,
            "salary",
            number=number,
            title=N_("Yearly income"),
            text=N_("In which band is the yearly income?"),
            when=_has_pay("salary"),
        ),
        _one_of(
            needs,
            "fee",
            number=number,
            title=N_("Fee a month"),
            text=N_("In which band is the fee a month?"),
            when=_has_pay("fee"),
        ),
    )


def _one_of(
    needs: Questionnaire,
    key: str,
    *,
    number: int,
    title: str,
    text: str,
    when: Callable[[Answers], bool] = _always,
) -> OneOf:
    asked = needs.by_key[key]
    if not isinstance(asked, OneOf):
        message = f"the needs form asks for {key} otherwise"
        raise TypeError(message)
    return OneOf(
        key=key,
        number=number,
        title=title,
        text=text,
        when=when,
        required=False,
        skip_label=_NOT_KNOWN,
        choices=tuple(choice for choice in asked.offered({}) if choice.code != UNDECIDED),
    )


def match_questionnaire(needs: Questionnaire) -> Questionnaire:
    """Return the questions about a person found; talent and bands are the `needs` form's."""
    talent = _one_of(
        needs,
        "talent",
        number=2,
        title=N_("Kind of person"),
        text=N_("What kind of person is it?"),
    )
    return Questionnaire(
        MATCH,
        REVISION,
        (
            OneOf(
                key="engage",
                number=1,
                title=N_("Engagement"),
                text=N_("How does the person work for the company?"),
                choices=choices(*ENGAGEMENT_WORDS.items()),
            ),
            replace(talent, required=True, skip_label=None),
            _agreed(3, skip_label=N_("Not agreed yet")),
            Dated(
                key="starts",
                number=4,
                title=N_("Planned start"),
                text=N_("When is work to begin? Please type the day.\nExample: 12/1, R9.4.1"),
                required=False,
                skip_label=_NOT_KNOWN,
                parse_day=_planned,
            ),
            *_pay(needs, 5),
            OneOf(
                key="home",
                number=6,
                title=N_("Lived before"),
                text=N_("Where did the person live until now?"),
                required=False,
                skip_label=_NOT_KNOWN,
                choices=choices(
                    (_IN, N_("In the prefecture")), (_OUT, N_("In another prefecture"))
                ),
            ),
        ),
        steps=6,
        review=_REVIEW,
        send=N_("Record the match"),
        permitted=Action.RECORD_MATCH,
    )


def step_questionnaire() -> Questionnaire:
    """Return what is asked when something has become of a match: its day.

    Which match, by its number in the case, and what has become of it is known beforehand.
    """
    return _about_a_match(
        MATCH_STEP,
        Known(key="step", title=N_("What has happened"), names=STEP_WORDS),
        _agreed(1, when=lambda answers: has_answer(answers, "step", MatchAct.AGREE)),
        _day("started", MatchAct.START, N_("First day of work")),
        _day("ended", MatchAct.END, N_("Last day of work")),
    )


def contract_questionnaire(needs: Questionnaire) -> Questionnaire:
    """Return what is asked when a contract follows a trial (R6); bands are the `needs` form's."""
    contracts = [(e, words) for e, words in ENGAGEMENT_WORDS.items() if e is not Engagement.TRIAL]
    return _about_a_match(
        MATCH_CONTRACT,
        OneOf(
            key="engage",
            number=1,
            title=N_("Engagement"),
            text=N_("How does the person work for the company from now on?"),
            choices=choices(*contracts),
        ),
        _agreed(2),
        *_pay(needs, 3),
    )


def _about_a_match(name: str, *questions: Question) -> Questionnaire:
    return Questionnaire(
        name,
        REVISION,
        (Known(key="match", title=N_("Match")), *questions),
        steps=max(question.number for question in questions),
        review=_REVIEW,
        send=N_("Record it"),
        permitted=Action.RECORD_MATCH,
    )


def _agreed(
    number: int, when: Callable[[Answers], bool] = _always, skip_label: str | None = None
) -> Dated:
    return Dated(
        key="agreed",
        number=number,
        title=N_("Day of agreement"),
        text=N_(
            "When was the offer accepted, or the contract concluded? Please type the day: it "
            "decides the fiscal year.\nExample: 今日, 昨日, 11/24, R8.11.24"
        ),
        when=when,
        skip_label=skip_label,
        parse_day=_until_today,
    )


def _day(key: str, step: MatchAct, title: str) -> Dated:
    return Dated(
        key=key,
        number=1,
        title=title,
        text=N_("Which day was it? Please type it.\nExample: 今日, 昨日, 11/24, R8.11.24"),
        when=lambda answers: has_answer(answers, "step", step),
        parse_day=_until_today,
    )


def new_match(draft: Draft, now: datetime) -> NewMatch:
    """Return the match of a finished form. Raises LookupError if it is about no case."""
    if draft.case is None:
        message = f"draft {draft.id} is about no case"
        raise LookupError(message)
    answers = draft.progress.answers
    home = answers.get("home")
    return NewMatch(
        consultation_id=draft.case,
        engagement=engagement_of(answers),
        talent=str(answers["talent"]),
        agreed_on=day_of(answers, "agreed"),
        starts_on=day_of(answers, "starts"),
        pay=pay_of(answers),
        from_prefecture=None if home is None else home == _IN,
        recorded_at=now,
    )


def engagement_of(answers: Answers) -> Engagement:
    """Return how the person works for the company, of a finished form."""
    return Engagement(str(answers["engage"]))


def pay_of(answers: Answers) -> str | None:
    """Return the band of the pay; None if it is not known."""
    pay = answers.get("salary") or answers.get("fee")
    return str(pay) if pay is not None else None


def day_of(answers: Answers, key: str) -> date | None:
    """Return a typed day (JST); None if it was left out."""
    answer = answers.get(key)
    return date.fromisoformat(str(answer)) if answer is not None else None


def step_of(answers: Answers) -> tuple[MatchAct, date]:
    """Return what has become of a match, and on which day, of a finished form."""
    act = MatchAct(str(answers.get("step", MatchAct.CONTRACT)))
    return act, date.fromisoformat(str(answers[_DAY_OF.get(act, "agreed")]))


_DAY_OF = {MatchAct.START: "started", MatchAct.END: "ended"}
