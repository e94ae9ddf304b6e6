"""Buttons of a case in private: what each says of itself, and how that is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.case_states import STATE_WORDS, TERMS, WHY_WORDS, Act, Why, targets
from domain.consultations import ConsultationState
from domain.errors import StaleButton
from handlers import correction_buttons, match_lines, referral_lines, relay_buttons
from handlers.callbacks import CASE, DESK, LIST, MEETING, pack
from handlers.partner_links import sender_buttons
from services.case_changes import Giving, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.staff import StaffMember
    from handlers.context import Context
    from services.case_desk import View
    from services.cases import Card

    Rows = list[list[InlineKeyboardButton]]

_S = ConsultationState
_CODES: Final = {
    _S.NEW: "nw",
    _S.TRIAGED: "tr",
    _S.CONTACTING: "co",
    _S.BOOKED: "bo",
    _S.MET: "me",
    _S.DEFINED: "de",
    _S.REFERRED: "re",
    _S.CANDIDATE: "ca",
    _S.INTERVIEW: "iv",
    _S.MATCHED: "ma",
    _S.FOLLOWUP: "fo",
    _S.CLOSED_DONE: "xd",
    _S.CLOSED_DECLINED: "xr",
    _S.CLOSED_NO_CONTACT: "xn",
    _S.CLOSED_OTHER_SUPPORT: "xs",
    _S.CLOSED_OUT_OF_SCOPE: "xo",
    _S.DUPLICATE: "du",
    _S.TEST: "te",
    _S.SPAM: "sp",
}
"""A state in two letters, so that a button can say from where to where."""
_STATES: Final = {code: state for state, code in _CODES.items()}
_NOBODY, _NO_REASON = "0", "-"
ASKED: Final = (Act.CLOSE, Act.EXCLUDE, Act.REOPEN, Act.RESTORE)
"""What is asked back before it is done: to what end, or why."""


def state_code(state: ConsultationState) -> str:
    """Return a state in two letters."""
    return _CODES[state]


def read_state(code: str) -> ConsultationState:
    """Return the state of a code. Raises StaleButton."""
    if code not in _STATES:
        raise StaleButton("")
    return _STATES[code]


def read_number(code: str) -> int:
    """Return a case's or a person's number. Raises StaleButton."""
    if not (code.isascii() and code.isdecimal() and len(code) <= 18):
        raise StaleButton("")
    return int(code)


def read_wanted(arguments: Iterable[str]) -> Wanted:
    """Return the change that a button asks for. Raises StaleButton."""
    case, before, to, why = _exactly(arguments, 4)
    if why not in (_NO_REASON, *Why):
        raise StaleButton("")
    reason = None if why == _NO_REASON else Why(why)
    return Wanted(read_number(case), read_state(before), read_state(to), reason)


def read_giving(arguments: Iterable[str]) -> Giving:
    """Return to whom a button hands a case over. Raises StaleButton."""
    case, holder, to = _exactly(arguments, 3)
    had = read_number(holder)
    return Giving(read_number(case), had or None, read_number(to))


def read_act(arguments: Iterable[str]) -> tuple[int, Act]:
    """Return what is to be asked back of a case. Raises StaleButton."""
    case, act = _exactly(arguments, 2)
    if act not in ASKED:
        raise StaleButton("")
    return read_number(case), Act(act)


def _exactly(arguments: Iterable[str], count: int) -> tuple[str, ...]:
    found = tuple(arguments)
    if len(found) != count:
        raise StaleButton("")
    return found


def button(label: str, *arguments: object, style: str | None = None) -> InlineKeyboardButton:
    """Return a button of the desk."""
    return InlineKeyboardButton(label, callback_data=pack(DESK, *arguments), style=style)


def card_rows(context: Context, view: View) -> Rows:
    """Return exactly what state and role allow, then the meeting, the record and the list."""
    _ = context.gettext
    case, state = view.card.consultation.id, view.card.consultation.state
    rows: Rows = []
    if Act.TAKE in view.acts:
        rows.append([button(_("I take it"), "take", case, style="primary")])
    if Act.CHANGE in view.acts:
        rows += [
            [_set(_("To: %(state)s") % {"state": _(STATE_WORDS[to])}, case, state, to)]
            for to in targets(Act.CHANGE, state)
        ]
    rows += match_lines.rows_on_card(context, view)
    if view.arranges_meeting:
        rows.append([button(_("Book a meeting"), "how", case)])
        rows[-1].append(button(_("We have met"), "held", case))
    rows += correction_buttons.rows_on_card(context, view)
    rows += referral_lines.rows_on_card(context, view)
    rows.append(_present(view.acts, {Act.HAND_OVER: (_("Hand over"), "who", case)}))
    rows[-1] += _present(view.acts, {Act.NOTE: (_("Note"), "note", case)})
    labels = {
        Act.CLOSE: _("Close the case"),
        Act.EXCLUDE: _("Exclude it"),
        Act.REOPEN: _("Reopen it"),
        Act.RESTORE: _("Restore it"),
    }
    rows.append(_present(view.acts, {act: (labels[act], "ask", case, act) for act in ASKED}))
    if view.judges:
        rows.append([button(_("Decide on the KPI"), "kpi", case)])
    rows += relay_buttons.case_rows(context, view)
    if view.card.meeting is not None and view.reads_record:
        data = pack(MEETING, "card", view.card.meeting.id)
        rows.append([InlineKeyboardButton(_("The meeting"), callback_data=data)])
    rows.append([button(_("History"), "past", case)])
    if view.reads_record:
        data = pack(CASE, "full", case)
        rows[-1].append(InlineKeyboardButton(_("Full record"), callback_data=data))
    rows[-1] += sender_buttons(context, view)
    data = pack(LIST, "all", 0)
    rows.append([InlineKeyboardButton(_("Open cases"), callback_data=data)])
    return [row for row in rows if row]


def _present(
    acts: frozenset[Act], offers: dict[Act, tuple[object, ...]]
) -> list[InlineKeyboardButton]:
    return [
        button(str(label), *arguments) for act, (label, *arguments) in offers.items() if act in acts
    ]


def _set(
    label: str,
    case: int,
    before: ConsultationState,
    to: ConsultationState,
    why: Why | None = None,
) -> InlineKeyboardButton:
    return button(label, "set", case, _CODES[before], _CODES[to], why or _NO_REASON)


def choices(context: Context, view: View, act: Act) -> InlineKeyboardMarkup:
    """Return to what end, or why, something may be done to a case; pressing one does it."""
    _ = context.gettext
    case, state = view.card.consultation.id, view.card.consultation.state
    if act is Act.RESTORE:
        ends = [view.restores_to] if view.restores_to is not None else []
    else:
        ends = list(targets(act, state))
    rows = [
        [_set(_(WHY_WORDS[why] if why else STATE_WORDS[to]), case, state, to, why)]
        for to in ends
        for why in (TERMS[act].reasons or (None,))
    ]
    return InlineKeyboardMarkup([*rows, [back(context, case)]])


def members(context: Context, card: Card, able: list[StaffMember]) -> InlineKeyboardMarkup:
    """Return to whom a case can be handed over."""
    case = card.consultation
    rows = [
        [
            button(
                member.name or f"ID {member.user_id}",
                "give",
                case.id,
                case.assignee or _NOBODY,
                member.user_id,
            )
        ]
        for member in able
    ]
    return InlineKeyboardMarkup([*rows, [back(context, case.id)]])


def back(context: Context, case: int) -> InlineKeyboardButton:
    """Return the button that leaves a case as it is."""
    return button(context.gettext("Leave it as it is"), "open", case)
