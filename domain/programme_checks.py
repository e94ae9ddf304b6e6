"""Refuses a programme file that contradicts itself, and words what pydantic refuses.

Every refusal names the key and what to write; nothing is corrected or assumed silently.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, get_origin

from pydantic import BaseModel

from domain.fiscal_year import FiscalYear

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from datetime import date, time

    from pydantic import ValidationError
    from pydantic.fields import FieldInfo

    from domain.programme import Kpi, ProgrammeParts
    from domain.programme_booking import BookingHours, MethodSettings
    from domain.working_days import WorkingDays

_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key; please check its spelling",
    "string_too_short": "must not be empty",
    "model_type": "must be a table (a dictionary of keys)",
}


class ProgrammeError(Exception):
    """The file is contradictory or incomplete: `key` says where, `reason` what to do."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


def refusal(error: ValidationError, model: type[BaseModel]) -> ProgrammeError:
    """Return the first thing pydantic found, with the key's example where there is one."""
    first = error.errors(include_url=False)[0]
    # pydantic marks a name that a mapping does not take with one more part.
    loc = tuple(part for part in first["loc"] if part != "[key]")
    key = ""
    for part in loc:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
    reason = _REASONS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        reason += _meant(loc, model)
    field, _ = _found_at(loc, model)
    example = f"; for example {field.examples[0]}" if field and field.examples else ""
    return ProgrammeError(key or "file", reason + example)


