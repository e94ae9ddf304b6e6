"""/stats and /kpi, and how figures, days and years are written everywhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from babel.numbers import format_decimal

from domain.consultations import KpiKind
from domain.form import OneOf
from domain.size import Eligibility
from domain.texts import N_
from domain.walk_ins import ENTRY_NAMES
from handlers import replies
from handlers.moments import moment
from handlers.updates import user_and_chat
from locales import DEFAULT_LANGUAGE
from services import figures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from telegram import Update

    from domain.consultations import Entry
    from domain.fiscal_year import FiscalYear
    from domain.kpi import KpiYear
    from handlers.context import Context
    from services.figures import KpiTable, PeriodFigures, Waiting

# As wide as a digit in the fonts that Telegram's applications use.
_FIGURE_SPACE = "\u2007"
_OFFICE_CHANNELS = {
    "unknown": N_("Not answered"),
    "telephone": N_("Telephone call"),
    "visit": N_("Visit to the hub"),
    "outreach": N_("Visit by the hub"),
    "event": N_("Seminar or event"),
    "import": N_("Imported"),
}
"""How consultations come in that no owner typed (R8); owners answer by the questionnaire."""


def number(context: Context, value: int | Decimal) -> str:
    """Return a count as the reader's language writes it."""
    return str(format_decimal(value, locale=context.language))


def signed(context: Context, value: int | Decimal) -> str:
    """Return an increment or a difference with its sign: +12, −3, ±0."""
    if value == 0:
        return "±0"
    sign = "+" if value > 0 else "−"
    return sign + number(context, value if value > 0 else -value)


def per_cent(context: Context, rate: Decimal | None) -> str:
    """Return a rate to one place; a dash where there is none."""
    if rate is None:
        return "－"
    return f"{format_decimal(rate, '#,##0.0', locale=context.language)}%"


def cases(context: Context, value: int) -> str:
    """Return a number of cases: 12件."""
    text = context.ngettext("%(count)s case", "%(count)s cases", value)
    return text % {"count": number(context, value)}


def as_of(context: Context, at: datetime) -> str:
    """Return when figures were taken: 11月24日（火） 9:00時点 (JST)."""
    return context.gettext("As of %(moment)s") % {"moment": moment(context, at)}


def year_label(context: Context, year: FiscalYear) -> str:
    """Return a fiscal year as documents write it: 令和8年度, 令和元年度（平成31年度）.

    Readers of other languages know it as FY2026.
    """
    return year.label if context.language == DEFAULT_LANGUAGE else f"FY{year.year}"


def counted(context: Context, counts: Mapping[Eligibility, int]) -> str:
    """Return a total and, where not all of it counts for the KPI, how it divides (R7)."""
    total = cases(context, sum(counts.values()))
    if sum(map(abs, counts.values())) == abs(counts[Eligibility.ELIGIBLE]):
        return total
    text = context.gettext(
        "%(total)s (eligible %(eligible)s, not eligible %(other)s, to be confirmed %(open)s)"
    )
    return text % {
        "total": total,
        "eligible": number(context, counts[Eligibility.ELIGIBLE]),
        "other": number(context, counts[Eligibility.NOT_ELIGIBLE]),
        "open": number(context, counts[Eligibility.TO_CONFIRM]),
    }


def _period_lines(context: Context, title: str, period: PeriodFigures) -> str:
    _ = context.gettext
    lines = [
        f"<b>{title}</b>",
        _("Consultations: %(count)s")
        % {"count": counted(context, period.counts[KpiKind.CONSULTATION])},
        _("Meetings: %(count)s") % {"count": counted(context, period.meetings)},
        _("Referrals: %(count)s") % {"count": counted(context, period.referrals)},
        _("Matches: %(count)s") % {"count": counted(context, period.counts[KpiKind.MATCH])},
    ]
    if context.house.programme.counting.count_trigger == "met":
        received = _("Received: %(count)s") % {"count": counted(context, period.received)}
        lines.insert(1, received)
    return "\n".join(lines)


def waiting_line(context: Context, waiting: Waiting) -> str:
    """Return how many cases are overdue, and the oldest of them by reference."""
    days = context.house.programme.chasers.no_contact_after_working_days
    text = context.ngettext(
        "Not taken or contacted for over %(days)d working day: %(count)s",
        "Not taken or contacted for over %(days)d working days: %(count)s",
        days,
    )
    line = text % {"days": days, "count": cases(context, waiting.count)}
    if not waiting.oldest:
        return line
    more = context.gettext(" …") if waiting.count > len(waiting.oldest) else ""
    return f"{line}\n　{context.gettext(', ').join(map(str, waiting.oldest))}{more}"


async def stats(update: Update, context: Context) -> None:
    """/stats: today, week, month, fiscal year; drafts; what waits; by channel."""
    user, chat = user_and_chat(update)
    now = context.now
    found = await context.read(figures.statistics, context.occasion, user)
    _ = context.gettext
    inner = [
        _("Forms being filled in: %(count)s") % {"count": cases(context, found.drafts)},
        waiting_line(context, found.waiting),
    ]
    if found.messages.failed:
        text = _("Messages that could not be sent (30 days): %(count)s")
        inner.append(text % {"count": cases(context, found.messages.failed)})
    if found.messages.overdue:
        text = _("Messages that wait to be sent: %(count)s")
        inner.append(text % {"count": cases(context, found.messages.overdue)})
    title = _("<b>Figures of the counter</b>")
    parts = [
        f"{title}\n{as_of(context, now)}",
        _period_lines(context, _("Today"), found.today),
        _period_lines(context, _("This week"), found.week),
        _period_lines(context, _("This month"), found.month),
        _period_lines(context, _("This fiscal year"), found.fiscal_year),
        "\n".join(inner),
    ]
    if found.by_entry:
        parts.append(_entry_lines(context, found.by_entry))
    if found.by_channel:
        parts.append(_channel_lines(context, found.by_channel))
    await replies.send(context, chat, "\n\n".join(parts))


