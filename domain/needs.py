"""The needs questionnaire (sections 0, A–E), as the paper form reads, and what its answers mean."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from domain.consultations import CompanyIdentity
from domain.contact import (
    name_key,
    parse_company_name,
    parse_corporate_number,
    parse_email,
    parse_free_text,
    parse_person_name,
    parse_telephone,
    show_telephone,
)
from domain.industry import BRANCHES, INDUSTRIES, size_category
from domain.questions import (
    Answers,
    Choice,
    OneOf,
    Question,
    Questionnaire,
    SomeOf,
    Typed,
)
from domain.size import (
    CAPITAL_BANDS,
    EMPLOYEE_BANDS,
    Eligibility,
    OrgForm,
    SizeVerdict,
    classify,
    eligibility,
    possible_sizes,
)
from domain.texts import N_

if TYPE_CHECKING:
    from domain.programme import Programme

QUESTIONNAIRE = "needs"
VERSION = 1
OUTSIDE = "out"
UNKNOWN = "unknown"
JOB_SEEKER, WITHDRAWN = "job_seeker", "withdrawn"
SKIP, LATER = N_("Skip"), N_("Later")


def _choices(*pairs: tuple[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(code, label) for code, label in pairs)


def _is(answers: Answers, key: str, *codes: str) -> bool:
    answer = answers.get(key)
    given = {answer} if isinstance(answer, str) else set(answer or ())
    return not given.isdisjoint(codes)


def _company_like(answers: Answers) -> bool:
    return _is(answers, "org_form", OrgForm.COMPANY, OrgForm.COOPERATIVE)


def _not_sole(answers: Answers) -> bool:
    return "org_form" in answers and not _is(answers, "org_form", OrgForm.SOLE)


def _inside(answers: Answers) -> bool:
    return "area" in answers and not _is(answers, "area", OUTSIDE)


def _outside(answers: Answers) -> bool:
    return _is(answers, "area", OUTSIDE)


def _agent(answers: Answers) -> bool:
    return _is(answers, "role", "agent")


def _branched(answers: Answers) -> bool:
    return _is(answers, "industry", *BRANCHES)


def _full_time(answers: Answers) -> bool:
    return _is(answers, "engage", "full")


def _side_job(answers: Answers) -> bool:
    return _is(answers, "engage", "side")


def _by_email(answers: Answers) -> bool:
    return "tel" in answers and answers["tel"] is None


def _area_choices(programme: Programme) -> tuple[Choice, ...]:
    choices = []
    for number, area in enumerate(programme.geography.areas):
        towns = programme.towns_of(area)
        examples = "・".join(town.name.rstrip("市町村") for town in towns[:3])
        more = "…" if len(towns) > 3 else ""
        choices.append(Choice(f"a{number}", f"{area}（{examples}{more}）"))
    return (*choices, Choice(OUTSIDE, N_("Outside the prefecture only")))


def _town_choices(programme: Programme, answers: Answers) -> tuple[Choice, ...]:
    area = programme.geography.areas[int(str(answers["area"])[1:])]
    return tuple(Choice(town.code, town.name) for town in programme.towns_of(area))


def _hub_choices(programme: Programme) -> tuple[Choice, ...]:
    hubs = [Choice(f"h{n}", hub.prefecture) for n, hub in enumerate(programme.hubs)]
    return (*hubs, Choice("other", N_("Another prefecture")))


def _branch_choices(answers: Answers) -> tuple[Choice, ...]:
    return tuple(Choice(code, name) for code, name, _ in BRANCHES[str(answers["industry"])])


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


def needs_questionnaire(programme: Programme) -> Questionnaire:
    """Return the questionnaire for a programme's areas, municipalities and hubs."""
    return Questionnaire(
        QUESTIONNAIRE,
        VERSION,
        (*_about_company(programme), *_about_issues(), *_about_talent(), *_about_contact()),
    )


