"""What is asked to register a partner, or to give one another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.form import Known, OneOf, Parsed, Questionnaire, Typed, choices
from domain.partners import KIND_NAMES, Partner, parse_partner_name
from domain.staff import Action
from domain.texts import N_

if TYPE_CHECKING:
    from domain.form import Answers

QUESTIONNAIRE: Final = "partner"
_REVISION: Final = 1
_NEW: Final = "new"
NEW_PARTNER: Final = {"partner": _NEW}
"""What is known of a partner that is not registered yet."""


def known_of(partner: Partner) -> Answers:
    """Return what is known of a partner that gets another name."""
    return {"partner": str(partner.id), "before": partner.name}


def partner_in(answers: Answers) -> int | None:
    """Return the partner that gets another name; None for one to be registered."""
    code = answers["partner"]
    return None if code == _NEW else int(str(code))


def _is_new(answers: Answers) -> bool:
    return answers.get("partner") == _NEW


def _is_renamed(answers: Answers) -> bool:
    return not _is_new(answers)


def _name(raw: str) -> Parsed:
    name = parse_partner_name(raw)
    return Parsed(name.formal, to_confirm=name.needs_confirmation)


FORM: Final = Questionnaire(
    QUESTIONNAIRE,
    _REVISION,
    (
        Known(key="partner", title=N_("Partner no."), names={_NEW: N_("to be given")}),
        Known(key="before", title=N_("Name until now"), when=_is_renamed),
        OneOf(
            key="kind",
            number=1,
            title=N_("Kind of partner"),
            text=N_("What is it?"),
            choices=choices(*KIND_NAMES.items()),
            when=_is_new,
        ),
        Typed(
            key="name",
            number=2,
            title=N_("Name of the partner"),
            text=N_(
                "Please type its official name, with branch or place if several of them are "
                "partners.\nExample: 株式会社見本銀行 浦和支店"
            ),
            parse=_name,
        ),
    ),
    steps=2,
    review=N_("Is this right? Nothing is recorded yet."),
    send=N_("Record it"),
    permitted=Action.MANAGE_PARTNERS,
)
