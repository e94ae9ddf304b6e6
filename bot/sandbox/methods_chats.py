"""Methods that look at chats, their members and menu buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Chat
    from bot.sandbox.world import World

Json = dict[str, Any]

_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


def get_chat(world: World, call: Call) -> Json:
    """Answer getChat."""
    chat = world.readable_chat(call.text("chat_id"))
    body = {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.pinned:
        body["pinned_message"] = world.as_json(chat.messages[chat.pinned[-1]], nested=True)
    return body


def get_chat_member(world: World, call: Call) -> Json:
    """Answer getChatMember."""
    user_id = call.integer("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    chat = world.readable_chat(call.text("chat_id"))
    if user_id == world.bot.id:
        return bot_member(world, chat)
    person = world.people.get(user_id)
    if person is None:
        raise bad_request("user not found")
    if chat.is_private:
        status = "member" if user_id == chat.id else "left"
    else:
        status = chat.members.get(user_id, "left")
    return _member(person.user(), status)


def get_chat_administrators(world: World, call: Call) -> list[Json]:
    """Answer getChatAdministrators: other bots are left out, this one is not."""
    chat = world.readable_chat(call.text("chat_id"))
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    people = [
        _member(world.people[person_id].user(), status)
        for person_id, status in chat.members.items()
        if status in {"creator", "administrator"}
    ]
    return people + ([bot_member(world, chat)] if chat.bot_status == "administrator" else [])


def get_chat_member_count(world: World, call: Call) -> int:
    """Answer getChatMemberCount."""
    chat = world.readable_chat(call.text("chat_id"))
    return 2 if chat.is_private else len(chat.members) + 1


def bot_member(world: World, chat: Chat) -> Json:
    """Return the bot's own ChatMember."""
    status = chat.bot_status
    if chat.is_private:
        status = "kicked" if chat.is_blocked else "member"
    return _member(world.bot.user(), status, chat.bot_lacks)


def member_of(user: Json, status: str) -> Json:
    """Return a ChatMember."""
    return _member(user, status)


def _member(user: Json, status: str, lacks: frozenset[str] = frozenset()) -> Json:
    body: Json = {"user": user, "status": status}
    if status == "creator":
        body["is_anonymous"] = False
    elif status == "administrator":
        body |= {"can_be_edited": False, "is_anonymous": False}
        body |= {right: right not in lacks for right in _RIGHTS}
    elif status == "kicked":
        body["until_date"] = 0
    return body


def leave_chat(world: World, call: Call) -> bool:
    """Answer leaveChat."""
    chat = world.readable_chat(call.text("chat_id"))
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    world.announce(chat)
    return True


def set_chat_menu_button(world: World, call: Call) -> bool:
    """Answer setChatMenuButton."""
    button = call.structure("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict):
        raise bad_request("can't parse menu button: MenuButton must be an Object")
    if str(button.get("type")) not in {"default", "commands", "web_app"}:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    if call.text("chat_id"):
        chat = world.readable_chat(call.text("chat_id"))
        chat.menu_button = button
        world.announce(chat)
    else:
        world.profile.menu_button = button
    return True


def get_chat_menu_button(world: World, call: Call) -> Json:
    """Answer getChatMenuButton."""
    if call.text("chat_id"):
        chat = world.readable_chat(call.text("chat_id"))
        return chat.menu_button or world.profile.menu_button
    return world.profile.menu_button
