"""Matches: a person found for a case is recorded, and what becomes of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.errors import StaleButton
from domain.matches import DATED, REASONS, WHY_WORDS, MatchAct, MatchState, MatchWhy
from handlers import case_buttons, commands, match_lines, replies
from handlers.callbacks import MATCH, form_of, number_in, pack
from handlers.drafts import ask_in
from handlers.updates import pressed, telegram_name, user_and_chat
from services import matches
from services.matches import MatchWanted

if TYPE_CHECKING:
    from telegram import Update

    from domain.matches import Match
    from handlers.context import Context
    from services.matches import MatchCard, MatchPress


def card_buttons(context: Context, card: MatchCard) -> InlineKeyboardMarkup:
    """Return exactly what state, case and role allow, and the way back to the case."""
    match = card.match
    rows = [
        [
            _button(
                match_lines.act_words(context, act),
                "step" if act in DATED else "ask",
                match,
                act,
            )
        ]
        for act in card.acts
    ]
    return InlineKeyboardMarkup([*rows, _to_case(context, match)])


def _button(label: str, verb: str, match: Match, *arguments: object) -> InlineKeyboardButton:
    data = pack(MATCH, verb, match.id, match.state, *arguments)
    return InlineKeyboardButton(label, callback_data=data)


def _to_case(context: Context, match: Match) -> list[InlineKeyboardButton]:
    label = context.gettext("Back to the case")
    return [case_buttons.button(label, "open", match.consultation_id)]


async def begin(update: Update, context: Context) -> None:
    """Record a match: ask about the person."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    _in_private(chat)
    case = case_buttons.read_number(data.split(":")[-1])
    forms = context.house.forms
    draft = await context.transact(matches.begin, context.occasion, forms, user, case)
    await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, draft))


async def submit(update: Update, context: Context) -> None:
    """Record the person of the finished form."""
    _, data, _ = pressed(update)
    user, chat = user_and_chat(update)
    _in_private(chat)
    press = await context.transact(
        matches.record, context.occasion, context.house.forms, user, number_in(data)
    )
    await _show(update, context, press, context.gettext("The match is recorded."))


async def submit_step(update: Update, context: Context) -> None:
    """Record what has become of a match."""
    _, data, _ = pressed(update)
    user, chat = user_and_chat(update)
    _in_private(chat)
    forms, name = context.house.forms, form_of(data)
    press = await context.transact(
        matches.record_step, context.occasion, forms, user, name, number_in(data)
    )
    await _show(update, context, press, context.gettext("It is recorded."))


async def card(update: Update, context: Context) -> None:
    """A match of a case."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    _in_private(chat)
    match = case_buttons.read_number(data.split(":")[-1])
    found = await context.read(matches.card, user, match)
    await asyncio.gather(replies.answer_query(query), _draw(context, chat, message, found))


async def step(update: Update, context: Context) -> None:
    """Something with a day has become of a match: ask for the day."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    _in_private(chat)
    wanted = _wanted(data)
    forms = context.house.forms
    press = await context.transact(matches.begin_step, context.occasion, forms, user, wanted)
    if press.draft is None:
        await _show(update, context, press, "")
        return
    await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, press.draft))


async def why(update: Update, context: Context) -> None:
    """Cancelled, or a mistake: ask why; the answer does it."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    _in_private(chat)
    wanted = _wanted(data)
    found = await context.read(matches.card, user, wanted.match)
    if found.match.state is not wanted.before or wanted.act not in found.acts:
        raise StaleButton("")
    _ = context.gettext
    question = {
        MatchAct.CANCEL: _("Why was it cancelled before the start? It is taken off the figures."),
        MatchAct.VOID: _("What is wrong with it? It is taken off the figures."),
    }[wanted.act]
    rows = [
        [_button(_(WHY_WORDS[reason]), "do", found.match, wanted.act, reason)]
        for reason in REASONS[wanted.act]
    ]
    data = pack(MATCH, "card", found.match.id)
    rows.append([InlineKeyboardButton(_("Leave it as it is"), callback_data=data)])
    title = f"<b>{found.match.reference}</b>　"
    title += match_lines.numbered(context, found.match.number)
    text = f"{title}\n{question}"
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, text, InlineKeyboardMarkup(rows)),
    )


async def do(update: Update, context: Context) -> None:
    """Cancel a match before its start, or take it for a mistake."""
    _, data, _ = pressed(update)
    user, chat = user_and_chat(update)
    _in_private(chat)
    press = await context.transact(
        matches.change, context.occasion, user, telegram_name(update), _wanted(data)
    )
    await _show(update, context, press, context.gettext("It is recorded."))


def _in_private(chat: int) -> None:
    # What is shown in private must not be drawn into a group by an altered app.
    if chat < 0:
        raise StaleButton("")


def _wanted(data: str) -> MatchWanted:
    """Return what a button asks for. Raises StaleButton."""
    match, before, act, *reason = data.split(":")[2:]
    if before not in set(MatchState) or act not in set(MatchAct):
        raise StaleButton("")
    if len(reason) > 1 or not set(reason) <= set(MatchWhy):
        raise StaleButton("")
    why_ = MatchWhy(reason[0]) if reason else None
    return MatchWanted(case_buttons.read_number(match), MatchState(before), MatchAct(act), why_)


async def _show(update: Update, context: Context, press: MatchPress, done: str) -> None:
    """Answer a press and show the match as it is now; a form that was refused stays."""
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    if press.refusal is not None:
        await replies.refuse(context, query, press.refusal)
    else:
        await replies.answer_query(query, done)
    if press.draft is not None:
        await ask_in(context, chat, message, press.draft)
    elif press.card is not None:
        await _draw(context, chat, message, press.card)


async def _draw(context: Context, chat: int, message: int, found: MatchCard) -> None:
    text = match_lines.match_text(context, found.match)
    await replies.show(context, chat, message, text, card_buttons(context, found))


async def refresh(update: Update, context: Context) -> None:
    """Show the match of a stale button as it is now, to those who may see it."""
    _, data, message = pressed(update)
    user, chat = user_and_chat(update)
    verb, *arguments = data.split(":")[1:]
    if chat < 0 or not arguments or verb == "begin":
        if chat > 0:
            await commands.show_current(update, context)
        return
    match = case_buttons.read_number(arguments[0])
    await _draw(context, chat, message, await context.read(matches.card, user, match))
