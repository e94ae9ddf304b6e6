"""Referrals, the sheets that were sent with them, their news, and the missions on the sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, insert, select

from domain.needs_sheet import NeedsSheet
from domain.referrals import AgencyNews, News, Referral, ReferralStanding, SentSheet
from storage.tables import (
    ConsultationRow,
    MissionRow,
    PartnerRow,
    ReferralNewsRow,
    ReferralRow,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from domain.consultations import ConsultationState
    from storage.database import Transaction


def add(tx: Transaction, case: int, partner: int, by: int, at: datetime, sent: SentSheet) -> int:
    """Keep a referral with the sheet that goes; return its id.

    Raises IntegrityError for a second one to the same agency.
    """
    return tx.connection.execute(
        insert(ReferralRow)
        .values(
            consultation_id=case,
            partner_id=partner,
            referred_by=by,
            referred_at=at,
            sheet=_to_json(sent.sheet),
            sheet_version=sent.version,
            sheet_digest=sent.digest,
        )
        .returning(ReferralRow.id)
    ).scalar_one()


def find(tx: Transaction, referral_id: int) -> ReferralStanding | None:
    """Return a referral with its latest news."""
    return next(iter(_standing(tx, ReferralRow.id == referral_id)), None)


def of_case(tx: Transaction, case: int) -> list[ReferralStanding]:
    """Return the referrals of a case with the latest news of each, oldest first."""
    return _standing(tx, ReferralRow.consultation_id == case)


def under_way(
    tx: Transaction, states: Collection[ConsultationState], since: datetime
) -> list[ReferralStanding]:
    """Return the referrals made before a moment, of cases in these states, oldest first.

    Those whose agency passes are among them (`is_over`).
    """
    in_states = exists().where(
        ConsultationRow.id == ReferralRow.consultation_id, ConsultationRow.state.in_(states)
    )
    return _standing(tx, in_states & (ReferralRow.referred_at < since))


def _standing(tx: Transaction, condition: ColumnElement[bool]) -> list[ReferralStanding]:
    rows = tx.connection.execute(
        select(
            ReferralRow.id,
            ReferralRow.consultation_id,
            ReferralRow.partner_id,
            PartnerRow.name,
            ReferralRow.referred_by,
            ReferralRow.referred_at,
        )
        .join(PartnerRow, PartnerRow.id == ReferralRow.partner_id)
        .where(condition)
        .order_by(ReferralRow.id)
    ).all()
    news: dict[int, list[AgencyNews]] = {row.id: [] for row in rows}
    for referral, heard in _news(tx, ReferralNewsRow.referral_id.in_(news)):
        news[referral].append(heard)
    return [
        ReferralStanding(
            Referral(*row),
            max(news[row.id], key=lambda heard: (heard.on, heard.at), default=None),
            any(heard.news is News.DECLINED for heard in news[row.id]),
        )
        for row in rows
    ]


def sent_sheet(tx: Transaction, referral_id: int) -> SentSheet | None:
    """Return the sheet that was sent with a referral, in its words of then."""
    row = tx.connection.execute(
        select(ReferralRow.sheet, ReferralRow.sheet_version, ReferralRow.sheet_digest).where(
            ReferralRow.id == referral_id
        )
    ).first()
    if row is None:
        return None
    return SentSheet(_from_json(row.sheet), row.sheet_version, row.sheet_digest)


def add_news(tx: Transaction, referral_id: int, heard: AgencyNews) -> bool:
    """Append news of a referral; False if the same is recorded of that day."""
    added = tx.connection.execute(
        tx.insert(ReferralNewsRow)
        .values(
            referral_id=referral_id,
            news=heard.news,
            heard_on=heard.on,
            recorded_by=heard.by,
            recorded_at=heard.at,
        )
        .on_conflict_do_nothing()
        .returning(ReferralNewsRow.id)
    )
    return added.first() is not None


def news_of_case(tx: Transaction, case: int) -> list[tuple[int, AgencyNews]]:
    """Return all news of a case with the referral each is of, in the order it was recorded."""
    theirs = select(ReferralRow.id).where(ReferralRow.consultation_id == case)
    return _news(tx, ReferralNewsRow.referral_id.in_(theirs))


def _news(tx: Transaction, condition: ColumnElement[bool]) -> list[tuple[int, AgencyNews]]:
    rows = tx.connection.execute(
        select(
            ReferralNewsRow.referral_id,
            ReferralNewsRow.news,
            ReferralNewsRow.heard_on,
            ReferralNewsRow.recorded_by,
            ReferralNewsRow.recorded_at,
        )
        .where(condition)
        .order_by(ReferralNewsRow.id)
    )
    return [
        (row[0], AgencyNews(News(row.news), row.heard_on, row.recorded_by, row.recorded_at))
        for row in rows
    ]


def mission(tx: Transaction, case: int) -> str | None:
    """Return the mission that stands on a case's sheet."""
    return tx.connection.execute(
        select(MissionRow.text).where(MissionRow.consultation_id == case)
    ).scalar_one_or_none()


def set_mission(tx: Transaction, case: int, text: str, by: int, at: datetime) -> None:
    """Put a mission on the sheets of a case from now on."""
    values = {"text": text, "written_by": by, "written_at": at}
    tx.connection.execute(
        tx.insert(MissionRow)
        .values(consultation_id=case, **values)
        .on_conflict_do_update(index_elements=["consultation_id"], set_=values)
    )


def _to_json(sheet: NeedsSheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "head": sheet.head,
        "sections": sheet.sections,
        "notes": sheet.notes,
    }


def _from_json(stored: dict[str, Any]) -> NeedsSheet:
    return NeedsSheet(
        title=stored["title"],
        head=_lines(stored["head"]),
        sections=tuple((title, _lines(lines)) for title, lines in stored["sections"]),
        notes=tuple(stored["notes"]),
    )


def _lines(stored: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, words) for name, words in stored)
