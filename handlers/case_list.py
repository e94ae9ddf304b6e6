"""/cases: the open cases, what needs attention first; no personal data."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.case_list import Area, CaseList, Listed, Narrowing, Which
from domain.case_states import STATE_WORDS
from domain.consultations import OPEN_STATES, ConsultationState
from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.texts import N_
from handlers import replies
from handlers.callbacks import DESK, LIST, pack
from handlers.case_buttons import read_number, read_state, state_code
from handlers.messages import Message
from handlers.moments import day
from handlers.questions import shown_answer
from handlers.staff_chat import in_readers_language
from handlers.updates import pressed, user_and_chat
from services import case_list, left_cases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from telegram import Update

    from domain.case_list import Tally
    from handlers.context import Context

_WORDS: Final = {
    Which.ALL: N_("All"),
    Which.MINE: N_("Mine"),
    Which.UNASSIGNED: N_("Nobody's"),
}
_STATE, _AREA, _STATES, _AREAS = "s-", "a-", "states", "areas"
_LONGEST_PAGE = 6
_NAMED = 20
_IN_A_ROW = 2


async def command(update: Update, context: Context) -> None:
    """/cases, in private or in the staff chat. Raises NotPermitted."""
    user, chat = user_and_chat(update)
    shown = await context.read(case_list.page, context.occasion, user, Which.ALL, 0)
    await replies.send_message(context, chat, _message(context, shown))


async def button(update: Update, context: Context) -> None:
    """Another page, or what to narrow the list to. Raises StaleButton, NotPermitted."""
    query, _, _ = pressed(update)
    await _show(update, context)
    await replies.answer_query(query)


async def refresh(update: Update, context: Context) -> None:
    """Show the list that a button belongs to as it is now, to those who may see it."""
    await _show(update, context)


async def _show(update: Update, context: Context) -> None:
    _, data, message = pressed(update)
    user, chat = user_and_chat(update)
    code, *page = data.split(":")[1:]
    readers = in_readers_language(context, chat)
    if code in (_STATES, _AREAS):
        tally = await context.read(case_list.tally, user)
        shown = _choices(readers, tally, code)
    else:
        narrowing, number = _narrowing(code), read_number("".join(page))
        if len(str(number)) > _LONGEST_PAGE:
            raise StaleButton("")
        found = await context.read(case_list.page, context.occasion, user, narrowing, number)
        shown = _message(readers, found)
    await replies.show(context, chat, message, shown.text, shown.buttons)


async def left_behind(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Name the cases that a member left and nobody has taken; None if there are none by now."""
    left = await context.read(left_cases.still_left, payload["cases"])
    if not left:
        return None
    text = context.ngettext(
        "<b>%(cases)d case has nobody in charge now</b>",
        "<b>%(cases)d cases have nobody in charge now</b>",
        len(left),
    )
    lines = [text % {"cases": len(left)}, "　".join(map(str, left[:_NAMED]))]
    if len(left) > _NAMED:
        more = len(left) - _NAMED
        rest = context.ngettext("and %(more)d more", "and %(more)d more", more)
        lines.append(rest % {"more": more})
    lines.append(context.gettext("Whoever can, please take them."))
    label = context.gettext("Cases that nobody has")
    button = InlineKeyboardButton(label, callback_data=pack(LIST, Which.UNASSIGNED, 0))
    return Message("\n".join(lines), InlineKeyboardMarkup([[button]]))


def _narrowing(code: str) -> Narrowing:
    if code.startswith(_STATE) and (state := read_state(code[2:])) in OPEN_STATES:
        return state
    if code.startswith(_AREA) and code[2:]:
        return Area(code[2:])
    if code in set(Which):
        return Which(code)
    raise StaleButton("")


def _code(narrowing: Narrowing) -> str:
    if isinstance(narrowing, Area):
        return f"{_AREA}{narrowing.code}"
    if isinstance(narrowing, ConsultationState):
        return f"{_STATE}{state_code(narrowing)}"
    return narrowing.value


