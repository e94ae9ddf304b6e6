"""/case: a case in a staff member's private chat, what happened to it and what may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardMarkup

from domain.case_states import STATE_WORDS, Act
from domain.consultations import Reference
from domain.errors import StaleButton
from domain.staff import Action
from handlers import case_buttons, cases, match_lines, replies
from handlers.case_history import history_lines, history_text
from handlers.meeting_notices import speak_to_staff
from handlers.messages import Message
from handlers.moments import moment
from handlers.private_chat import send_privately, send_protected
from handlers.referral_lines import sharing_line
from handlers.updates import pressed, telegram_name, user_and_chat
from services import case_desk
from services import cases as cards

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Update

    from handlers.context import Context
    from services.case_desk import Handled, View

DEEP_LINK = "desk_"
"""What /start is called with to have a case sent: the prefix of its id."""
_SHOWN = 5
"""How much of its history a case's card shows."""


def card_text(context: Context, view: View) -> str:
    """Return a case with the latest of its history (HTML)."""
    _ = context.gettext
    case = view.card.consultation
    accepted = _("Accepted: %(moment)s") % {"moment": moment(context, case.submitted_at)}
    lines = [
        f"<b>{case.reference}</b>　{_(STATE_WORDS[case.state])}",
        accepted,
        *cases.facts(context, view.card),
        sharing_line(context, view.sharing),
    ]
    lines += match_lines.on_card(context, view.matches)
    if latest := history_lines(context, view.history[-_SHOWN:]):
        lines += ["", _("<b>What happened</b>"), *latest]
    return "\n".join(lines)


def _card(context: Context, view: View) -> Message:
    return Message(
        card_text(context, view), InlineKeyboardMarkup(case_buttons.card_rows(context, view))
    )


async def _send(context: Context, chat: int, view: View) -> None:
    """Send a case, which cannot be forwarded: it may have notes."""
    card = _card(context, view)
    await send_protected(context, chat, card.text, card.buttons)


async def command(update: Update, context: Context) -> None:
    """/case R8-0042. Raises InvalidAnswer, NotPermitted, NoSuchCase."""
    user, chat = user_and_chat(update)
    await context.read(cards.permitted, user, Action.READ_CASES)
    case = await context.read(case_desk.find, user, Reference.parse("".join(context.args or ())))
    view = await context.transact(case_desk.opened, context.occasion, user, case)
    await _send(context, chat, view)


async def command_in_staff_chat(update: Update, context: Context) -> None:
    """/case R8-0042 in the staff chat: its card, without personal data or notes."""
    user, chat = user_and_chat(update)
    await context.read(cards.permitted, user, Action.READ_CASES)
    case = await context.read(case_desk.find, user, Reference.parse("".join(context.args or ())))
    card = await context.read(cards.card, case)
    text, buttons = cases.card_text(context, card), cases.card_buttons(context, card)
    await replies.send(context, chat, text, buttons)


async def open_card(update: Update, context: Context, payload: str) -> None:
    """/start with a case's deep link: show it here. Raises NotPermitted, StaleButton."""
    user, chat = user_and_chat(update)
    case = case_buttons.read_number(payload.removeprefix(DEEP_LINK))
    view = await context.transact(case_desk.opened, context.occasion, user, case)
    await _send(context, chat, view)


async def button(update: Update, context: Context) -> None:
    """A button of a case. Raises StaleButton, NotPermitted."""
    _, data, _ = pressed(update)
    _, chat = user_and_chat(update)
    verb, *arguments = data.split(":")[1:]
    if verb == "open" and chat < 0:
        await _open_in_private(update, context, case_buttons.read_number(*arguments[:1]))
        return
    does = {
        "open": _open,
        "past": _past,
        "take": _take,
        "ask": _ask,
        "set": _set,
        "who": _who,
        "give": _give,
        "note": _note,
    }.get(verb)
    # What is shown in private must not be drawn into a group by an altered app.
    if does is None or chat < 0 or not arguments:
        raise StaleButton("")
    await does(update, context, arguments)


async def _open_in_private(update: Update, context: Context, case: int) -> None:
    query, _, _ = pressed(update)
    user, _ = user_and_chat(update)
    view = await context.transact(case_desk.opened, context.occasion, user, case)
    card = _card(context, view)
    await send_privately(context, query, user, card.text, card.buttons, f"{DEEP_LINK}{case}")


