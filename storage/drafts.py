"""Drafts: one row for each person's open questionnaire, and the language they chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.drafts import Consent, Draft
from domain.questions import Progress
from storage.tables import DraftRow, PersonRow

if TYPE_CHECKING:
    from datetime import datetime

    from domain.form import Answer, Answers
    from storage.database import Transaction


def answers_to_json(answers: Answers) -> dict[str, Any]:
    """Return answers as JSON values: a tuple becomes a list."""
    return {key: list(a) if isinstance(a, tuple) else a for key, a in answers.items()}


def answers_from_json(data: dict[str, Any]) -> dict[str, Answer]:
    """Return answers as the engine knows them: a list becomes a tuple."""
    return {key: tuple(a) if isinstance(a, list) else a for key, a in data.items()}


def _progress_to_json(progress: Progress) -> dict[str, Any]:
    return {
        "answers": answers_to_json(progress.answers),
        "ticked": None if progress.ticked is None else list(progress.ticked),
        "typed": progress.typed,
        "failures": progress.failures,
        "detour": progress.detour,
    }


def _progress_from_json(data: dict[str, Any]) -> Progress:
    return Progress(
        answers=answers_from_json(data["answers"]),
        ticked=None if data["ticked"] is None else tuple(data["ticked"]),
        typed=data["typed"],
        failures=data["failures"],
        detour=data["detour"],
    )


_COLUMNS = (
    DraftRow.id,
    DraftRow.user_id,
    DraftRow.questionnaire_version,
    DraftRow.progress,
    DraftRow.consent_version,
    DraftRow.consented_at,
    DraftRow.live_message_id,
    DraftRow.updated_at,
)


def find(tx: Transaction, user_id: int, questionnaire: str) -> Draft | None:
    """Return the person's draft of this questionnaire, if there is one."""
    row = tx.connection.execute(
        select(*_COLUMNS).where(
            DraftRow.user_id == user_id, DraftRow.questionnaire == questionnaire
        )
    ).first()
    if row is None:
        return None
    return Draft(
        id=row.id,
        user_id=row.user_id,
        questionnaire_version=row.questionnaire_version,
        progress=_progress_from_json(row.progress),
        consent=Consent(row.consent_version, row.consented_at),
        live_message_id=row.live_message_id,
        updated_at=row.updated_at,
    )


def add(
    tx: Transaction,
    user_id: int,
    questionnaire: str,
    version: int,
    progress: Progress,
    consent: Consent,
) -> None:
    """Open a draft, replacing the person's earlier one of the same questionnaire."""
    remove(tx, user_id, questionnaire)
    tx.connection.execute(
        insert(DraftRow).values(
            user_id=user_id,
            questionnaire=questionnaire,
            questionnaire_version=version,
            progress=_progress_to_json(progress),
            consent_version=consent.version,
            consented_at=consent.given_at,
            updated_at=consent.given_at,
        )
    )


def save(tx: Transaction, draft_id: int, progress: Progress, now: datetime) -> None:
    """Store how far the person has come."""
    tx.connection.execute(
        update(DraftRow)
        .where(DraftRow.id == draft_id)
        .values(progress=_progress_to_json(progress), updated_at=now)
    )


def remember_live_message(tx: Transaction, draft_id: int, message_id: int) -> None:
    """Remember which message asks the current question."""
    tx.connection.execute(
        update(DraftRow).where(DraftRow.id == draft_id).values(live_message_id=message_id)
    )


def remove(tx: Transaction, user_id: int, questionnaire: str) -> None:
    """Delete the person's draft of this questionnaire."""
    tx.connection.execute(
        delete(DraftRow).where(DraftRow.user_id == user_id, DraftRow.questionnaire == questionnaire)
    )


def remove_untouched_since(tx: Transaction, moment: datetime) -> int:
    """Delete the drafts last touched before `moment`; return how many."""
    return tx.connection.execute(delete(DraftRow).where(DraftRow.updated_at < moment)).rowcount


def count(tx: Transaction) -> int:
    """Return how many drafts are open."""
    return tx.connection.execute(select(func.count()).select_from(DraftRow)).scalar_one()


def language(tx: Transaction, user_id: int) -> str | None:
    """Return the language the person chose, if any."""
    return tx.connection.execute(
        select(PersonRow.language).where(PersonRow.user_id == user_id)
    ).scalar_one_or_none()


def choose_language(tx: Transaction, user_id: int, chosen: str) -> None:
    """Store the language the person chose."""
    upsert = sqlite.insert if tx.is_sqlite else postgresql.insert
    tx.connection.execute(
        upsert(PersonRow)
        .values(user_id=user_id, language=chosen)
        .on_conflict_do_update(index_elements=["user_id"], set_={"language": chosen})
    )


def languages(tx: Transaction) -> dict[int, str]:
    """Return everybody's chosen language by user id."""
    rows = tx.connection.execute(
        select(PersonRow.user_id, PersonRow.language).where(PersonRow.language.is_not(None))
    )
    return {user_id: chosen for user_id, chosen in rows if chosen is not None}
