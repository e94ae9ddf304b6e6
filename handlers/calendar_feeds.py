"""/calendar for staff: the addresses by which other calendars show the meetings."""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING, Final

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.errors import StaleButton
from handlers import replies
from handlers.callbacks import CALENDAR, pack
from handlers.moments import moment
from handlers.updates import pressed, user_and_chat
from services import calendar_feeds

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context
    from services.calendar_feeds import FeedCard

FEED_FOLDER: Final = "/calendar/"
"""What comes before the secret in an address; it ends in `.ics`."""
_SECRET_BYTES: Final = 24


async def calendar(update: Update, context: Context) -> None:
    """/calendar: what it is, and which addresses there are."""
    user, chat = user_and_chat(update)
    feeds = await context.read(calendar_feeds.listed, user)
    await replies.send(context, chat, *_list(context, feeds))


async def refresh(update: Update, context: Context) -> None:
    """Show the list as it is now, to those who may see it."""
    _, _, message = pressed(update)
    user, chat = user_and_chat(update)
    feeds = await context.read(calendar_feeds.listed, user)
    await replies.edit(context, chat, message, *_list(context, feeds))


async def make(update: Update, context: Context) -> None:
    """Make an address and show it, this once."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    feeds = await context.transact(calendar_feeds.make, user, secret, context.now)
    await replies.answer_query(query)
    text, buttons = _address(context, f"{context.house.reach.base}{FEED_FOLDER}{secret}.ics")
    await replies.send_protected(context, chat, text, buttons)
    await replies.edit(context, chat, message, *_list(context, feeds))


async def ask(update: Update, context: Context) -> None:
    """Ask whether to revoke an address."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    feed_id = int(data.rsplit(":", 1)[1])
    feeds = await context.read(calendar_feeds.listed, user)
    card = next((each for each in feeds if each.feed.id == feed_id), None)
    if card is None:
        raise StaleButton("")
    _ = context.gettext
    text = _(
        "Revoke this address?\n\n%(address)s\n\nCalendars that use it show no meetings of ours any "
        "more. This cannot be undone; you can make a new one."
    ) % {"address": _line(context, card)}
    style = KeyboardButtonStyle.DANGER
    buttons = [
        _button(_("Yes, revoke"), "revoke", feed_id, style=style),
        _button(_("Back to the list"), "list"),
    ]
    await replies.answer_query(query)
    await replies.edit(context, chat, message, text, InlineKeyboardMarkup(buttons))


async def revoke(update: Update, context: Context) -> None:
    """Revoke an address."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    feed_id = int(data.rsplit(":", 1)[1])
    feeds = await context.transact(calendar_feeds.revoke, user, feed_id, context.now)
    await replies.answer_query(query, context.gettext("Revoked. The address is dead."))
    await replies.edit(context, chat, message, *_list(context, feeds))


async def list_button(update: Update, context: Context) -> None:
    """Back to the list of addresses."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    feeds = await context.read(calendar_feeds.listed, user)
    await replies.answer_query(query)
    await replies.edit(context, chat, message, *_list(context, feeds))


def _list(context: Context, feeds: list[FeedCard]) -> tuple[str, InlineKeyboardMarkup]:
    _ = context.gettext
    lines = [
        _(
            "<b>The meetings in your own calendar</b>\nAdd an address to the calendar you use "
            "(Outlook, Google, Apple), and it shows all meetings: reference number, method and "
            "area, no names."
        )
    ]
    rows = [_button(_("Make a new address"), "new", style=KeyboardButtonStyle.PRIMARY)]
    if feeds:
        lines += ["", _("Addresses in use:")]
    for number, card in enumerate(feeds, 1):
        lines.append(f"{number}. {_line(context, card)}")
        label = _("Revoke no. %(number)s") % {"number": number}
        rows.append(_button(label, "ask", card.feed.id))
    return "\n".join(lines), InlineKeyboardMarkup(rows)


def _line(context: Context, card: FeedCard) -> str:
    text = context.gettext("%(name)s, %(since)s")
    since = moment(context, card.feed.created_at)
    return text % {"name": escape(card.maker), "since": since}


def _address(context: Context, address: str) -> tuple[str, InlineKeyboardMarkup]:
    _ = context.gettext
    text = _(
        "The new address, shown this once:\n<code>%(address)s</code>\n\nIn your calendar choose "
        "“From URL” (Google), “Subscribe from web” (Outlook) or “New Calendar Subscription” "
        "(Apple) and paste it there. Whoever has it sees the list of meetings."
    ) % {"address": escape(address)}
    if address.startswith("http://"):
        text += "\n\n" + _(
            "It can be opened on the bot's own computer only. For others, the operator sets "
            "MADOGUCHI_PUBLIC_URL."
        )
    copy = InlineKeyboardButton(_("Copy the address"), copy_text=CopyTextButton(address))
    return text, InlineKeyboardMarkup([[copy]])


def _button(label: str, *arguments: object, style: str | None = None) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(label, callback_data=pack(CALENDAR, *arguments), style=style)]
