"""Sending: the few ways a handler answers, each harmless when Telegram says it is too late."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, TypeAlias

from telegram import (
    InputFile,
    InputMediaAnimation,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from domain.relay import Kind
from handlers.updates import pressed, user_and_chat

if TYPE_CHECKING:
    from telegram import (
        CallbackQuery,
        InlineKeyboardMarkup,
        ReplyKeyboardMarkup,
        ReplyKeyboardRemove,
        Update,
    )

    from domain.errors import DomainError
    from handlers.context import Context
    from handlers.messages import File, Message

    Buttons: TypeAlias = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | str
    """A keyboard, or one that is written as the Bot API's JSON already."""

_LOGGER = logging.getLogger(__name__)
_SENDS = {
    Kind.PHOTO: "sendPhoto",
    Kind.DOCUMENT: "sendDocument",
    Kind.VOICE: "sendVoice",
    Kind.VIDEO: "sendVideo",
    Kind.AUDIO: "sendAudio",
    Kind.ANIMATION: "sendAnimation",
    Kind.VIDEO_NOTE: "sendVideoNote",
    Kind.STICKER: "sendSticker",
}
_MEDIA = {
    Kind.PHOTO: InputMediaPhoto,
    Kind.DOCUMENT: InputMediaDocument,
    Kind.VIDEO: InputMediaVideo,
    Kind.AUDIO: InputMediaAudio,
    Kind.ANIMATION: InputMediaAnimation,
}
"""What can take the place of another file."""
_NOT_MODIFIED = "message is not modified"
_HARMLESS = (
    _NOT_MODIFIED,
    "query is too old",
    "message to edit not found",
    "message can't be edited",
    # A file has a caption instead.
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
    "message to delete not found",
    "message can't be deleted",
)


async def answer_query(
    query: CallbackQuery, text: str | None = None, *, alert: bool = False
) -> None:
    """Answer a button press; one that Telegram has given up waiting for is let go."""
    try:
        await query.answer(text, show_alert=alert)
    except BadRequest as error:
        _let_go_if_harmless(error)


async def refuse(context: Context, query: CallbackQuery, refusal: DomainError) -> None:
    """Answer a button press with why nothing was done, in a box that has to be closed."""
    await answer_query(query, context.gettext(refusal.message) % refusal.params, alert=True)


async def edit(
    context: Context,
    chat_id: int,
    message_id: int,
    text: str,
    buttons: Buttons | None = None,
) -> bool:
    """Edit a message of ours; return whether it reads so now, False for one that is gone."""
    try:
        await _call(
            context, "editMessageText", buttons, chat_id=chat_id, message_id=message_id, text=text
        )
    except BadRequest as error:
        _let_go_if_harmless(error)
        return _NOT_MODIFIED in error.message.lower()
    return True


async def edit_caption(
    context: Context,
    chat_id: int,
    message_id: int,
    caption: str,
    buttons: Buttons | None = None,
) -> None:
    """Edit what stands under a file of ours, at most 1024 characters (its tags not counted)."""
    try:
        await _call(
            context,
            "editMessageCaption",
            buttons,
            chat_id=chat_id,
            message_id=message_id,
            caption=caption,
        )
    except BadRequest as error:
        _let_go_if_harmless(error)


async def show(
    context: Context,
    chat_id: int,
    message_id: int,
    text: str,
    buttons: Buttons | None = None,
) -> int:
    """Show a text in the place of a message, or below if that is gone; return where it is."""
    if await edit(context, chat_id, message_id, text, buttons):
        return message_id
    return await send(context, chat_id, text, buttons)


async def strip(context: Context, chat_id: int, message_id: int) -> None:
    """Take the buttons off a message of ours."""
    try:
        await context.bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id)
    except BadRequest as error:
        _let_go_if_harmless(error)


async def delete(context: Context, chat_id: int, message_id: int) -> None:
    """Delete a message of ours; one that is gone or older than 48 hours is let go."""
    try:
        await context.bot.delete_message(chat_id, message_id)
    except BadRequest as error:
        _let_go_if_harmless(error)


