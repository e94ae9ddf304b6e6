"""The programme file's part about chasers: after how many days staff are told what is undone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.programme_types import Part

Days = Annotated[int, Field(strict=True, ge=0, le=60)]
NewsDays = Annotated[int, Field(strict=True, ge=1, le=366)]
Months = Annotated[int, Field(strict=True, ge=1, le=60)]
AtLeastOne = Annotated[int, Field(strict=True, ge=1, le=60)]


class ChaserSettings(Part):
    """How long a matter may last, when managers are told, and how often it is repeated.

    A case is overdue, in the list and the summaries, when its company was not contacted for more
    than `no_contact_after_working_days`.
    """

    unassigned_after_working_days: Days = Field(examples=[1])
    no_contact_after_working_days: Days = Field(examples=[3])
    escalate_after_working_days: AtLeastOne = Field(examples=[2])
    repeat_after_working_days: AtLeastOne = Field(examples=[5])
    no_news_after_days: NewsDays = Field(examples=[14])
    follow_up_after_months: tuple[Months, ...] = Field(examples=["[1, 3, 6]"])
