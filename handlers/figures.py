"""/stats and /kpi, and the text of the scheduled summaries; all figures from one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_decimal

from domain.form import OneOf
from domain.size import Eligibility
from handlers import replies
from handlers.updates import user_and_chat
from services import figures

if TYPE_CHECKING:
    from decimal import Decimal

    from telegram import Update

    from domain.kpi import KpiYear
    from handlers.context import Context
    from services.figures import KpiTable, PeriodFigures, Summary


def _number(context: Context, value: int | Decimal) -> str:
    return str(format_decimal(value, locale=context.language))


def _period_lines(context: Context, title: str, period: PeriodFigures) -> str:
    _ = context.gettext
    counts = period.consultations
    return _(
        "<b>%(title)s</b>\nConsultations %(eligible)s (not eligible %(other)s, to be confirmed "
        "%(open)s) / matches %(matches)s"
    ) % {
        "title": title,
        "eligible": _number(context, counts[Eligibility.ELIGIBLE]),
        "other": _number(context, counts[Eligibility.NOT_ELIGIBLE]),
        "open": _number(context, counts[Eligibility.TO_CONFIRM]),
        "matches": _number(context, period.matches[Eligibility.ELIGIBLE]),
    }


async def stats(update: Update, context: Context) -> None:
    """/stats: today, week, month, fiscal year; drafts; by channel."""
    user, chat = user_and_chat(update)
    found = await context.read(figures.statistics, user, context.now)
    _ = context.gettext
    channels = _channel_labels(context)
    lines = [
        _period_lines(context, _("Today"), found.today),
        _period_lines(context, _("This week"), found.week),
        _period_lines(context, _("This month"), found.month),
        _period_lines(context, _("This fiscal year"), found.fiscal_year),
        _("Forms being filled in: %(count)s") % {"count": _number(context, found.drafts)},
        _("<b>By channel (this fiscal year)</b>"),
    ]
    not_answered = _("Not answered")
    for channel, count in sorted(found.by_channel.items()):
        label = _(channels[channel]) if channel in channels else not_answered
        lines.append(f"{label}：{_number(context, count)}")
    await replies.send(context, chat, "\n".join(lines))


def _channel_labels(context: Context) -> dict[str, str]:
    question = context.house.questionnaire.by_key["channel"]
    if not isinstance(question, OneOf):
        return {}
    return {choice.code: choice.label for choice in question.offered({})}


def kpi_text(context: Context, table: KpiTable) -> str:
    """Return one KPI with its fiscal years (HTML)."""
    lines = [f"<b>{table.kpi.name}</b>"]
    lines += [_kpi_year(context, table, year) for year in table.years]
    return "\n".join(lines)


def _kpi_year(context: Context, table: KpiTable, year: KpiYear) -> str:
    _ = context.gettext
    text = _("%(year)s: target %(target)s, actual %(actual)s, rate %(rate)s")
    lines = [
        text
        % {
            "year": year.fiscal_year.label,
            "target": _("no target set") if year.target is None else f"+{year.target}",
            "actual": f"{year.actual:+d}",
            "rate": "－" if year.rate is None else f"{year.rate}%",
        },
        _("　cumulative %(cumulative)s, current value %(current)s (baseline %(baseline)s)")
        % {
            "cumulative": _number(context, year.cumulative_actual),
            "current": _number(context, year.current_value),
            "baseline": _number(context, year.baseline),
        },
    ]
    if year.pace_target is not None and year is table.years[-1]:
        text = _("　pro rata %(pace)s, difference %(gap)s")
        gap = year.actual - year.pace_target
        lines.append(text % {"pace": _number(context, year.pace_target), "gap": f"{gap:+}"})
    return "\n".join(lines)


async def kpi(update: Update, context: Context) -> None:
    """/kpi: every KPI of the plan by fiscal year."""
    user, chat = user_and_chat(update)
    tables = await context.read(figures.kpi_report, context.house.programme, user, context.now)
    for table in tables:
        await replies.send(context, chat, kpi_text(context, table))


def summary_text(context: Context, kind: str, summary: Summary) -> str:
    """Return a scheduled summary (HTML)."""
    _ = context.gettext
    heading = _("[Weekly]") if kind == "weekly" else _("[Monthly]")
    figures_ = summary.figures
    title = f"{heading} {figures_.first:%Y/%m/%d}–"
    parts = [_period_lines(context, title, figures_)]
    parts += [
        f"<b>{table.kpi.name}</b>\n{_kpi_year(context, table, table.years[-1])}"
        for table in summary.tables
    ]
    return "\n\n".join(parts)
