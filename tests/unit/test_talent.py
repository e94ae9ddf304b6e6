from __future__ import annotations

import pytest

from domain.form import OneOf
from domain.talent import CLASS_NAMES, UNDECIDED, TalentClass, talent_classes
from tests.unit.paper_form import SAMPLE_FORM

T = TalentClass


@pytest.mark.parametrize(
    ("wanted", "classes"),
    [
        (("management", "successor"), (T.MANAGEMENT,)),
        (("accounting", "hr"), (T.MANAGEMENT,)),
        (("marketing", "newbiz"), (T.NEW_BUSINESS,)),
        (("abroad", "it"), (T.NEW_BUSINESS, T.PRODUCTIVITY)),
        (("production", "management"), (T.MANAGEMENT, T.PRODUCTIVITY)),
        (("it", "discuss"), (T.PRODUCTIVITY,)),
        (("discuss",), ()),
        (None, ()),
    ],
)
def test_the_talent_wanted_falls_under_the_three_national_classes(
    wanted: tuple[str, ...] | None, classes: tuple[TalentClass, ...]
) -> None:
    assert talent_classes({"talent": wanted}) == classes


def test_every_choice_of_the_form_has_its_class() -> None:
    talent = SAMPLE_FORM.by_key["talent"]
    assert isinstance(talent, OneOf)
    for code in talent.by_code({}):
        assert bool(talent_classes({"talent": (code,)})) is (code != UNDECIDED)
    assert set(CLASS_NAMES) == set(TalentClass)
