"""Reading an update: who acts, where, and which button was pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import StaleButton

if TYPE_CHECKING:
    from telegram import CallbackQuery, Update

_LONGEST_NAME = 40


def user_and_chat(update: Update) -> tuple[int, int]:
    """Return who acts and where. Raises StaleButton for an update without a person."""
    if update.effective_user is None or update.effective_chat is None:
        raise StaleButton("")
    return update.effective_user.id, update.effective_chat.id


def own_chat(update: Update) -> tuple[int, int]:
    """Return who acts, in their own chat with the bot.

    Raises StaleButton elsewhere: an altered app can press any button under a message of a group.
    """
    user, chat = user_and_chat(update)
    if user != chat:
        raise StaleButton("")
    return user, chat


def pressed(update: Update) -> tuple[CallbackQuery, str, int]:
    """Return the query of a button press, its data and the id of its message."""
    query = update.callback_query
    if query is None or query.data is None or query.message is None:
        raise StaleButton("")
    return query, query.data, query.message.message_id


def private_button(update: Update) -> tuple[str, list[str]]:
    """Return the verb and the arguments of a button that is pressed in private.

    Raises StaleButton elsewhere: what is shown in private must not be drawn into a group by an
    altered app.
    """
    _, data, _ = pressed(update)
    _, chat = user_and_chat(update)
    if chat < 0:
        raise StaleButton("")
    _, verb, *arguments = data.split(":")
    return verb, arguments


def telegram_name(update: Update) -> str:
    """Return the name that the person goes by on Telegram, on one line."""
    person = update.effective_user
    return " ".join(person.full_name.split())[:_LONGEST_NAME] if person is not None else ""
