"""Consultations, their companies, their gapless references and the KPI events they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, case, func, insert, or_, select, update

from domain.consultations import (
    COUNTED_KINDS,
    EXCLUDED_STATES,
    OPEN_STATES,
    CompanyIdentity,
    Consultation,
    ConsultationState,
    CountedKind,
    Entry,
    KpiEvent,
    NewConsultation,
    Reference,
)
from domain.fiscal_year import FiscalYear
from domain.return_calls import CallTime
from domain.size import CompanySize, Eligibility, SizeVerdict
from storage.drafts import answers_from_json, answers_to_json
from storage.staff import WORKS_ON_CASES
from storage.tables import (
    CompanyRow,
    ConsultationRow,
    KpiEventRow,
    ReferenceCounterRow,
    StaffRow,
)

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction


_SUBMISSION_LOCK = 0x6D616473


def take_turns(tx: Transaction) -> None:
    """Let no other submission look at companies and cases until this transaction ends.

    Two that do not see each other would both be the first of their company.
    """
    if not tx.is_sqlite:
        tx.connection.execute(select(func.pg_advisory_xact_lock(_SUBMISSION_LOCK)))


def next_reference(tx: Transaction, fiscal_year: FiscalYear) -> Reference:
    """Return the next reference of the year: gapless, since a rollback gives it back."""
    number = tx.connection.execute(
        tx.insert(ReferenceCounterRow)
        .values(fiscal_year=fiscal_year.year, last=1)
        .on_conflict_do_update(
            index_elements=["fiscal_year"], set_={"last": ReferenceCounterRow.last + 1}
        )
        .returning(ReferenceCounterRow.last)
    ).scalar_one()
    return Reference(fiscal_year, number)


def find_company(tx: Transaction, identity: CompanyIdentity) -> int | None:
    """Return the id of a known company, by corporate number or name key + municipality (R3)."""
    return (
        _company_by_number(tx, identity)
        or tx.connection.execute(_same_name(identity).order_by(CompanyRow.id).limit(1)).scalar()
    )


def _same_name(identity: CompanyIdentity) -> Select[int]:
    """Select by name key + municipality, leaving out what bears another corporate number."""
    same_name = select(CompanyRow.id).where(
        CompanyRow.name_key == identity.name_key, CompanyRow.city == identity.city
    )
    if identity.corporate_number is None:
        return same_name
    return same_name.where(CompanyRow.corporate_number.is_(None))


def match_company(tx: Transaction, identity: CompanyIdentity) -> int:
    """Return the id of the company, by corporate number or name key + municipality (R3).

    A company first known without its corporate number learns it; a new one is added.
    """
    found = _company_by_number(tx, identity) or _company_by_name(tx, identity)
    if found is not None:
        return found
    return tx.connection.execute(
        insert(CompanyRow)
        .values(
            corporate_number=identity.corporate_number,
            name=identity.name,
            name_key=identity.name_key,
            city=identity.city,
        )
        .returning(CompanyRow.id)
    ).scalar_one()


def _company_by_number(tx: Transaction, identity: CompanyIdentity) -> int | None:
    if identity.corporate_number is None:
        return None
    return tx.connection.execute(
        select(CompanyRow.id).where(CompanyRow.corporate_number == identity.corporate_number)
    ).scalar_one_or_none()


def _company_by_name(tx: Transaction, identity: CompanyIdentity) -> int | None:
    found = tx.connection.execute(_same_name(identity).order_by(CompanyRow.id).limit(1)).scalar()
    if found is not None and identity.corporate_number is not None:
        tx.connection.execute(
            update(CompanyRow)
            .where(CompanyRow.id == found)
            .values(corporate_number=identity.corporate_number)
        )
    return found


def latest_of_company(tx: Transaction, company_id: int, since: datetime) -> int | None:
    """Return the id of the company's latest consultation since `since` (R3), if any.

    Of one that is excluded nothing can be a duplicate: it does not count.
    """
    return tx.connection.execute(
        select(ConsultationRow.id)
        .where(
            ConsultationRow.company_id == company_id,
            ConsultationRow.submitted_at >= since,
            ConsultationRow.state.not_in(EXCLUDED_STATES),
        )
        .order_by(ConsultationRow.id.desc())
        .limit(1)
    ).scalar()


def latest_open(
    tx: Transaction, company_id: int | None, user_id: int | None
) -> Consultation | None:
    """Return the latest open consultation of the company or of the person (R3)."""
    # Compared to None, a column would be IS NULL: an anonymised row is nobody's.
    theirs = [
        column == value
        for column, value in (
            (ConsultationRow.company_id, company_id),
            (ConsultationRow.user_id, user_id),
        )
        if value is not None
    ]
    if not theirs:
        return None
    found = _load(
        tx,
        select(ConsultationRow)
        .where(or_(*theirs), ConsultationRow.state.in_(OPEN_STATES))
        .order_by(ConsultationRow.id.desc())
        .limit(1),
    )
    return found[0] if found else None


def of_draft(tx: Transaction, draft_id: int, user_id: int | None) -> Consultation | None:
    """Return the consultation that a person's draft became; None for what staff logged."""
    found = _load(
        tx,
        select(ConsultationRow).where(
            ConsultationRow.draft_id == draft_id, ConsultationRow.user_id == user_id
        ),
    )
    return found[0] if found else None


