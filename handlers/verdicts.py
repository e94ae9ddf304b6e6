"""From a case's card: whether it counts for the KPI, where the answers leave it open (R7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.case_states import WHY_WORDS, Why
from domain.errors import StaleButton
from domain.size import Eligibility
from handlers import case_desk, replies
from handlers.case_buttons import back, button, read_number
from handlers.updates import pressed, private_button, telegram_name, user_and_chat
from services import case_desk as desk
from services import verdicts
from services.verdicts import Judging

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context

VERBS: Final = "kpi|judge"
"""The buttons served here, as a pattern."""


async def press(update: Update, context: Context) -> None:
    """A button about the KPI. Raises StaleButton, NotPermitted."""
    verb, arguments = private_button(update)
    if len(arguments) != (1 if verb == "kpi" else 3):
        raise StaleButton("")
    await (_ask if verb == "kpi" else _judge)(update, context, arguments)


async def _ask(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    number = read_number(arguments[0])
    view = await context.transact(desk.opened, context.occasion, user, number)
    if not view.judges:
        raise StaleButton("")
    case, _ = view.card.consultation, context.gettext
    rows: list[list[InlineKeyboardButton]] = [
        [button(_(WHY_WORDS[why]), "judge", number, case.eligibility, why)]
        for why in verdicts.choices(case)
    ]
    question = _("Does the case count for the KPI? The figures are corrected by it.")
    text = f"<b>{case.reference}</b>\n{question}"
    buttons = InlineKeyboardMarkup([*rows, [back(context, number)]])
    await replies.show(context, chat, message, text, buttons)
    await replies.answer_query(query)


async def _judge(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    number, before, why = arguments
    if before not in set(Eligibility) or why not in set(Why):
        raise StaleButton("")
    judging = Judging(read_number(number), Eligibility(before), Why(why))
    handled = await context.transact(
        desk.judge, context.occasion, user, telegram_name(update), judging
    )
    await case_desk.show_handled(update, context, handled, context.gettext("It is recorded."))