async def send(
    context: Context,
    chat_id: int,
    text: str,
    buttons: Buttons | None = None,
) -> int:
    """Send a message, into the topic that it answers a message of; return its id."""
    parameters: dict[str, object] = {"chat_id": chat_id, "text": text}
    if context.topic is not None and context.topic[0] == chat_id:
        parameters["message_thread_id"] = context.topic[1]
    shown = await _call(context, "sendMessage", buttons, **parameters)
    return int(shown["message_id"])


async def send_protected(
    context: Context, chat_id: int, text: str, buttons: Buttons | None = None
) -> None:
    """Send a message that Telegram does not let people forward."""
    await _call(context, "sendMessage", buttons, chat_id=chat_id, text=text, protect_content=True)


async def send_protected_document(context: Context, chat_id: int, file: File, caption: str) -> None:
    """Send a file that Telegram does not let people forward."""
    document = InputFile(file.content, filename=file.name)
    parameters = {"document": document, "caption": caption, "protect_content": True}
    await _call(context, "sendDocument", None, chat_id=chat_id, **parameters)


async def send_photo(context: Context, chat_id: int, file: File, caption: str) -> None:
    """Send a picture with a text of at most 1024 characters (its tags not counted)."""
    photo = InputFile(file.content, filename=file.name)
    await _call(context, "sendPhoto", None, chat_id=chat_id, photo=photo, caption=caption)


async def turn_into(update: Update, context: Context, shown: Message) -> None:
    """Answer a press and turn the message it was under into another."""
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    await answer_query(query)
    await show(context, chat, message, shown.text, shown.buttons)


async def send_message(context: Context, chat_id: int, message: Message) -> int:
    """Send a message with the file it carries, or let it take another's place; return its id."""
    if message.edits is not None:
        await _replace(context, chat_id, message.edits, message)
        return message.edits
    method, content = _content(message)
    content["chat_id"] = chat_id
    if message.is_protected:
        content["protect_content"] = True
    if message.thread is not None:
        content["message_thread_id"] = message.thread
    shown = await _call(context, method, message.buttons, **content)
    return int(shown["message_id"])


def _content(message: Message) -> tuple[str, dict[str, object]]:
    """Return the method that sends a message, and what it is told of its content."""
    if message.file is not None:
        document = InputFile(message.file.content, filename=message.file.name)
        return "sendDocument", {"document": document, "caption": message.text}
    if message.attachment is None:
        return "sendMessage", {"text": message.text}
    kind = message.attachment.kind
    content: dict[str, object] = {kind: message.attachment.file_id}
    if kind.has_caption:
        content["caption"] = message.text
    return _SENDS[kind], content


async def _replace(context: Context, chat_id: int, message_id: int, message: Message) -> None:
    where: dict[str, object] = {"chat_id": chat_id, "message_id": message_id}
    attachment = message.attachment
    try:
        if attachment is None:
            await _call(context, "editMessageText", message.buttons, **where, text=message.text)
        elif message.new_file and attachment.kind in _MEDIA:
            new = _MEDIA[attachment.kind]
            where["media"] = new(attachment.file_id, message.text, ParseMode.HTML)
            await _call(context, "editMessageMedia", message.buttons, **where)
        else:
            where["caption"] = message.text
            await _call(context, "editMessageCaption", message.buttons, **where)
    except BadRequest as error:
        _let_go_if_harmless(error)


async def react(context: Context, chat_id: int, message_id: int, emoji: str) -> None:
    """Put a sign under a person's message; where that does not work, nothing is said."""
    parameters = {
        "chat_id": chat_id,
        "message_id": message_id,
        "reaction": json.dumps([{"type": "emoji", "emoji": emoji}]),
    }
    try:
        await context.bot.do_api_request("setMessageReaction", parameters)
    except TelegramError as error:
        _LOGGER.info("no reaction: %s", type(error).__name__)


async def _call(
    context: Context, method: str, buttons: Buttons | None, **parameters: object
) -> Any:
    # The library's own methods build objects of the answer, of which only the id is wanted: they
    # cost ten times the call.
    parameters["parse_mode"] = ParseMode.HTML
    if buttons is not None:
        parameters["reply_markup"] = buttons if isinstance(buttons, str) else buttons.to_json()
    return await context.bot.do_api_request(method, parameters)


def _let_go_if_harmless(error: BadRequest) -> None:
    if not any(text in error.message.lower() for text in _HARMLESS):
        raise error
    _LOGGER.info("let go: %s", error.message)
