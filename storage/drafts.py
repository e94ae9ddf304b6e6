"""Drafts: one row for each questionnaire that a person is filling in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from domain.consultations import Reference
from domain.drafts import Consent, Draft
from domain.fiscal_year import FiscalYear
from domain.needs import QUESTIONNAIRE
from domain.questions import Progress
from storage.prepared import Prepared
from storage.tables import ConsultationRow, DraftRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.form import Answer, Answers, Questionnaire
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
    DraftRow.questionnaire,
    DraftRow.questionnaire_version,
    DraftRow.progress,
    DraftRow.consent_version,
    DraftRow.consented_at,
    DraftRow.live_message_id,
    DraftRow.contact_keyboard,
    DraftRow.updated_at,
    DraftRow.consultation_id,
    DraftRow.partner_id,
)


_FIND = Prepared(
    lambda _: select(*_COLUMNS).where(
        DraftRow.user_id == bindparam("user_id"),
        DraftRow.questionnaire == bindparam("questionnaire"),
    )
)
_LATEST = Prepared(
    lambda _: (
        select(*_COLUMNS)
        .where(DraftRow.user_id == bindparam("user_id"))
        .order_by(DraftRow.updated_at.desc(), DraftRow.id.desc())
    )
)
_SAVE = Prepared(
    lambda _: (
        update(DraftRow)
        .where(DraftRow.id == bindparam("draft_id"))
        .values(
            questionnaire_version=bindparam("version"),
            progress=bindparam("progress"),
            consent_version=bindparam("consent_version"),
            consented_at=bindparam("consented_at"),
            live_message_id=bindparam("live_message_id"),
            contact_keyboard=bindparam("contact_keyboard"),
            updated_at=bindparam("updated_at"),
        )
    )
)
_REMEMBER_LIVE_MESSAGE = Prepared(
    lambda _: (
        update(DraftRow)
        .where(DraftRow.id == bindparam("draft_id"))
        .values(live_message_id=bindparam("message_id"))
    )
)


_REFERENCE = Prepared(
    lambda _: select(ConsultationRow.fiscal_year, ConsultationRow.number).where(
        ConsultationRow.id == bindparam("case")
    )
)


def _reference(tx: Transaction, case: int | None) -> Reference | None:
    row = _REFERENCE.first(tx, case=case) if case is not None else None
    return Reference(FiscalYear(row[0]), row[1]) if row is not None else None


def _draft(tx: Transaction, row: Sequence[Any]) -> Draft:
    """Return the draft of a row of _COLUMNS."""
    draft_id, user_id, questionnaire, version, progress, notice, consented_at, *rest = row
    live_message_id, contact_keyboard, updated_at, case, partner = rest
    return Draft(
        id=draft_id,
        user_id=user_id,
        questionnaire=questionnaire,
        questionnaire_version=version,
        progress=_progress_from_json(progress),
        consent=None if notice is None else Consent(notice, consented_at),
        live_message_id=live_message_id,
        contact_keyboard=bool(contact_keyboard),
        updated_at=updated_at,
        case=case,
        reference=_reference(tx, case),
        partner=partner,
    )


def find(tx: Transaction, user_id: int, questionnaire: str) -> Draft | None:
    """Return the person's draft of this questionnaire, if there is one."""
    row = _FIND.first(tx, user_id=user_id, questionnaire=questionnaire)
    return _draft(tx, row) if row is not None else None


def latest(tx: Transaction, user_id: int) -> Draft | None:
    """Return the draft the person touched last, of any questionnaire: a typed text is its."""
    row = _LATEST.first(tx, user_id=user_id)
    return _draft(tx, row) if row is not None else None


def by_id(tx: Transaction, draft_id: int) -> Draft | None:
    """Return a draft; None once it is submitted or deleted."""
    row = tx.connection.execute(select(*_COLUMNS).where(DraftRow.id == draft_id)).first()
    return _draft(tx, row) if row is not None else None