def _meant(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    _, table = _found_at(loc[:-1], model)
    known = table.model_fields if table is not None else ()
    close = get_close_matches(str(loc[-1]), known, n=1)
    return f" (is {close[0]} meant?)" if close else ""


def _found_at(
    loc: tuple[int | str, ...], model: type[BaseModel]
) -> tuple[FieldInfo | None, type[BaseModel] | None]:
    """Return the field at a place, and the table that it holds; None for what there is not."""
    field: FieldInfo | None = None
    table: type[BaseModel] | None = model
    is_name = False
    for part in loc:
        if isinstance(part, int) or is_name:
            # A row of a list, or an entry of a mapping: the same field tells what it is.
            is_name = False
            continue
        field = table.model_fields.get(part) if table is not None else None
        if field is None:
            return None, None
        table = _model_in(field.annotation)
        is_name = get_origin(field.annotation) is dict
    return field, table


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = getattr(annotation, "__args__", ())
    return next((found for one in arguments if (found := _model_in(one))), None)


def check_parts(parts: ProgrammeParts, working_days: WorkingDays) -> None:
    """Check what no single key can show. Raises ProgrammeError."""
    _check_projects(parts)
    _check_kpis(parts)
    _check_council(parts)
    _check_office(parts, working_days)
    _check_booking(parts)
    _check_chasers(parts)
    _check_distinct("geography.areas", (area.code for area in parts.geography.areas))


def check_hubs(parts: ProgrammeParts, own_code: str) -> None:
    """Check the other prefectures against the programme's own code. Raises ProgrammeError."""
    _check_distinct("hubs", (hub.code for hub in parts.hubs))
    _check_distinct("hubs", (hub.prefecture for hub in parts.hubs))
    for n, hub in enumerate(parts.hubs):
        if hub.code == own_code or hub.prefecture == parts.plan.prefecture:
            raise ProgrammeError(
                f"hubs[{n}]",
                f"{hub.prefecture} is the programme's own prefecture; please remove it",
            )


def _check_projects(parts: ProgrammeParts) -> None:
    for n, project in enumerate(parts.projects):
        if project.ends_on < project.counted_from:
            raise ProgrammeError(
                f"projects[{n}].ends_on",
                f"{project.ends_on} lies before counted_from ({project.counted_from})",
            )
    for first, second in combinations(parts.projects, 2):
        if first.name == second.name and _overlap(
            (first.counted_from, first.ends_on), (second.counted_from, second.ends_on)
        ):
            raise ProgrammeError(
                "projects", f"two periods of {first.name} overlap; please list each day once"
            )


def _check_kpis(parts: ProgrammeParts) -> None:
    _check_distinct("kpis", (kpi.key for kpi in parts.kpis))
    main = parts.projects[0]
    first = FiscalYear.of_date(main.counted_from)
    last = FiscalYear.of_date(main.ends_on)
    for kpi in parts.kpis:
        _check_increments(f"kpis.{kpi.key}", kpi, first, last)


def _check_increments(key: str, kpi: Kpi, first: FiscalYear, last: FiscalYear) -> None:
    for year in kpi.increments:
        if not first <= year <= last:
            raise ProgrammeError(
                f"{key}.increments_by_year[{year.year}]",
                f"lies outside the project's fiscal years {first.year} to {last.year}",
            )
    total = sum(kpi.increments.values())
    if total != kpi.increments_total:
        raise ProgrammeError(
            f"{key}.increments_total",
            f"says {kpi.increments_total}, but the increments sum to {total}",
        )


def _check_council(parts: ProgrammeParts) -> None:
    council = parts.evaluation.council
    _check_distinct("evaluation.council.members", (member.group for member in council.members))
    seats = sum(member.seats for member in council.members)
    if seats != council.total:
        raise ProgrammeError(
            "evaluation.council.total", f"says {council.total}, but the seats sum to {seats}"
        )
    _check_distinct("evaluation.remind_days_before", parts.evaluation.remind_days_before)


def _check_office(parts: ProgrammeParts, working_days: WorkingDays) -> None:
    office = parts.office
    _check_distinct("office.weekdays", office.weekdays)
    if office.closes <= office.opens:
        raise ProgrammeError(
            "office.closes", f"{office.closes:%H:%M} is not after opens ({office.opens:%H:%M})"
        )
    for n, closure in enumerate(office.closures):
        if closure.last < closure.first:
            raise ProgrammeError(
                f"office.closures[{n}].last", f"{closure.last} lies before first ({closure.first})"
            )
    for earlier, later in pairwise(sorted((c.first, c.last) for c in office.closures)):
        if _overlap(earlier, later):
            raise ProgrammeError("office.closures", f"two closures overlap on {later[0]}")
    try:
        working_days.first_open_from(parts.projects[0].counted_from)
    except ValueError as error:
        raise ProgrammeError("office", f"{error}; please check weekdays and closures") from None


def _check_booking(parts: ProgrammeParts) -> None:
    booking = parts.booking
    _check_hours("booking.hours", parts, booking.hours)
    for method, settings in booking.methods.items():
        key = f"booking.methods.{method}"
        _check_hours(f"{key}.hours", parts, settings.hours)
        if settings.seats > booking.seats:
            raise ProgrammeError(
                f"{key}.seats",
                f"{settings.seats} is more than booking.seats ({booking.seats}), the advisers of "
                f"all methods together; for example {booking.seats}",
            )
        for hours in booking.hours_of(method):
            longest = _minutes_between(hours.opens, hours.closes)
            if longest < settings.minutes:
                raise ProgrammeError(
                    f"{key}.minutes",
                    f"{settings.minutes} minutes do not fit between {hours.opens:%H:%M} and "
                    f"{hours.closes:%H:%M}; for example {longest}",
                )
        _check_notice(key, settings, open_days=len(parts.office.weekdays))


def _check_chasers(parts: ProgrammeParts) -> None:
    untaken = parts.chasers.unassigned_after_working_days
    overdue = parts.chasers.no_contact_after_working_days
    if untaken > overdue:
        raise ProgrammeError(
            "chasers.unassigned_after_working_days",
            f"{untaken} is more than no_contact_after_working_days ({overdue}): a case would be "
            f"listed as overdue before anybody is asked to take it; for example {overdue}",
        )
    _check_distinct("chasers.follow_up_after_months", parts.chasers.follow_up_after_months)


def _check_notice(key: str, settings: MethodSettings, open_days: int) -> None:
    notice = settings.notice_working_days
    days = notice // open_days * 7 + notice % open_days
    if days > settings.horizon_days:
        raise ProgrammeError(
            f"{key}.notice_working_days",
            f"{notice} working days are {days} days at least, and horizon_days is "
            f"{settings.horizon_days}: no day could be booked; for example 2",
        )


def _check_hours(key: str, parts: ProgrammeParts, spans: Sequence[BookingHours]) -> None:
    for n, span in enumerate(spans):
        if span.closes <= span.opens:
            raise ProgrammeError(
                f"{key}[{n}].closes",
                f'{span.closes:%H:%M} is not after opens ({span.opens:%H:%M}); for example "12:00"',
            )
        for name, clock in (("opens", span.opens), ("closes", span.closes)):
            if clock.minute % 15:
                quarter = clock.replace(minute=clock.minute // 15 * 15)
                raise ProgrammeError(
                    f"{key}[{n}].{name}",
                    f'{clock:%H:%M} is not on a quarter of an hour; for example "{quarter:%H:%M}"',
                )
        _check_distinct(f"{key}[{n}].weekdays", span.weekdays)
        for day in span.weekdays:
            if day not in parts.office.weekdays:
                raise ProgrammeError(
                    f"{key}[{n}].weekdays",
                    f"the office is closed on {day}: please take it out, or add it to "
                    f"office.weekdays; for example {_list(parts.office.weekdays)}",
                )
    for one, other in combinations(spans, 2):
        both = [day for day in one.weekdays if day in other.weekdays]
        if both and one.opens < other.closes and other.opens < one.closes:
            raise ProgrammeError(
                key,
                f"{one.opens:%H:%M}–{one.closes:%H:%M} and {other.opens:%H:%M}–"
                f"{other.closes:%H:%M} overlap on {both[0]}; please list each time once",
            )


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _minutes_between(opens: time, closes: time) -> int:
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


def _check_distinct(key: str, values: Iterable[Hashable]) -> None:
    seen: set[Hashable] = set()
    for value in values:
        if value in seen:
            raise ProgrammeError(key, f"{value} is listed twice; please list it once")
        seen.add(value)


def _overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