def logged_from_call(tx: Transaction, call_id: int, since: datetime) -> Consultation | None:
    """Return the consultation that was logged from a request to be called back of `since` (R9).

    Requests are deleted in time, and another may get the number.
    """
    found = _load(
        tx,
        select(ConsultationRow)
        .where(
            ConsultationRow.logged_by.is_not(None),
            ConsultationRow.submitted_at >= since,
            ConsultationRow.answers["call"].as_string() == str(call_id),
            ConsultationRow.state.not_in(EXCLUDED_STATES),
        )
        .order_by(ConsultationRow.id)
        .limit(1),
    )
    return found[0] if found else None


def add(
    tx: Transaction,
    new: NewConsultation,
    reference: Reference,
    company_id: int,
    suspected_duplicate_of: int | None,
) -> int:
    """Log a consultation; return its id. A draft makes one at most (unique draft_id)."""
    return tx.connection.execute(
        insert(ConsultationRow)
        .values(
            fiscal_year=reference.fiscal_year.year,
            number=reference.number,
            draft_id=new.draft_id,
            company_id=company_id,
            user_id=new.user_id,
            answers=answers_to_json(new.answers),
            consent_version=new.consent.version,
            consented_at=new.consent.given_at,
            submitted_at=new.submitted_at,
            channel=new.channel,
            state=ConsultationState.NEW,
            size=new.size.size,
            size_to_confirm=new.size.to_confirm,
            eligibility=new.eligibility,
            suspected_duplicate_of=suspected_duplicate_of,
            entry=new.entry,
            took_place_on=new.took_place_on,
            logged_by=new.logged_by,
            partner_id=new.partner,
        )
        .returning(ConsultationRow.id)
    ).scalar_one()


def record_event(tx: Transaction, event: KpiEvent) -> None:
    """Append a countable fact."""
    tx.connection.execute(
        insert(KpiEventRow).values(
            kind=event.kind,
            delta=event.delta,
            effective_date=event.effective_date,
            eligibility=event.eligibility,
            channel=event.channel,
            consultation_id=event.consultation_id,
            reason=event.reason,
            actor=event.actor,
            recorded_at=event.recorded_at,
            match_id=event.match_id,
        )
    )


def sum_of(tx: Transaction, consultation_id: int, kind: CountedKind) -> int:
    """Return how often a consultation counts as `kind`, corrections taken off."""
    total = select(func.coalesce(func.sum(KpiEventRow.delta), 0)).where(
        KpiEventRow.consultation_id == consultation_id, KpiEventRow.kind == kind
    )
    return int(tx.connection.execute(total).scalar_one())


def events_of(tx: Transaction, consultation_id: int) -> list[KpiEvent]:
    """Return the countable facts of a consultation in the order they were recorded."""
    rows = tx.connection.execute(
        select(*KpiEventRow.__table__.columns)
        .where(KpiEventRow.consultation_id == consultation_id)
        .order_by(KpiEventRow.id)
    )
    return [
        KpiEvent(
            kind=COUNTED_KINDS[row.kind],
            delta=row.delta,
            effective_date=row.effective_date,
            eligibility=Eligibility(row.eligibility),
            channel=row.channel,
            consultation_id=row.consultation_id,
            reason=row.reason,
            actor=row.actor,
            recorded_at=row.recorded_at,
            match_id=row.match_id,
        )
        for row in rows
    ]