def _entry_lines(context: Context, by_entry: Mapping[Entry, int]) -> str:
    _ = context.gettext
    title = _("<b>By how they came in (this fiscal year)</b>")
    lines = [
        f"{_(ENTRY_NAMES[entry])}：{cases(context, count)}" for entry, count in by_entry.items()
    ]
    return "\n".join([title, *lines])


def _channel_lines(context: Context, by_channel: Mapping[str, int]) -> str:
    _ = context.gettext
    question = context.house.questionnaire.by_key["channel"]
    labels = dict(_OFFICE_CHANNELS)
    if isinstance(question, OneOf):
        labels |= {choice.code: choice.label for choice in question.offered({})}
    other = _("Other (%(code)s)")
    lines = [
        f"{escape(_(labels[channel]) if channel in labels else other % {'code': channel})}："
        f"{cases(context, count)}"
        for channel, count in by_channel.items()
    ]
    return "\n".join([_("<b>By channel (this fiscal year)</b>"), *lines])


async def kpi(update: Update, context: Context) -> None:
    """/kpi: every KPI of the plan by fiscal year, one message each."""
    user, chat = user_and_chat(update)
    now = context.now
    tables = await context.read(figures.kpi_report, context.house.programme, user, now)
    for table in tables:
        text = kpi_text(context, table)
        await replies.send(context, chat, f"{text}\n\n{as_of(context, now)}")


def kpi_text(context: Context, table: KpiTable) -> str:
    """Return one KPI: its plan's years that have begun, the years since in one line, and this year.

    HTML; the columns are aligned by spaces as wide as a digit.
    """
    present = table.years[-1]
    planned = [year for year in table.years if year.target is not None and year is not present]
    since = [year for year in table.years[:-1] if year.target is None]
    parts = [_kpi_head(context, table), *(_kpi_year(context, table, year) for year in planned)]
    if since:
        parts.append(_years_without_target(context, since))
    parts.append(_kpi_year(context, table, present))
    return "\n\n".join(parts)


def _kpi_head(context: Context, table: KpiTable) -> str:
    _ = context.gettext
    kpi_ = table.kpi
    last = max(kpi_.increments)
    text = _(
        "<b>%(name)s</b>\n"
        "Baseline %(baseline)s\n"
        "Plan: %(total)s by the end of %(year)s (then %(value)s)"
    )
    return text % {
        "name": escape(kpi_.name),
        "baseline": number(context, kpi_.baseline),
        "total": signed(context, kpi_.increments_total),
        "year": year_label(context, last),
        "value": number(context, kpi_.baseline + kpi_.increments_total),
    }


def _kpi_year(context: Context, table: KpiTable, year: KpiYear) -> str:
    _ = context.gettext
    title = f"<b>{year_label(context, year.fiscal_year)}</b>"
    is_present = year is table.years[-1]
    if is_present:
        title += _(" (this year)")
    align = _Column(context, table)
    if year.target is None:
        row = _("Actual %(actual)s　no target set")
        rows = [row % {"actual": align(year.actual)}]
        row = _("Total　%(actual)s")
        rows.append(row % {"actual": align(year.cumulative_actual)})
    else:
        row = _("Actual %(actual)s / target %(target)s　%(rate)s")
        rows = [
            row
            % {
                "actual": align(year.actual),
                "target": align(year.target),
                "rate": per_cent(context, year.rate),
            }
        ]
        row = _("Total　%(actual)s / target %(target)s　%(rate)s")
        total = year.cumulative_target
        rows.append(
            row
            % {
                "actual": align(year.cumulative_actual),
                "target": align(total) if total is not None else "－",
                "rate": per_cent(context, year.cumulative_rate),
            }
        )
    if year.actual < 0:
        rows.append(_("Corrections exceed what was counted in this year."))
    row = _("Current value %(value)s")
    rows.append(row % {"value": number(context, year.current_value)})
    if is_present and year.pace_target is not None:
        rows.append(pace_line(context, year, table.today))
    return "\n".join([title, *rows])


def pace_line(context: Context, year: KpiYear, today: date) -> str:
    """Return the year's target in proportion to its elapsed days, and how far it is from it."""
    text = context.gettext(
        "Pro rata %(pace)s (%(elapsed)d of %(days)d days), difference <b>%(gap)s</b>"
    )
    return text % {
        "pace": signed(context, year.pace_target or 0),
        "elapsed": year.fiscal_year.elapsed_days(today),
        "days": year.fiscal_year.days,
        "gap": signed(context, year.pace_gap or 0),
    }


def _years_without_target(context: Context, years: list[KpiYear]) -> str:
    _ = context.gettext
    first, last = years[0].fiscal_year, years[-1].fiscal_year
    title = year_label(context, first)
    if last != first:
        title = _("%(first)s to %(last)s") % {"first": title, "last": year_label(context, last)}
    actual = signed(context, sum(year.actual for year in years))
    row = _("Actual %(actual)s　no target set")
    return f"<b>{title}</b>\n" + row % {"actual": actual}


class _Column:
    """Writes increments as wide as the widest of a table."""

    def __init__(self, context: Context, table: KpiTable) -> None:
        values = [
            value
            for year in table.years
            for value in (year.actual, year.target, year.cumulative_actual, year.cumulative_target)
            if value is not None
        ]
        self._context = context
        self._width = max(len(signed(context, value)) for value in values)

    def __call__(self, value: int) -> str:
        return signed(self._context, value).rjust(self._width, _FIGURE_SPACE)