def add(
    tx: Transaction,
    user_id: int,
    questionnaire: Questionnaire,
    progress: Progress,
    consent: Consent | None,
    now: datetime,
    case: int | None = None,
    partner: int | None = None,
) -> Draft:
    """Open a draft, for staff without consent.

    Raises IntegrityError if the person has one of this questionnaire.
    """
    draft_id = tx.connection.execute(
        insert(DraftRow)
        .values(
            user_id=user_id,
            questionnaire=questionnaire.name,
            questionnaire_version=questionnaire.version,
            progress=_progress_to_json(progress),
            consent_version=consent.version if consent is not None else None,
            consented_at=consent.given_at if consent is not None else None,
            updated_at=now,
            consultation_id=case,
            partner_id=partner,
        )
        .returning(DraftRow.id)
    ).scalar_one()
    return Draft(
        id=draft_id,
        user_id=user_id,
        questionnaire=questionnaire.name,
        questionnaire_version=questionnaire.version,
        progress=progress,
        consent=consent,
        live_message_id=None,
        contact_keyboard=False,
        updated_at=now,
        case=case,
        reference=_reference(tx, case),
        partner=partner,
    )


def save(tx: Transaction, draft: Draft) -> None:
    """Store a draft as it is now. Raises LookupError if it was deleted since it was read."""
    saved = _SAVE.run(
        tx,
        draft_id=draft.id,
        version=draft.questionnaire_version,
        progress=_progress_to_json(draft.progress),
        consent_version=draft.consent.version if draft.consent is not None else None,
        consented_at=draft.consent.given_at if draft.consent is not None else None,
        live_message_id=draft.live_message_id,
        contact_keyboard=draft.contact_keyboard,
        updated_at=draft.updated_at,
    )
    if saved != 1:
        # The tick may delete it between reading and saving; the next try finds it gone.
        message = f"draft {draft.id} is gone"
        raise LookupError(message)


def attribute(tx: Transaction, draft_id: int, partner: int) -> None:
    """Note by which partner's link somebody came."""
    tx.connection.execute(
        update(DraftRow).where(DraftRow.id == draft_id).values(partner_id=partner)
    )


def remember_live_message(tx: Transaction, draft_id: int, message_id: int) -> None:
    """Remember which message asks the current question."""
    _REMEMBER_LIVE_MESSAGE.run(tx, draft_id=draft_id, message_id=message_id)


def remove(tx: Transaction, draft_id: int) -> None:
    """Delete a draft."""
    tx.connection.execute(delete(DraftRow).where(DraftRow.id == draft_id))


def remove_about_call(tx: Transaction, questionnaire: str, call_id: int) -> None:
    """Delete the drafts of a questionnaire that began with a request to be called back."""
    call = DraftRow.progress["answers"]["call"].as_string()
    tx.connection.execute(
        delete(DraftRow).where(DraftRow.questionnaire == questionnaire, call == str(call_id))
    )


def remove_of_staff(tx: Transaction, user_id: int) -> None:
    """Delete what somebody fills in as a member of the staff, which is all without consent."""
    tx.connection.execute(
        delete(DraftRow).where(DraftRow.user_id == user_id, DraftRow.consent_version.is_(None))
    )


def remove_untouched_since(tx: Transaction, moment: datetime) -> int:
    """Delete the drafts last touched before `moment`; return how many."""
    return tx.connection.execute(delete(DraftRow).where(DraftRow.updated_at < moment)).rowcount


def mark_nudged(
    tx: Transaction, questionnaire: str, untouched_since: datetime, now: datetime
) -> list[Draft]:
    """Mark the drafts untouched since a moment and never nudged; return them."""
    rows = tx.connection.execute(
        update(DraftRow)
        .where(
            DraftRow.questionnaire == questionnaire,
            DraftRow.updated_at <= untouched_since,
            DraftRow.nudged_at.is_(None),
        )
        .values(nudged_at=now)
        .returning(*_COLUMNS)
    )
    return [_draft(tx, row) for row in rows]


def count(tx: Transaction) -> int:
    """Return how many intakes are being filled in."""
    return tx.connection.execute(
        select(func.count()).select_from(DraftRow).where(DraftRow.questionnaire == QUESTIONNAIRE)
    ).scalar_one()
