"""The needs questionnaire, sections 0 and A: who fills it in, and the company."""

from __future__ import annotations

from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING

from domain.company_name import parse_company_name
from domain.corporate_number import parse_corporate_number
from domain.form import (
    Answers,
    Choice,
    ChoicesBy,
    OneOf,
    Parsed,
    Question,
    Typed,
    as_parsed,
    choices,
    has_answer,
)
from domain.industry import BRANCHES, OFTEN, SELDOM
from domain.programme_types import OUTSIDE
from domain.size import CAPITAL_BANDS, EMPLOYEE_BANDS, OrgForm
from domain.texts import N_

if TYPE_CHECKING:
    from domain.programme import Programme

JOB_SEEKER, WITHDRAWN = "job_seeker", "withdrawn"
UNKNOWN, MORE = "unknown", "more"
SKIP = N_("Skip")


def parse_company(raw: str) -> Parsed:
    """Read a company's name; a legal form that was written out (㈱) is asked back."""
    name = parse_company_name(raw)
    return Parsed(name.formal, to_confirm=name.needs_confirmation)


def industry_of(answers: Answers) -> str:
    """Return the industry's code (Q7), from whichever of its two questions has it."""
    code = answers.get("industry")
    return str(answers.get("other_industry") if code == MORE else code)


def about_company(programme: Programme) -> tuple[Question, ...]:
    """Return Q2 to Q11."""
    return (
        *_about_who(),
        *_about_place(programme),
        *_about_industry(),
        *_about_size(),
    )


def _is_sole(answers: Answers) -> bool:
    return has_answer(answers, "org_form", OrgForm.SOLE)


def _about_who() -> tuple[Question, ...]:
    return (
        OneOf(
            key="role",
            number=2,
            title=N_("Your position"),
            text=N_("Who is filling this in?"),
            choices=(
                *choices(
                    ("owner", N_("Owner or executive")),
                    ("employee", N_("Employee in charge")),
                    ("agent", N_("Support institution or bank, on a company's behalf")),
                ),
                Choice(JOB_SEEKER, N_("I am looking for a job"), ends=JOB_SEEKER),
            ),
        ),
        OneOf(
            key="org_form",
            number=3,
            title=N_("Form of business"),
            text=N_("What is the form of the business?"),
            choices=choices(
                (OrgForm.COMPANY, N_("Company")),
                (OrgForm.SOLE, N_("Sole proprietor")),
                (OrgForm.COOPERATIVE, N_("Cooperative")),
                (OrgForm.OTHER_CORP, N_("Other corporation (medical, welfare, NPO …)")),
            ),
        ),
        Typed(
            key="company",
            number=4,
            title=N_("Company name"),
            text=N_(
                "Please type the official name of the company (or trade name).\n"
                "Example: 株式会社○○ or ○○株式会社"
            ),
            parse=parse_company,
        ),
        Typed(
            key="corporate_number",
            number=5,
            title=N_("Corporate number"),
            text=N_(
                "If you know the corporate number (13 digits), please type it.\n"
                "It is on the National Tax Agency's publication site."
            ),
            required=False,
            skip_label=N_("Later"),
            when=lambda answers: not _is_sole(answers),
            parse=as_parsed(parse_corporate_number),
        ),
    )


def _about_place(programme: Programme) -> tuple[Question, ...]:
    places = programme.municipalities
    areas = programme.geography.areas
    towns = {area.code: places.towns_of(area.name) for area in areas}
    towns_by_area = "\n".join(
        f"{area.name}：{'・'.join(town.short_name for town in towns[area.code])}" for area in areas
    )
    wards = {
        town.code: choices(*((ward.code, ward.name) for ward in places.wards_of(town.code)))
        for town in places.all
        if places.wards_of(town.code)
    }
    return (
        OneOf(
            key="area",
            number=6,
            title=N_("Area"),
            text=N_("In which area is your main office in the prefecture?"),
            note=lambda _answers: towns_by_area,
            hint=N_("You can also type the name of the city, town or village."),
            choices=(
                *choices(*((area.code, _area_label(programme, area.name)) for area in areas)),
                Choice(OUTSIDE, N_("Outside the prefecture only")),
            ),
            named=partial(_place_named, programme),
        ),
        OneOf(
            key="city",
            number=6,
            title=N_("City, town or village"),
            text=N_("Please choose the city, town or village."),
            when=lambda answers: not has_answer(answers, "area", OUTSIDE),
            choices=ChoicesBy(
                methodcaller("get", "area"),
                {
                    area: choices(*((town.code, town.name) for town in inside))
                    for area, inside in towns.items()
                },
            ),
            named=partial(_place_named, programme),
        ),
        OneOf(
            key="ward",
            number=6,
            title=N_("Ward"),
            text=N_("If you like, please choose the ward."),
            required=False,
            skip_label=SKIP,
            when=lambda answers: answers.get("city") in wards,
            choices=ChoicesBy(methodcaller("get", "city"), wards),
            named=partial(_place_named, programme),
        ),
        *_about_outside(programme),
    )


