"""Which handler serves what, in the order they are tried."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from domain.errors import DomainError, StaleButton
from domain.staff import NotPermitted
from handlers import cases, command_menu, figures, language, membership, needs, replies, staff
from handlers.callbacks import CASE, FIX, INTAKE, LANGUAGE, QUESTION, STAFF
from handlers.updates import user_and_chat
from services import delivery
from services.inbox import AlreadyApplied

if TYPE_CHECKING:
    from handlers.context import Context, MadoguchiApplication

_LOGGER = logging.getLogger(__name__)
Handler = Callable[[Update, "Context"], Coroutine[Any, Any, None]]


def _telling_refusals(handler: Handler) -> Handler:
    """Tell the person what a handler's service refused, and show where they stand."""

    @wraps(handler)
    async def told(update: Update, context: Context) -> None:
        try:
            await handler(update, context)
        except AlreadyApplied:
            await show_current(update, context)
        except DomainError as refusal:
            await _tell(update, context, refusal)

    return told


async def _tell(update: Update, context: Context, refusal: DomainError) -> None:
    text = context.gettext(refusal.message) % refusal.params if refusal.message else ""
    query = update.callback_query
    if query is None:
        if update.effective_chat is not None and text:
            await replies.send(context, update.effective_chat.id, text)
        return
    if isinstance(refusal, StaleButton):
        text = context.gettext("That button is from an earlier step. Here is where we are.")
        await replies.answer_query(query, text)
        await show_current(update, context)
        return
    await replies.answer_query(query, text, alert=True)


async def show_current(update: Update, context: Context) -> None:
    """Show the stored state again: after a crash between commit and reply, or a stale button."""
    chat = update.effective_chat
    if chat is not None and chat.type == "private":
        await needs.show_current(update, context)
        return
    if update.callback_query is not None and str(update.callback_query.data).startswith(CASE):
        await cases.refresh(update, context)


def _hidden(handler: Handler) -> Handler:
    """Make an admin command answer like an unknown one to everyone else."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        try:
            await handler(update, context)
        except NotPermitted:
            await unknown_command(update, context)

    return guarded


def _for_staff_chat(handler: Handler) -> Handler:
    """Let a command of figures be answered in the staff chat; all other groups hear nothing."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        staff_chat = await context.read(delivery.current_chat, context.house.staff_chat)
        if update.effective_chat is None or update.effective_chat.id != staff_chat:
            return
        # Everybody there reads it.
        context.language = context.house.default_language
        with suppress(NotPermitted):
            await handler(update, context)

    return guarded


async def start(update: Update, context: Context) -> None:
    """/start, alone or with a deep link's payload."""
    payload = context.args[0] if context.args else ""
    if payload.startswith(staff.INVITATION):
        await staff.join(update, context, payload)
        return
    await needs.welcome(update, context)
    await command_menu.settle_menu(context, context.user_id or 0)


async def unknown_command(update: Update, context: Context) -> None:
    """A command that does not exist (for this person)."""
    _, chat = user_and_chat(update)
    text = context.gettext("I do not know that command. /help shows what you can do.")
    await replies.send(context, chat, text)


async def unknown_button(_update: Update, _context: Context) -> None:
    """A button of no known form."""
    raise StaleButton("")


def add_handlers(application: MadoguchiApplication) -> None:
    """Register every handler."""
    private = filters.ChatType.PRIVATE
    commands: tuple[tuple[str, Handler], ...] = (
        ("start", start),
        ("help", needs.help_),
        ("status", needs.status),
        ("cancel", needs.cancel),
        ("privacy", needs.privacy),
        ("language", language.language),
        ("stats", _hidden(figures.stats)),
        ("kpi", _hidden(figures.kpi)),
        ("staff", _hidden(staff.list_staff)),
    )
    for name, command in commands:
        application.add_handler(
            CommandHandler(name, _telling_refusals(command), private & filters.UpdateType.MESSAGE)
        )
    in_group = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE
    for name, command in (("stats", figures.stats), ("kpi", figures.kpi)):
        answered = _telling_refusals(_for_staff_chat(command))
        application.add_handler(CommandHandler(name, answered, in_group))
    buttons: tuple[tuple[str, Handler], ...] = (
        (QUESTION, needs.chose),
        (FIX, needs.fix),
        (INTAKE, needs.action),
        (CASE, cases.case_button),
        (STAFF, staff.staff_button),
        (LANGUAGE, language.language_button),
        ("", unknown_button),
    )
    for family, button in buttons:
        pattern = f"^{family}:" if family else None
        application.add_handler(CallbackQueryHandler(_telling_refusals(button), pattern))
    application.add_handler(ChatMemberHandler(_telling_refusals(membership.my_status)))
    application.add_handler(
        MessageHandler(filters.StatusUpdate.MIGRATE, _telling_refusals(membership.migrated))
    )
    typed = private & filters.UpdateType.MESSAGE & ~filters.COMMAND
    application.add_handler(MessageHandler(typed, _telling_refusals(needs.typed)))
    application.add_handler(
        MessageHandler(
            private & filters.UpdateType.MESSAGE & filters.COMMAND,
            _telling_refusals(unknown_command),
        )
    )