def _about_company(programme: Programme) -> tuple[Question, ...]:
    return (
        OneOf(
            key="role",
            number=2,
            title=N_("Your position"),
            text=N_("Who is filling this in?"),
            choices=(
                *_choices(
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
            choices=_choices(
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
            parse=parse_company_name,
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
            skip_label=LATER,
            when=_not_sole,
            parse=parse_corporate_number,
        ),
        OneOf(
            key="area",
            number=6,
            title=N_("Area"),
            text=N_("In which area is your main office in the prefecture?"),
            choices=_area_choices(programme),
        ),
        OneOf(
            key="city",
            number=6,
            title=N_("City, town or village"),
            text=N_("Please choose the city, town or village."),
            when=_inside,
            choices=partial(_town_choices, programme),
        ),
        OneOf(
            key="prefecture",
            number=6,
            title=N_("Prefecture"),
            text=N_("In which prefecture is your main office?"),
            when=_outside,
            choices=_hub_choices(programme),
        ),
        OneOf(
            key="continue_outside",
            number=6,
            title=N_("Consulting this hub"),
            text=N_(
                "This counter serves firms with an office in the prefecture. Your own hub may "
                "serve you better, but you are welcome to go on here."
            ),
            when=_outside,
            choices=(
                Choice("go_on", N_("Go on here")),
                Choice(WITHDRAWN, N_("Stop here"), ends=WITHDRAWN),
            ),
        ),
        OneOf(
            key="industry",
            number=7,
            title=N_("Industry"),
            text=N_("Please choose your main industry: the business with the largest sales."),
            choices=_choices(*INDUSTRIES),
        ),
        OneOf(
            key="branch",
            number=7,
            title=N_("Branch"),
            text=N_("Could you tell us a little more?"),
            when=_branched,
            choices=_branch_choices,
        ),
        OneOf(
            key="capital",
            number=8,
            title=N_("Capital"),
            text=N_("How much is the capital?"),
            when=_company_like,
            choices=_choices(
                *zip(CAPITAL_BANDS, _CAPITAL_LABELS, strict=True), (UNKNOWN, N_("I don't know"))
            ),
        ),
        OneOf(
            key="employees",
            number=9,
            title=N_("Regular employees"),
            text=N_("How many regular employees are there? Executives are not included."),
            choices=_choices(*zip(EMPLOYEE_BANDS, _EMPLOYEE_LABELS, strict=True)),
        ),
        OneOf(
            key="sales",
            number=10,
            title=N_("Yearly sales"),
            text=N_("What were the sales of the latest year?"),
            required=False,
            skip_label=N_("I'd rather not say"),
            choices=_choices(
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
            when=lambda answers: _is(answers, "org_form", OrgForm.COMPANY),
            choices=_choices(("yes", N_("Yes")), ("no", N_("No")), (UNKNOWN, N_("I don't know"))),
        ),
    )


def _about_issues() -> tuple[Question, ...]:
    return (
        SomeOf(
            key="issue",
            number=12,
            title=N_("Issues"),
            text=N_("Which issues do you want to work on now? Choose up to three."),
            limit=3,
            alone="unclear",
            choices=_choices(
                ("sales", N_("Sales channels")),
                ("product", N_("New products or businesses")),
                ("productivity", N_("Productivity and quality")),
                ("digital", N_("Digitalisation")),
                ("overseas", N_("Business abroad")),
                ("finance", N_("Finance and management accounting")),
                ("people", N_("People and organisation")),
                ("succession", N_("Business succession")),
                ("frontier", N_("Entering an advanced industry")),
                ("unclear", N_("Not clear yet")),
            ),
        ),
        Typed(
            key="issue_text",
            number=13,
            title=N_("The situation in a word"),
            text=N_(
                "If you like, tell us the situation in a word (up to 300 characters). "
                "Please write no conditions of age or sex and no names of people.\n"
                "Example: we want customers in other prefectures but have no sales manager."
            ),
            required=False,
            skip_label=SKIP,
            parse=parse_free_text,
        ),
        OneOf(
            key="stage",
            number=14,
            title=N_("Stage"),
            text=N_("How far along are you?"),
            choices=_choices(
                ("thinking", N_("We start thinking now")),
                ("direction", N_("The direction is set")),
                ("plan", N_("There is a plan")),
                ("running", N_("We have started already")),
            ),
        ),
    )


_DISCUSS = ("discuss", N_("Let's decide together"))


def _about_talent() -> tuple[Question, ...]:
    return (
        SomeOf(
            key="talent",
            number=15,
            title=N_("Talent wanted"),
            text=N_("What kind of person do you have in mind? Choose up to two."),
            limit=2,
            alone="discuss",
            choices=_choices(
                ("management", N_("Management")),
                ("successor", N_("Successor or right hand")),
                ("marketing", N_("Sales channels and marketing")),
                ("newbiz", N_("New business and products")),
                ("production", N_("Production, quality, technology")),
                ("it", N_("Digital and IT")),
                ("abroad", N_("Business abroad")),
                ("accounting", N_("Finance and management accounting")),
                ("hr", N_("People and organisation")),
                _DISCUSS,
            ),
        ),
        SomeOf(
            key="engage",
            number=16,
            title=N_("Engagement"),
            text=N_("How should they work with you? Choose all that suit you."),
            limit=4,
            alone="discuss",
            choices=_choices(
                ("full", N_("Full-time employment")),
                ("side", N_("Side job (e.g. service contract)")),
                ("second", N_("Secondment")),
                ("trial", N_("Short term or trial")),
                _DISCUSS,
            ),
        ),
        OneOf(
            key="salary",
            number=17,
            title=N_("Yearly salary"),
            text=N_("What yearly salary do you have in mind?"),
            when=_full_time,
            choices=_choices(
                ("le4m", N_("Up to ¥4 million")),
                ("le6m", N_("Up to ¥6 million")),
                ("le8m", N_("Up to ¥8 million")),
                ("le10m", N_("Up to ¥10 million a year")),
                ("gt10m", N_("Over ¥10 million a year")),
                _DISCUSS,
            ),
        ),
        OneOf(
            key="fee",
            number=17,
            title=N_("Monthly fee"),
            text=N_("What monthly fee do you have in mind for a service contract?"),
            when=_side_job,
            choices=_choices(
                ("le50k", N_("Up to ¥50,000")),
                ("le100k", N_("Up to ¥100,000")),
                ("le200k", N_("Up to ¥200,000")),
                ("gt200k", N_("Over ¥200,000")),
                _DISCUSS,
            ),
        ),
        OneOf(
            key="timing",
            number=18,
            title=N_("Timing"),
            text=N_("By when do you need them?"),
            choices=_choices(
                ("now", N_("At once")),
                ("3m", N_("Within 3 months")),
                ("6m", N_("Within half a year")),
                ("12m", N_("Within a year")),
                ("open", N_("Undecided")),
            ),
        ),
        OneOf(
            key="share",
            number=19,
            title=N_("Sharing"),
            text=N_(
                "May we share what you tell us with (1) registered talent agencies, (2) your bank "
                "and support institutions? You can also decide after the meeting. If you hire "
                "through an agency, its fee applies; the consultation is free."
            ),
            choices=_choices(
                ("later", N_("Decide after the meeting")),
                ("both", N_("Both (1) and (2)")),
                ("agency", N_("Only (1) talent agencies")),
                ("bank", N_("Only (2) bank and support institutions")),
            ),
        ),
        OneOf(
            key="channel",
            number=19,
            title=N_("How you found us"),
            text=N_("Where did you hear of this counter?"),
            required=False,
            skip_label=SKIP,
            choices=_choices(
                ("prefecture", N_("Prefecture or municipality")),
                ("bank", N_("Bank")),
                ("chamber", N_("Chamber or society of commerce")),
                ("agency", N_("Industrial promotion corporation")),
                ("friend", N_("Acquaintance or customer")),
                ("internet", N_("Internet")),
                ("else", N_("Other")),
            ),
        ),
    )


def _about_contact() -> tuple[Question, ...]:
    return (
        Typed(
            key="agent",
            number=20,
            title=N_("Your institution"),
            text=N_("Please type the name of your institution."),
            when=_agent,
            parse=parse_person_name,
        ),
        OneOf(
            key="agent_consent",
            number=20,
            title=N_("The company's consent"),
            text=N_("Has the company agreed to this consultation?"),
            when=_agent,
            choices=(
                Choice("yes", N_("Yes, it has agreed")),
                Choice(WITHDRAWN, N_("Not yet (stop here)"), ends=WITHDRAWN),
            ),
        ),
        Typed(
            key="contact",
            number=20,
            title=N_("Contact person"),
            text=N_(
                "Please type the name of the contact person, with the position if you like.\n"
                "Example: 山田 太郎（専務）"
            ),
            parse=parse_person_name,
        ),
        Typed(
            key="tel",
            number=21,
            title=N_("Telephone"),
            text=N_(
                "Please type a telephone number that reaches you in the daytime.\n"
                "Example: 048-830-0000"
            ),
            skip_label=N_("E-mail instead"),
            parse=parse_telephone,
            show=show_telephone,
        ),
        Typed(
            key="email",
            number=21,
            title=N_("E-mail"),
            text=N_("Please type your e-mail address.\nExample: yamada@example.co.jp"),
            when=_by_email,
            parse=parse_email,
        ),
        OneOf(
            key="method",
            number=22,
            title=N_("How to meet"),
            text=N_("How would you like to meet?"),
            choices=_choices(
                ("visit", N_("Visit to your office")),
                ("hub", N_("At the hub")),
                ("online", N_("Online")),
                ("phone", N_("By telephone")),
            ),
        ),
        OneOf(
            key="when",
            number=22,
            title=N_("When to call"),
            text=N_("When may we contact you to fix the date?"),
            choices=_choices(
                ("morning", N_("In the morning")),
                ("afternoon", N_("In the afternoon")),
                ("any", N_("Any time in office hours")),
            ),
        ),
    )


def in_prefecture(answers: Answers) -> bool:
    """Whether the company has an office in the prefecture (R7)."""
    return not _outside(answers)


def _size_facts(answers: Answers) -> tuple[OrgForm, str | None, str | None, str]:
    branch, capital = answers.get("branch"), answers.get("capital")
    return (
        OrgForm(str(answers["org_form"])),
        str(branch) if branch is not None else None,
        None if capital in (None, UNKNOWN) else str(capital),
        str(answers["employees"]),
    )


def size_verdict(answers: Answers) -> SizeVerdict:
    """Return the size class of a finished intake (facts 2-3)."""
    form, branch, capital, employees = _size_facts(answers)
    return classify(form, size_category(str(answers["industry"]), branch), capital, employees)


def kpi_eligibility(answers: Answers) -> Eligibility:
    """Return whether a finished intake counts for the KPI (R7)."""
    form, branch, capital, employees = _size_facts(answers)
    category = size_category(str(answers["industry"]), branch)
    possible = possible_sizes(form, category, capital, employees)
    return eligibility(possible, in_prefecture=in_prefecture(answers))


def company_identity(answers: Answers) -> CompanyIdentity:
    """Return what the company of a finished intake is recognised by (R3)."""
    number = answers.get("corporate_number")
    name = str(answers["company"])
    return CompanyIdentity(
        corporate_number=str(number) if number is not None else None,
        name=name,
        name_key=name_key(name),
        city=str(answers.get("city") or answers.get("prefecture")),
    )


def intake_channel(answers: Answers) -> str:
    """Return how the company came to know the hub; every intake came by the bot."""
    channel = answers.get("channel")
    return str(channel) if channel is not None else "unknown"
