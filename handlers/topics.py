"""Topics of the staff chat: made when the first notice of a case goes to a forum."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telegram.error import BadRequest, Forbidden

from services import delivery, topics

if TYPE_CHECKING:
    from telegram import Bot, Chat

    from domain.outbox import ClaimedNotice
    from handlers.context import Context, House

_LOGGER = logging.getLogger(__name__)


async def learn_forum(bot: Bot, house: House) -> None:
    """Ask Telegram whether the staff chat is a forum; one that takes no bot is none.

    Raises TelegramError for what may pass.
    """
    chat = await house.read(lambda tx: delivery.current_chat(tx, house.staff_chat))
    try:
        found = await bot.do_api_request("getChat", {"chat_id": chat})
    except (BadRequest, Forbidden) as error:
        _LOGGER.warning("the staff chat cannot be seen: %s", error.message)
        return
    house.forum.is_forum = bool(isinstance(found, dict) and found.get("is_forum"))


def notice_forum(house: House, chat: Chat) -> None:
    """Take over what an update of the staff chat says of it: whether it is a forum."""
    house.forum.is_forum = bool(chat.is_forum)


def notice_rights(house: House, chat: Chat) -> None:
    """Try to make topics again: the bot's rights in the staff chat have changed."""
    notice_forum(house, chat)
    house.forum.may_make_topics = True


async def thread_of(context: Context, notice: ClaimedNotice) -> int | None:
    """Return the topic that a notice goes to, made if need be; None for the general one.

    Raises TelegramError for what may pass.
    """
    forum = context.house.forum
    if not (notice.is_for_group and forum.is_forum):
        return None
    topic = await context.read(topics.of_notice, notice)
    if topic is None or topic.thread is not None:
        return topic.thread if topic is not None else None
    if not forum.may_make_topics:
        return None
    parameters = {"chat_id": notice.recipient, "name": topic.name}
    try:
        made = await context.bot.do_api_request("createForumTopic", parameters)
    except (BadRequest, Forbidden) as error:
        await _refused(context, notice.recipient, error.message)
        return None
    thread = int(made["message_thread_id"])
    await context.house.write(lambda tx: topics.keep(tx, topic, notice.recipient, thread))
    return thread


async def is_gone(context: Context, chat: int, thread: int, why: str) -> bool:
    """Whether Telegram refused a message for its topic: it then goes to the general one.

    A topic that was deleted is forgotten, so that the next notice of its case makes another.
    """
    reason = why.lower()
    if "thread not found" in reason or "topic_deleted" in reason:
        await context.house.write(lambda tx: topics.forget(tx, chat, thread))
        return True
    return "topic_closed" in reason


async def _refused(context: Context, chat: int, why: str) -> None:
    _LOGGER.warning("no topic could be made in %d: %s", chat, why)
    forum = context.house.forum
    forum.may_make_topics = False
    if "not a forum" in why.lower():
        forum.is_forum = False
        return
    now = context.house.clock()
    await context.house.write(lambda tx: topics.refused(tx, chat, now))
