"""The needs questionnaire, sections D and E: sharing, and whom to contact."""

from __future__ import annotations

from functools import partial

from domain.company_name import parse_person_name
from domain.email_address import parse_email
from domain.form import Answers, Choice, OneOf, Question, Typed, as_parsed, choices, has_answer
from domain.needs_company import SKIP, parse_company
from domain.telephone import parse_telephone, show_telephone
from domain.texts import N_


def about_sharing() -> tuple[Question, ...]:
    """Return Q19."""
    return (
        OneOf(
            key="share",
            number=19,
            title=N_("Sharing"),
            text=N_(
                "To advise you better, may we share what you tell us with\n"
                "(1) registered talent agencies?\n"
                "(2) your bank and support institutions?\n"
                "You can also decide after the meeting.\n"
                "If you hire through an agency, its fee applies (the consultation is free)."
            ),
            choices=choices(
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
            choices=choices(
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


def _by_agent(answers: Answers) -> bool:
    return has_answer(answers, "role", "agent")


def _by_email(answers: Answers) -> bool:
    return "tel" in answers and answers["tel"] is None


def about_contact(telephone_example: str) -> tuple[Question, ...]:
    """Return Q20 and Q21; `telephone_example` is a number as the prefecture's firms have it."""
    return (
        Typed(
            key="agent",
            number=20,
            title=N_("Your institution"),
            text=N_("Please type the name of your institution.\nExample: 見本信用金庫 見本支店"),
            when=_by_agent,
            parse=parse_company,
            may_skip_after_failures=True,
        ),
        OneOf(
            key="agent_consent",
            number=20,
            title=N_("The company's consent"),
            text=N_("Has the company agreed to this consultation?"),
            when=_by_agent,
            choices=(
                Choice("yes", N_("Yes, it has agreed")),
                Choice(
                    "not_yet",
                    N_("Not yet"),
                    refuses=N_(
                        "Please go on once the company has agreed. What you entered stays saved."
                    ),
                ),
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
            parse=as_parsed(parse_person_name),
            may_skip_after_failures=True,
        ),
        Typed(
            key="tel",
            number=21,
            title=N_("Telephone"),
            text=N_(
                "Please type a telephone number that reaches you in the daytime.\n"
                "Example: %(example)s"
            ),
            placeholders={"example": telephone_example},
            skip_label=N_("E-mail instead"),
            by_contact=True,
            parse=as_parsed(partial(parse_telephone, example=telephone_example)),
            show=show_telephone,
        ),
        Typed(
            key="email",
            number=21,
            title=N_("E-mail"),
            text=N_("Please type your e-mail address.\nExample: yamada@example.co.jp"),
            when=_by_email,
            parse=as_parsed(parse_email),
        ),
    )
