"""What is shown of matches: on the case's card, on their own, and in the history."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton

from domain.fiscal_year import FiscalYear
from domain.form import OneOf
from domain.matches import (
    ENGAGEMENT_WORDS,
    STATE_WORDS,
    WHY_WORDS,
    Engagement,
    MatchAct,
    MatchState,
)
from domain.talent import CLASS_NAMES, class_of
from handlers.callbacks import MATCH, pack
from handlers.moments import dated, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.matches import Match, MatchEvent
    from handlers.context import Context
    from services.case_desk import View

    Rows = list[list[InlineKeyboardButton]]


def numbered(context: Context, number: int) -> str:
    """Return which match of a case it is."""
    return context.gettext("Match %(number)d") % {"number": number}


def on_card(context: Context, matches: Iterable[Match]) -> list[str]:
    """Return a line for each match of a case, but what was a mistake (HTML)."""
    return [
        f"{numbered(context, match.number)}：{escape(_in_short(context, match))}"
        for match in matches
        if match.state is not MatchState.VOID
    ]


def _in_short(context: Context, match: Match) -> str:
    _ = context.gettext
    day = match.ended_on or match.started_on or match.agreed_on
    words = [_(ENGAGEMENT_WORDS[match.engagement]), _(STATE_WORDS[match.state])]
    if day is not None and match.state is not MatchState.CANCELLED_BEFORE_START:
        words.append(dated(context, day))
    return "　".join(words)


def rows_on_card(context: Context, view: View) -> Rows:
    """Return the buttons of a case's matches, and the one that records a person found."""
    buttons = [
        InlineKeyboardButton(
            numbered(context, match.number), callback_data=pack(MATCH, "card", match.id)
        )
        for match in view.matches
        if match.state is not MatchState.VOID
    ]
    rows = [buttons[i : i + 2] for i in range(0, len(buttons), 2)]
    if view.records_matches:
        data = pack(MATCH, "begin", view.card.consultation.id)
        label = context.gettext("Record a match")
        rows.append([InlineKeyboardButton(label, callback_data=data)])
    return rows


def match_text(context: Context, match: Match) -> str:
    """Return all that is known of a match (HTML)."""
    _ = context.gettext
    days = (
        (_("Day of agreement"), match.agreed_on),
        (_("Planned start"), match.starts_on if match.started_on is None else None),
        (_("First day of work"), match.started_on),
        (_("Last day of work"), match.ended_on),
    )
    facts = [
        (_("Engagement"), _(ENGAGEMENT_WORDS[match.engagement])),
        (_("Kind of person"), _kind(context, match)),
        *((name, dated(context, day)) for name, day in days if day is not None),
    ]
    if match.pay is not None:
        facts.append(_pay(context, match))
    if match.from_prefecture is not None:
        home = _("In the prefecture") if match.from_prefecture else _("In another prefecture")
        facts.append((_("Lived before"), home))
    facts.append((_("Figures"), _figures(context, match)))
    title = f"<b>{match.reference}</b>　{numbered(context, match.number)}"
    lines = [f"{title}　{_(STATE_WORDS[match.state])}"]
    return "\n".join(lines + [f"{escape(name)}：{escape(value)}" for name, value in facts])


def _kind(context: Context, match: Match) -> str:
    _ = context.gettext
    words = _label(context, "talent", match.talent)
    return _("%(kind)s (class: %(class)s)") % {
        "kind": words,
        "class": _(CLASS_NAMES[class_of(match.talent)]),
    }


def _pay(context: Context, match: Match) -> tuple[str, str]:
    is_yearly = match.engagement in (Engagement.FULL, Engagement.SECOND)
    name = context.gettext("Yearly income") if is_yearly else context.gettext("Fee a month")
    return name, _label(context, "salary" if is_yearly else "fee", match.pay or "")


def _label(context: Context, key: str, code: str) -> str:
    """Return the words of a choice of the needs form."""
    question = context.house.questionnaire.by_key[key]
    choices = question.offered({}) if isinstance(question, OneOf) else ()
    return next((context.gettext(c.label) for c in choices if c.code == code), code)


def _figures(context: Context, match: Match) -> str:
    _ = context.gettext
    if match.counted_on is not None:
        year = FiscalYear.of_date(match.counted_on)
        return _("counts in %(year)s") % {"year": year.label}
    is_trial = match.engagement is Engagement.TRIAL
    if is_trial and not context.house.programme.counting.count_trials:
        return _("does not count (a trial: the contract after it counts)")
    return _("does not count")


def act_words(context: Context, act: MatchAct) -> str:
    """Return what is done to a match, as a button or a line of the history says it."""
    _ = context.gettext
    return {
        MatchAct.RECORD: _("Recorded"),
        MatchAct.AGREE: _("Agreed"),
        MatchAct.START: _("Work has begun"),
        MatchAct.CONTRACT: _("Contract after the trial"),
        MatchAct.CANCEL: _("Cancelled before the start"),
        MatchAct.END: _("Work has ended"),
        MatchAct.VOID: _("Recorded by mistake"),
        MatchAct.FOLLOW_UP: _("Followed up"),
    }[act]


def event_line(context: Context, event: MatchEvent, name: str | None) -> str:
    """Return what was done to a match, when and by whom (HTML)."""
    _ = context.gettext
    what = act_words(context, event.act)
    if event.act is MatchAct.RECORD:
        what = _(STATE_WORDS[event.after])
    words = [what]
    if event.act in (MatchAct.RECORD, MatchAct.CONTRACT):
        words.insert(0, _(ENGAGEMENT_WORDS[event.engagement]))
    if event.day is not None:
        words.append(dated(context, event.day))
    if event.why is not None:
        words.append(_(WHY_WORDS[event.why]))
    line = f"{moment(context, event.at)}　{numbered(context, event.number)}：{'　'.join(words)}"
    return f"{line}\n　{escape(name or '–')}"
