"""What a person sends outside buttons, taken to whatever it is for."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from domain.errors import StaleButton
from handlers import case_desk, drafts, relay, replies
from handlers.incoming import incoming
from handlers.updates import user_and_chat
from services import typed as service
from services.case_desk import Handled
from services.drafts import Step
from services.typed import FormOpen, Named, Written

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context
    from services.typed import Outcome


async def typed(update: Update, context: Context) -> None:
    """A typed text."""
    user, _ = user_and_chat(update)
    outcome = await context.transact(
        service.typed, context.occasion, context.house.forms, user, incoming(update)
    )
    await _tell(update, context, outcome)


async def sent(update: Update, context: Context) -> None:
    """A picture, a file, a voice message, a place, or anything forwarded."""
    user, _ = user_and_chat(update)
    outcome = await context.transact(service.sent, context.occasion, user, incoming(update))
    await _tell(update, context, outcome)


async def contact(update: Update, context: Context) -> None:
    """A shared contact: it counts if it is the person's own."""
    user, chat = user_and_chat(update)
    shared = update.effective_message.contact if update.effective_message is not None else None
    if shared is None or shared.user_id != user:
        outcome = await context.transact(service.sent, context.occasion, user, incoming(update))
        if isinstance(outcome, FormOpen):
            text = context.gettext("Please share your own telephone number, or type it.")
            await replies.send(context, chat, text)
        else:
            await _tell(update, context, outcome)
        return
    number = f"+{shared.phone_number.lstrip('+')}"
    outcome = await context.transact(
        service.shared_contact,
        context.occasion,
        context.house.forms,
        user,
        number,
        incoming(update),
    )
    await _tell(update, context, outcome)


async def _tell(update: Update, context: Context, outcome: Outcome) -> None:
    _, chat = user_and_chat(update)
    if outcome is None:
        raise StaleButton("")
    if isinstance(outcome, Step):
        await drafts.go_on(context, chat, outcome)
    elif isinstance(outcome, FormOpen):
        await drafts.unreadable(update, context)
    elif isinstance(outcome, Handled):
        await case_desk.noted(context, chat, outcome)
    elif isinstance(outcome, Named):
        await named(context, chat, outcome.name)
    elif isinstance(outcome, Written):
        await relay.written(update, context, outcome.outcome)
    else:
        await relay.told(update, context, outcome)


async def named(context: Context, chat: int, name: str) -> None:
    """Say under which name a member writes to companies from now on."""
    text = context.gettext("Companies read “%(name)s” as your name from now on.")
    await replies.send(context, chat, text % {"name": escape(name)})


async def edited(update: Update, context: Context) -> None:
    """A message changed after it was sent: passed on it changes too, an answer does not."""
    if not await relay.edited(update, context):
        await drafts.edited(update, context)
