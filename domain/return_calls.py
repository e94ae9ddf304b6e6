"""A return call: somebody would rather be telephoned (R9). It is no consultation, nor counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.form import OneOf, Questionnaire, Typed, choices
from domain.questions import Progress
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import datetime

    from domain.drafts import Consent
    from domain.form import Answers

QUESTIONNAIRE = "call"
VERSION = 1
_NAME = N_(
    "Please type your name, and your company's if you like.\nExample: 山田 太郎（見本製作所）"
)
_SHARED_KEYS = ("contact", "tel")


class CallTime(StrEnum):
    """When somebody would like to be called."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


CALL_TIMES = {
    CallTime.MORNING: N_("Morning"),
    CallTime.AFTERNOON: N_("Afternoon"),
    CallTime.ANY: N_("Any time in office hours"),
}


def return_call_questionnaire(needs: Questionnaire) -> Questionnaire:
    """Return the questions of a return call; name and number are parsed as in the needs form."""
    contact, tel = (needs.by_key[key] for key in _SHARED_KEYS)
    if not isinstance(tel, Typed):
        message = "the needs form asks for its telephone number otherwise"
        raise TypeError(message)
    questions = (
        replace(contact, number=1, title=N_("Your name"), text=_NAME, when=_always),
        replace(tel, number=2, skip_label=None, when=_always),
        OneOf(
            key="when",
            number=3,
            title=N_("When to call"),
            text=N_("When shall we call you?"),
            choices=choices(*CALL_TIMES.items()),
        ),
    )
    return Questionnaire(
        QUESTIONNAIRE,
        VERSION,
        questions,
        steps=len(questions),
        review=N_("We will call you back as follows. Nothing has been sent yet."),
        send=N_("Ask for the call"),
    )


def known_already(needs: Answers) -> Progress:
    """Return the progress of a return call with what an intake has answered already."""
    return Progress({k: needs[k] for k in _SHARED_KEYS if needs.get(k) is not None})


def _always(_answers: Answers) -> bool:
    return True


@dataclass(frozen=True)
class NewReturnCall:
    """A request as it is submitted; `requested_at` in UTC, `partner` the one that sent them."""

    draft_id: int
    user_id: int
    answers: Answers
    consent: Consent
    requested_at: datetime
    partner: int | None


@dataclass(frozen=True)
class ReturnCall:
    """A request to be called back; open until somebody on the staff says it is `done_at`.

    `partner` is the partner that sent them, if any.
    """

    id: int
    user_id: int
    answers: Answers
    requested_at: datetime
    assignee: int | None
    done_at: datetime | None
    partner: int | None
