"""The scheduled summaries for the staff chat: a week, a month (counting rules, 定期通知)."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_skeleton

from domain.consultations import KpiKind
from domain.eras import era_year
from domain.form import OneOf
from domain.size import Eligibility
from domain.talent import CLASS_NAMES, TalentClass
from domain.texts import N_
from handlers.figures import (
    as_of,
    cases,
    counted,
    number,
    pace_line,
    per_cent,
    signed,
    waiting_line,
    year_label,
)
from handlers.moments import day
from locales import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from datetime import date, datetime

    from handlers.context import Context
    from services.figures import KpiTable, Summary

_SHORT = {KpiKind.CONSULTATION: N_("Consultations"), KpiKind.MATCH: N_("Matches")}


def weekly_text(context: Context, summary: Summary, now: datetime) -> str:
    """Return the summary of a week (HTML)."""
    _ = context.gettext
    period = summary.figures.period
    counts = summary.figures.counts
    heading = _("<b>[Weekly] %(first)s – %(last)s</b>") % {
        "first": day(context, period.first),
        "last": day(context, period.after - timedelta(days=1)),
    }
    lines = [
        _("Received: %(count)s") % {"count": counted(context, summary.figures.received)},
        _("Meetings: %(count)s") % {"count": counted(context, summary.figures.meetings)},
        _("Referrals: %(count)s") % {"count": counted(context, summary.figures.referrals)},
        _("Matches: %(count)s") % {"count": counted(context, counts[KpiKind.MATCH])},
        *(_year_so_far(context, table) for table in summary.tables),
        waiting_line(context, summary.waiting),
    ]
    return "\n".join([heading, *lines, "", as_of(context, now)])


def _year_so_far(context: Context, table: KpiTable) -> str:
    year = table.years[-1]
    values = {
        "year": year_label(context, year.fiscal_year),
        "kpi": context.gettext(_SHORT[KpiKind(table.kpi.key)]),
        "actual": cases(context, year.actual),
    }
    if year.target is None:
        return context.gettext("%(year)s %(kpi)s: %(actual)s (no target set)") % values
    text = context.gettext("%(year)s %(kpi)s: %(actual)s (target %(target)s, %(rate)s)")
    return text % {
        **values,
        "target": cases(context, year.target),
        "rate": per_cent(context, year.rate),
    }


def monthly_text(context: Context, summary: Summary, now: datetime) -> str:
    """Return the summary of a month (HTML)."""
    _ = context.gettext
    first = summary.figures.period.first
    heading = _("<b>[Monthly] End of %(month)s</b>") % {"month": _month(context, first)}
    parts = [
        heading,
        *(_monthly_kpi(context, summary, table) for table in summary.tables),
        "\n".join(
            [
                _reference_line(context, summary),
                _outside(context, summary),
                waiting_line(context, summary.waiting),
            ]
        ),
    ]
    tops = _tops(context, summary)
    if tops:
        parts.append(tops)
    return "\n\n".join([*parts, as_of(context, now)])


def _month(context: Context, first: date) -> str:
    if context.language != DEFAULT_LANGUAGE:
        return str(format_skeleton("yMMMM", first, locale=context.language))
    return context.gettext("%(month)d/%(year)s") % {
        "year": era_year(first).text,
        "month": first.month,
    }


def _monthly_kpi(context: Context, summary: Summary, table: KpiTable) -> str:
    _ = context.gettext
    kind, year = KpiKind(table.kpi.key), table.years[-1]
    values = {
        "kpi": _(_SHORT[kind]),
        "month": summary.figures.period.first.month,
        "count": cases(context, summary.figures.counts[kind][Eligibility.ELIGIBLE]),
        "actual": cases(context, year.actual),
    }
    if year.target is None:
        text = _("<b>%(kpi)s</b>　month %(month)d %(count)s / year %(actual)s (no target set)")
        lines = [text % values]
    else:
        text = _(
            "<b>%(kpi)s</b>　month %(month)d %(count)s / year %(actual)s "
            "(target %(target)s, rate %(rate)s)"
        )
        target = cases(context, year.target)
        rate = per_cent(context, year.rate)
        lines = [text % {**values, "target": target, "rate": rate}]
        lines.append("　" + pace_line(context, year, table.today))
    lines.append("　" + _total(context, table))
    return "\n".join(lines)


def _total(context: Context, table: KpiTable) -> str:
    year = table.years[-1]
    values = {
        "actual": signed(context, year.cumulative_actual),
        "value": number(context, year.current_value),
    }
    if year.cumulative_target is None:
        return context.gettext("Total %(actual)s, current value %(value)s") % values
    text = context.gettext(
        "Total %(actual)s (target %(target)s, %(rate)s), current value %(value)s"
    )
    return text % {
        **values,
        "target": signed(context, year.cumulative_target),
        "rate": per_cent(context, year.cumulative_rate),
    }


def _reference_line(context: Context, summary: Summary) -> str:
    """Return what is no KPI: what came in, which meetings were held, and referrals."""
    text = context.gettext(
        "Received: %(received)s, meetings: %(meetings)s, referrals: %(referrals)s (of the month)"
    )
    return text % {
        "received": cases(context, sum(summary.figures.received.values())),
        "meetings": cases(context, sum(summary.figures.meetings.values())),
        "referrals": cases(context, sum(summary.figures.referrals.values())),
    }


def _outside(context: Context, summary: Summary) -> str:
    counts = summary.figures.counts[KpiKind.CONSULTATION]
    text = context.gettext("Not eligible: %(other)s, to be confirmed: %(open)s (of the month)")
    return text % {
        "other": cases(context, counts[Eligibility.NOT_ELIGIBLE]),
        "open": cases(context, counts[Eligibility.TO_CONFIRM]),
    }


def _tops(context: Context, summary: Summary) -> str:
    lines = []
    for key, top in summary.tops.items():
        question = context.house.questionnaire.by_key[key]
        shown = [f"{_label(context, key, code)} {number(context, count)}" for code, count in top]
        if shown:
            title = context.gettext(question.title)
            lines.append(escape(f"{title}：{context.gettext(', ').join(shown)}"))
    return "\n".join(lines)


def _label(context: Context, key: str, code: str) -> str:
    """Return what an answer is called, without the examples in brackets that help to choose."""
    if key == "talent":
        return context.gettext(CLASS_NAMES[TalentClass(code)])
    by_key = context.house.questionnaire.by_key
    for question in (by_key[key], by_key.get(f"other_{key}")):
        if isinstance(question, OneOf):
            for choice in question.offered({}):
                if choice.code == code:
                    label = context.gettext(choice.label)
                    return label.split("（", maxsplit=1)[0].split(" (", maxsplit=1)[0]
    return code
