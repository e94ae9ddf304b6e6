"""Where the bot may write: people who block it or come back, groups that move or let it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import ChatMemberStatus

from handlers.topics import notice_rights
from services import delivery

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context

_IN = frozenset(
    {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED}
)


async def my_status(update: Update, context: Context) -> None:
    """The bot's own status in a chat changed."""
    change = update.my_chat_member
    if change is None:
        return
    is_in = change.new_chat_member.status in _IN
    chat = change.chat
    if chat.type != "private":
        if is_in:
            await context.transact(delivery.chat_opened, chat.id, context.now)
            if chat.id == await context.read(delivery.current_chat, context.house.staff_chat):
                notice_rights(context.house, chat)
    elif is_in:
        await context.transact(delivery.person_returned, chat.id)
    else:
        staff_chat = context.house.staff_chat
        await context.transact(delivery.person_left, chat.id, staff_chat, context.now)


async def migrated(update: Update, context: Context) -> None:
    """A group became a supergroup: the old chat says where to, the new one where from."""
    message = update.effective_message
    if message is None:
        return
    if message.migrate_to_chat_id is not None:
        old, new = message.chat.id, message.migrate_to_chat_id
    elif message.migrate_from_chat_id is not None:
        old, new = message.migrate_from_chat_id, message.chat.id
    else:
        return
    await context.transact(delivery.group_moved, old, new)