def _place_named(programme: Programme, text: str) -> Answers:
    """Return area, city and ward of a typed name; nothing if it could mean several or none."""
    found = programme.municipalities.named(text)
    if len(found) != 1:
        return {}
    area = next(a.code for a in programme.geography.areas if a.name == found[0].area)
    if found[0].parent:
        return {"area": area, "city": found[0].parent, "ward": found[0].code}
    return {"area": area, "city": found[0].code}


def _area_label(programme: Programme, area: str) -> str:
    towns = programme.municipalities.towns_of(area)
    if len(towns) == 1:
        return f"{area}（{towns[0].name}）"
    more = "…" if len(towns) > _EXAMPLES else ""
    return f"{area}（{programme.municipalities.examples(area, _EXAMPLES)}{more}）"


_EXAMPLES = 3


def _about_outside(programme: Programme) -> tuple[Question, ...]:
    return (
        OneOf(
            key="prefecture",
            number=6,
            title=N_("Prefecture"),
            text=N_("In which prefecture is your main office?"),
            when=lambda answers: has_answer(answers, "area", OUTSIDE),
            choices=(
                *choices(*((hub.code, hub.prefecture) for hub in programme.hubs)),
                Choice("other", N_("Another prefecture")),
            ),
        ),
        OneOf(
            key="continue_outside",
            number=6,
            title=N_("Consulting this hub"),
            text=N_(
                "This counter mainly serves firms with an office in the prefecture. You are "
                "welcome to go on: staff will look at what you write and also tell you who else "
                "can help."
            ),
            when=lambda answers: has_answer(answers, "area", OUTSIDE),
            choices=(
                Choice("go_on", N_("Go on here")),
                Choice(WITHDRAWN, N_("Stop here"), ends=WITHDRAWN),
            ),
        ),
    )


def _about_industry() -> tuple[Question, ...]:
    return (
        OneOf(
            key="industry",
            number=7,
            title=N_("Industry"),
            text=N_("Please choose your main industry: the business with the largest sales."),
            choices=(*choices(*OFTEN), Choice(MORE, N_("Another industry"))),
        ),
        OneOf(
            key="other_industry",
            number=7,
            title=N_("Other industry"),
            text=N_("Please choose from the other industries."),
            when=lambda answers: has_answer(answers, "industry", MORE),
            choices=choices(*SELDOM),
        ),
        OneOf(
            key="branch",
            number=7,
            title=N_("Branch"),
            text=N_("Could you tell us a little more?"),
            when=lambda answers: industry_of(answers) in BRANCHES,
            choices=ChoicesBy(
                industry_of,
                {
                    industry: choices(*((code, name) for code, name, _ in branches))
                    for industry, branches in BRANCHES.items()
                },
            ),
        ),
    )


_CAPITAL_LABELS = (
    N_("Up to ¥10 million"),
    N_("Up to ¥50 million"),
    N_("Up to ¥100 million"),
    N_("Up to ¥300 million"),
    N_("Under ¥1 billion"),
    N_("¥1 billion or more"),
)
_EMPLOYEE_LABELS = (
    N_("0–5 people"),
    N_("6–20 people"),
    N_("21–50 people"),
    N_("51–100 people"),
    N_("101–200 people"),
    N_("201–300 people"),
    N_("301–900 people"),
    N_("901–2,000 people"),
    N_("2,001 people or more"),
)


def _about_size() -> tuple[Question, ...]:
    return (
        OneOf(
            key="capital",
            number=8,
            title=N_("Capital"),
            text=N_("How much is the capital?"),
            when=lambda answers: has_answer(
                answers, "org_form", OrgForm.COMPANY, OrgForm.COOPERATIVE
            ),
            choices=choices(
                *zip(CAPITAL_BANDS, _CAPITAL_LABELS, strict=True), (UNKNOWN, N_("I don't know"))
            ),
        ),
        OneOf(
            key="employees",
            number=9,
            title=N_("Regular employees"),
            text=N_("How many regular employees are there? Executives are not included."),
            choices=choices(*zip(EMPLOYEE_BANDS, _EMPLOYEE_LABELS, strict=True)),
        ),
        OneOf(
            key="sales",
            number=10,
            title=N_("Yearly sales"),
            text=N_("What were the sales of the latest year?"),
            required=False,
            skip_label=N_("I'd rather not say"),
            choices=choices(
                ("lt50m", N_("Under ¥50 million")),
                ("lt100m", N_("¥50–100 million")),
                ("lt300m", N_("¥100–300 million")),
                ("lt1b", N_("¥300 million–1 billion")),
                ("lt5b", N_("¥1–5 billion")),
                ("ge5b", N_("¥5 billion or more")),
            ),
        ),
        OneOf(
            key="group",
            number=11,
            title=N_("Large shareholder"),
            text=N_("Does a large company (or its executives) own half or more of the shares?"),
            required=False,
            skip_label=SKIP,
            when=lambda answers: has_answer(answers, "org_form", OrgForm.COMPANY),
            choices=choices(("yes", N_("Yes")), ("no", N_("No")), (UNKNOWN, N_("I don't know"))),
        ),
    )