def take(tx: Transaction, consultation_id: int, assignee: int) -> bool:
    """Assign the consultation if nobody who works on cases has it; False if somebody does."""
    workers = select(StaffRow.user_id).where(WORKS_ON_CASES)
    is_free = ConsultationRow.assignee.is_(None) | ConsultationRow.assignee.not_in(workers)
    result = tx.connection.execute(
        update(ConsultationRow)
        .where(ConsultationRow.id == consultation_id, is_free)
        .values(
            assignee=assignee,
            state=case(
                (ConsultationRow.state == ConsultationState.NEW, ConsultationState.TRIAGED),
                else_=ConsultationRow.state,
            ),
        )
    )
    return result.rowcount == 1


def set_state(tx: Transaction, consultation_id: int, state: ConsultationState) -> None:
    """Change where a consultation stands."""
    tx.connection.execute(
        update(ConsultationRow).where(ConsultationRow.id == consultation_id).values(state=state)
    )


def set_eligibility(tx: Transaction, consultation_id: int, eligibility: Eligibility) -> None:
    """Note whether a consultation counts for the KPI (R7)."""
    tx.connection.execute(
        update(ConsultationRow)
        .where(ConsultationRow.id == consultation_id)
        .values(eligibility=eligibility)
    )


def set_closed_at(tx: Transaction, consultation_id: int, moment: datetime | None) -> None:
    """Note since when a consultation is closed or excluded; None if it is open again."""
    tx.connection.execute(
        update(ConsultationRow)
        .where(ConsultationRow.id == consultation_id)
        .values(closed_at=moment)
    )


def assign(tx: Transaction, consultation_id: int, assignee: int) -> None:
    """Put somebody in charge of a consultation, whoever was before."""
    tx.connection.execute(
        update(ConsultationRow)
        .where(ConsultationRow.id == consultation_id)
        .values(assignee=assignee)
    )


def set_call_when(tx: Transaction, consultation_id: int, when: CallTime | None) -> None:
    """Note when the person would like to be called about the meeting; None for no call."""
    tx.connection.execute(
        update(ConsultationRow).where(ConsultationRow.id == consultation_id).values(call_when=when)
    )


def find(tx: Transaction, consultation_id: int) -> Consultation | None:
    """Return one consultation."""
    found = _load(tx, select(ConsultationRow).where(ConsultationRow.id == consultation_id))
    return found[0] if found else None


def by_reference(tx: Transaction, reference: Reference) -> int | None:
    """Return the id of the consultation with a reference."""
    return tx.connection.execute(
        select(ConsultationRow.id).where(
            ConsultationRow.fiscal_year == reference.fiscal_year.year,
            ConsultationRow.number == reference.number,
        )
    ).scalar_one_or_none()


def of_person(tx: Transaction, user_id: int, limit: int = 5) -> list[Consultation]:
    """Return the person's latest consultations, newest first."""
    return _load(
        tx,
        select(ConsultationRow)
        .where(ConsultationRow.user_id == user_id)
        .order_by(ConsultationRow.id.desc())
        .limit(limit),
    )


def open_of_person(tx: Transaction, user_id: int) -> list[int]:
    """Return the ids of the person's consultations that are not closed, oldest first."""
    return list(
        tx.connection.execute(
            select(ConsultationRow.id)
            .where(
                ConsultationRow.user_id == user_id,
                ConsultationRow.state.in_(OPEN_STATES),
            )
            .order_by(ConsultationRow.id)
        ).scalars()
    )


def _load(tx: Transaction, statement: Select[ConsultationRow]) -> list[Consultation]:
    table = ConsultationRow.__table__
    rows = tx.connection.execute(statement.with_only_columns(*table.columns)).all()
    return [
        Consultation(
            id=row.id,
            reference=Reference(FiscalYear(row.fiscal_year), row.number),
            user_id=row.user_id,
            answers=answers_from_json(row.answers),
            submitted_at=row.submitted_at,
            channel=row.channel,
            state=ConsultationState(row.state),
            assignee=row.assignee,
            size=SizeVerdict(CompanySize(row.size), row.size_to_confirm),
            eligibility=Eligibility(row.eligibility),
            suspected_duplicate_of=_reference(tx, row.suspected_duplicate_of),
            call_when=CallTime(row.call_when) if row.call_when is not None else None,
            entry=Entry(row.entry),
            took_place_on=row.took_place_on,
            logged_by=row.logged_by,
            partner=row.partner_id,
        )
        for row in rows
    ]


def _reference(tx: Transaction, consultation_id: int | None) -> Reference | None:
    if consultation_id is None:
        return None
    row = tx.connection.execute(
        select(ConsultationRow.fiscal_year, ConsultationRow.number).where(
            ConsultationRow.id == consultation_id
        )
    ).one()
    return Reference(FiscalYear(row.fiscal_year), row.number)
