"""What is asked of staff for a needs sheet: work and mission, in a text of their own."""

from __future__ import annotations

from typing import Final

from domain.form import Questionnaire, Typed, as_parsed
from domain.mission import read_mission
from domain.staff import Action
from domain.texts import N_

QUESTIONNAIRE: Final = "mission"
_REVISION: Final = 1
KEY: Final = "mission"

FORM: Final = Questionnaire(
    QUESTIONNAIRE,
    _REVISION,
    (
        Typed(
            key=KEY,
            number=1,
            title=N_("Work and mission"),
            text=N_(
                "What shall the person do? Please type it for the agencies (up to 300 characters, "
                "up to ten lines).\n"
                "Please write nothing that tells which company it is, and no conditions of age or "
                "sex.\n"
                "Example: open up customers in other prefectures, together with the owner."
            ),
            parse=as_parsed(read_mission),
        ),
    ),
    steps=1,
    review=N_("Is this right? Agencies will read it."),
    send=N_("Put it on the sheet"),
    permitted=Action.REFER_CASE,
)