async def _open(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    case = case_buttons.read_number(arguments[0])
    view = await context.transact(case_desk.opened, context.occasion, user, case)
    card = _card(context, view)
    await replies.show(context, chat, message, card.text, card.buttons)
    await replies.answer_query(query)


async def _past(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    case = case_buttons.read_number(arguments[0])
    view = await context.transact(case_desk.opened, context.occasion, user, case)
    buttons = InlineKeyboardMarkup(
        [[case_buttons.button(context.gettext("Back to the case"), "open", case)]]
    )
    await replies.show(context, chat, message, history_text(context, view), buttons)
    await replies.answer_query(query)


async def _take(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    name, case = telegram_name(update), case_buttons.read_number(arguments[0])
    handled = await context.transact(case_desk.take, context.occasion, user, name, case)
    await show_handled(update, context, handled, context.gettext("You have this case now."))


async def _set(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    wanted = case_buttons.read_wanted(arguments)
    handled = await context.transact(
        case_desk.change, context.occasion, user, telegram_name(update), wanted
    )
    state = context.gettext(STATE_WORDS[wanted.to])
    await show_handled(
        update, context, handled, context.gettext("Now: %(state)s") % {"state": state}
    )


async def _give(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    giving = case_buttons.read_giving(arguments)
    handled = await context.transact(
        case_desk.hand_over, context.occasion, user, telegram_name(update), giving
    )
    await show_handled(update, context, handled, context.gettext("The case is handed over."))


async def show_handled(update: Update, context: Context, handled: Handled, done: str) -> None:
    """Answer a press and show the case as it is now."""
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    if handled.refusal is not None:
        await replies.refuse(context, query, handled.refusal)
    else:
        await replies.answer_query(query, done)
    if handled.view is not None:
        card = _card(context, handled.view)
        await replies.show(context, chat, message, card.text, card.buttons)


async def _ask(update: Update, context: Context, arguments: list[str]) -> None:
    """To what end, or why: the answer does it."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    case, act = case_buttons.read_act(arguments)
    view = await context.transact(case_desk.opened, context.occasion, user, case)
    if act not in view.acts:
        raise StaleButton("")
    text = f"<b>{view.card.consultation.reference}</b>\n{_question(context, act)}"
    await replies.show(context, chat, message, text, case_buttons.choices(context, view, act))
    await replies.answer_query(query)


def _question(context: Context, act: Act) -> str:
    _ = context.gettext
    return {
        Act.CLOSE: _("How does the case end? A booked meeting is cancelled."),
        Act.EXCLUDE: _(
            "Why is it no consultation? It is taken off the figures, and a booked meeting is "
            "cancelled."
        ),
        Act.REOPEN: _("Why is the case taken up again?"),
        Act.RESTORE: _("Why is the case restored? It counts again."),
    }[act]


async def _who(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    case = case_buttons.read_number(arguments[0])
    card, able = await context.read(case_desk.colleagues, user, case)
    question = context.gettext("Who shall have the case?")
    text = f"<b>{card.consultation.reference}</b>\n{question}"
    await replies.show(context, chat, message, text, case_buttons.members(context, card, able))
    await replies.answer_query(query)


async def _note(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    case = case_buttons.read_number(arguments[0])
    handled = await context.transact(case_desk.ask_for_note, context.occasion, user, case)
    if handled.refusal is not None or handled.view is None:
        await show_handled(update, context, handled, "")
        return
    _ = context.gettext
    text = _("<b>%(reference)s</b>\nPlease type the note (up to 300 characters).") % {
        "reference": str(handled.view.card.consultation.reference)
    }
    buttons = InlineKeyboardMarkup([[case_buttons.back(context, case)]])
    await replies.show(context, chat, message, text, buttons)
    await replies.answer_query(query)


async def noted(context: Context, chat: int, handled: Handled) -> None:
    """Show a case with a note that was typed to it. Raises why it was refused."""
    if handled.refusal is not None:
        raise handled.refusal
    if handled.view is not None:
        await _send(context, chat, handled.view)


async def refresh(update: Update, context: Context) -> None:
    """Show the case of a stale button as it is now, to those who may see it."""
    _, data, message = pressed(update)
    user, chat = user_and_chat(update)
    arguments = data.split(":")[2:]
    if chat < 0 or not arguments:
        raise StaleButton("")
    case, at = case_buttons.read_number(arguments[0]), context.occasion
    view = await context.house.write(lambda tx: case_desk.opened(tx, at, user, case))
    card = _card(context, view)
    await replies.show(context, chat, message, card.text, card.buttons)


async def handed_over(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Tell a member which case they have now; None if they have it no more."""
    card = await context.read(cards.card, payload["consultation"])
    if card.is_free or card.consultation.assignee != payload["member"]:
        return None
    speak_to_staff(context, payload)
    title = context.gettext("<b>%(reference)s was handed over to you</b>")
    lines = [title % {"reference": str(card.consultation.reference)}]
    if payload.get("instead"):
        title = context.gettext("<b>%(reference)s was handed over</b>")
        lines = [title % {"reference": str(card.consultation.reference)}]
    lines += cases.facts(context, card)
    return Message("\n".join(lines), cases.card_buttons(context, card))
