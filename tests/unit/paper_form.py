"""The needs questionnaire of the shipped sample and of a made-up prefecture, and a way through."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.programme_file import SAMPLE, load_programme
from domain.form import Dated, OneOf, Questionnaire, SomeOf, Typed
from domain.needs import needs_questionnaire
from domain.questions import (
    DONE,
    Progress,
    accept_button,
    accept_text,
    current_question,
    ticks,
    yes_to,
)

AOMI = Path(__file__).parent / "data" / "aomi.toml"
SAMPLE_FORM = needs_questionnaire(load_programme(SAMPLE))
AOMI_FORM = needs_questionnaire(load_programme(AOMI))
TODAY = date(2026, 11, 24)
TEXTS = {
    "company": "㈱見本",
    "corporate_number": "7123456789012",
    "issue_text": "営業の山田さんが退職した",
    "agent": "見本信用金庫",
    "contact": "山田 太郎",
    "tel": "048-830-3900",
    "email": "a@example.jp",
}


def answer(
    form: Questionnaire, progress: Progress, choice: str | None = None, today: date = TODAY
) -> Progress:
    """Answer the current question: with this choice or text, else with the first or a sample."""
    question = current_question(form, progress)
    assert question is not None
    if isinstance(question, SomeOf):
        if choice is not None or not ticks(progress, question):
            code = choice or question.offered(progress.answers)[0].code
            progress = accept_button(form, progress, question.key, code)
        return accept_button(form, progress, question.key, DONE)
    if isinstance(question, OneOf):
        code = choice or next(c.code for c in question.offered(progress.answers) if c.is_answer)
        return accept_button(form, progress, question.key, code)
    assert isinstance(question, Typed | Dated)
    if choice is not None and choice.startswith("_"):
        return accept_button(form, progress, question.key, choice)
    if progress.typed is None:
        progress = accept_text(form, progress, choice or TEXTS[question.key], today)
    if progress.typed is not None:
        progress = accept_button(form, progress, question.key, yes_to(progress.typed))
    return progress


def walk(
    form: Questionnaire, progress: Progress | None = None, today: date = TODAY, **choices: str
) -> Progress:
    """Answer all that is open, with these choices or texts by question key."""
    progress = progress or Progress()
    for _ in range(2 * len(form.questions)):
        question = current_question(form, progress)
        if question is None:
            return progress
        progress = answer(form, progress, choices.get(question.key), today)
        if progress.ended is not None:
            return progress
    raise AssertionError(f"no end in sight at {question}")
