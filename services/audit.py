"""Reading the audit log: pages of it, and the export, which is recorded itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.staff import Action
from services.cases import permitted
from storage import audit, staff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.audit_search import AuditEntry, AuditSearch
    from storage.database import Transaction

PAGE = 15
MOST_EXPORTED = 50_000
"""As many lines as an office's spreadsheet still opens at once; further back by the searches."""


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first, and the names of everybody who is or was on the staff."""

    search: AuditSearch
    entries: tuple[AuditEntry, ...]
    has_newer: bool
    has_older: bool
    names: Mapping[int, str]


@dataclass(frozen=True)
class AuditExport:
    """What is exported; `is_all` is False where the oldest entries were too many."""

    entries: tuple[AuditEntry, ...]
    is_all: bool
    names: Mapping[int, str]


def newest(tx: Transaction, user_id: int, search: AuditSearch, now: datetime) -> AuditPage:
    """Return the newest entries. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_AUDIT)
    return _page(tx, search, audit.older(tx, search, now, None, PAGE + 1), has_newer=False)


def older(
    tx: Transaction, user_id: int, search: AuditSearch, now: datetime, than: int
) -> AuditPage:
    """Return the entries before one, or the newest if there are none. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_AUDIT)
    edge = audit.find(tx, than)
    found = [] if edge is None else audit.older(tx, search, now, edge, PAGE + 1)
    if not found:
        return newest(tx, user_id, search, now)
    return _page(tx, search, found, has_newer=True)


def newer(
    tx: Transaction, user_id: int, search: AuditSearch, now: datetime, than: int
) -> AuditPage:
    """Return the entries after one, or the newest where those fill no page. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_AUDIT)
    edge = audit.find(tx, than)
    found = [] if edge is None else audit.newer(tx, search, now, edge, PAGE + 1)
    if len(found) <= PAGE:
        return newest(tx, user_id, search, now)
    # The entry itself is older, so there is more.
    page = _page(tx, search, found[-PAGE:], has_newer=True)
    return replace(page, has_older=True)


def people(tx: Transaction, user_id: int) -> Mapping[int, str]:
    """Return the names of everybody who is or was on the staff. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_AUDIT)
    return staff.everybody(tx)


def note_export(tx: Transaction, user_id: int, search: AuditSearch, now: datetime) -> None:
    """Record that what is found is about to be exported. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_AUDIT)
    audit.append(tx, user_id, AuditAction.EXPORT_AUDIT, f"/{search.code}", now)


def export(tx: Transaction, user_id: int, search: AuditSearch, now: datetime) -> AuditExport:
    """Return the newest entries that are found, up to `MOST_EXPORTED`. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_AUDIT)
    found = tuple(audit.every(tx, search, now, MOST_EXPORTED + 1))
    is_all = len(found) <= MOST_EXPORTED
    return AuditExport(found[:MOST_EXPORTED], is_all, staff.everybody(tx))


def _page(
    tx: Transaction, search: AuditSearch, found: list[AuditEntry], *, has_newer: bool
) -> AuditPage:
    entries = tuple(found[:PAGE])
    return AuditPage(search, entries, has_newer, len(found) > PAGE, staff.everybody(tx))