def _words(context: Context, narrowing: Narrowing) -> str:
    if isinstance(narrowing, Area):
        return _area(context, narrowing.code)
    if isinstance(narrowing, ConsultationState):
        return context.gettext(STATE_WORDS[narrowing])
    return _overdue(context) if narrowing is Which.OVERDUE else context.gettext(_WORDS[narrowing])


def _overdue(context: Context) -> str:
    days = context.house.programme.chasers.no_contact_after_working_days
    text = context.ngettext("Over %(days)d working day", "Over %(days)d working days", days)
    return text % {"days": days}


def _area(context: Context, code: str) -> str:
    return shown_answer(context, context.house.questionnaire.by_key["area"], {"area": code})


def _message(context: Context, shown: CaseList) -> Message:
    """Return a page of the list with a button for each case (HTML)."""
    _ = context.gettext
    title = context.ngettext(
        "<b>Open cases</b>: %(which)s, %(count)d case",
        "<b>Open cases</b>: %(which)s, %(count)d cases",
        shown.count,
    )
    lines = [title % {"which": escape(_words(context, shown.narrowing)), "count": shown.count}]
    if shown.pages > 1:
        pages = _("Page %(page)d of %(pages)d")
        lines[0] += "　" + pages % {"page": shown.page + 1, "pages": shown.pages}
    lines += [_line(context, one) for one in shown.cases] or [_("No cases")]
    return Message("\n".join(lines), InlineKeyboardMarkup(_rows(context, shown)))


def _line(context: Context, one: Listed) -> str:
    _ = context.gettext
    facts = [f"<b>{one.reference}</b>", escape(_(STATE_WORDS[one.state]))]
    if one.area is not None:
        facts.append(escape(_area(context, one.area)))
    holder = escape(one.assignee) if one.assignee is not None else _("nobody in charge")
    since = day(context, jst_date(one.changed_at))
    below = [holder, _("since %(day)s") % {"day": since}]
    if one.is_overdue:
        below.append(f"<b>{_overdue(context)}</b>")
    if one.lacks_outcome:
        below.append(_("<b>meeting without outcome</b>"))
    return "　".join(facts) + "\n　" + "　".join(below)


def _rows(context: Context, shown: CaseList) -> list[list[InlineKeyboardButton]]:
    _ = context.gettext
    cells = [
        InlineKeyboardButton(str(one.reference), callback_data=pack(DESK, "open", one.id))
        for one in shown.cases
    ]
    rows = [cells[i : i + _IN_A_ROW] for i in range(0, len(cells), _IN_A_ROW)]
    turns = []
    if shown.page > 0:
        turns.append(_button(_("‹ Before"), _code(shown.narrowing), shown.page - 1))
    if shown.page + 1 < shown.pages:
        turns.append(_button(_("After ›"), _code(shown.narrowing), shown.page + 1))
    if turns:
        rows.append(turns)
    marked = [
        _button(f"✓ {words}" if which == shown.narrowing else words, which, 0)
        for which, words in ((which, _words(context, which)) for which in Which)
    ]
    rows += [marked[:_IN_A_ROW], marked[_IN_A_ROW:]]
    rows.append([_button(_("By state"), _STATES), _button(_("By area"), _AREAS)])
    return rows


def _choices(context: Context, tally: Tally, code: str) -> Message:
    """Return what the list can be narrowed to, with the number of cases (HTML)."""
    _ = context.gettext
    found: list[tuple[Narrowing, int]] = (
        [*tally.states.items()]
        if code == _STATES
        else [(Area(area), number) for area, number in tally.areas.items()]
    )
    rows = [
        [_button(f"{_words(context, narrowing)}　{number}", _code(narrowing), 0)]
        for narrowing, number in found
    ]
    rows.append([_button(_(_WORDS[Which.ALL]), Which.ALL, 0)])
    title = _("<b>Open cases</b>: by state") if code == _STATES else _("<b>Open cases</b>: by area")
    return Message(title, InlineKeyboardMarkup(rows))


def _button(label: str, *arguments: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(LIST, *arguments))
