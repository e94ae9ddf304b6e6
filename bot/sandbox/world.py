"""The state of the sandbox: who there is, what was said, what waits for the bot.

It knows who may write where, in the official server's words, and how messages look in the Bot
API. It reads no clock of its own and does no input or output.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox import view
from bot.sandbox.callbacks import Callbacks
from bot.sandbox.changes import Changes
from bot.sandbox.chats import Chat, Message
from bot.sandbox.errors import ActionRefused, ApiError, bad_request, forbidden
from bot.sandbox.files import Files
from bot.sandbox.profile import Profile
from bot.sandbox.updates import Updates

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock
    from bot.sandbox.people import Bot, Person

Json = dict[str, Any]

CALLBACK_LIFETIME = timedelta(seconds=60)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_FIRST_GROUP = -4_100_000_001
_FIRST_SUPERGROUP = -1_002_200_000_001
_FIRST_ALBUM = 13_000_000_000_000_000


class World:
    """Everything a sandbox holds; a new one is an empty Telegram with the bot in it.

    The first update and message ids follow the clock, because a bot's database outlives the
    sandbox: it takes an update id it has seen before for a redelivery, and would edit a new message
    that has the id of one it remembers. A world that follows one `before` it keeps what a running
    bot relies on: numbers, commands, listeners.
    """

    def __init__(
        self,
        bot: Bot,
        clock: Clock,
        *,
        callback_lifetime: timedelta = CALLBACK_LIFETIME,
        before: World | None = None,
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.callbacks = Callbacks(callback_lifetime)
        self.profile: Profile = before.profile if before else Profile()
        self.changes: Changes = before.changes if before else Changes()
        started = int((clock() - _EPOCH).total_seconds())
        self.updates: Updates = before.updates if before else Updates(started, clock.machine)
        self._seen_by_bot: set[int] = set()
        self._last_message_id = before.newest_message_id() if before else started
        self._first_message_id = self._last_message_id
        self._groups_made = 0
        self._albums_made = 0

    def add_person(self, person: Person) -> Chat:
        """Add a person and their private chat, not yet started. Raises ActionRefused if taken."""
        if person.id in self.people:
            raise ActionRefused("taken", f"person {person.id} exists")
        self.people[person.id] = person
        chat = Chat(person.id, "private", person=person, username=person.username)
        self.chats[chat.id] = chat
        self.announce(chat)
        return chat

    def add_chat(self, chat: Chat) -> Chat:
        """Add a group, supergroup or channel. Raises ActionRefused if its id is taken."""
        if chat.id in self.chats:
            raise ActionRefused("taken", f"chat {chat.id} exists")
        chat.last_message_id = self._first_message_id
        self.chats[chat.id] = chat
        self.announce(chat)
        return chat

    def newest_message_id(self) -> int:
        """Return the highest message id given so far in any chat."""
        own = (chat.last_message_id for chat in self.chats.values())
        return max(self._last_message_id, *own)

    def free_chat_id(self, chat_type: str) -> int:
        """Return an id of the form Telegram gives such a chat."""
        self._groups_made += 1
        first = _FIRST_GROUP if chat_type == "group" else _FIRST_SUPERGROUP
        return first - self._groups_made

    def person(self, person_id: int) -> Person:
        """Return a person. Raises ActionRefused when there is none."""
        person = self.people.get(person_id)
        if person is None:
            raise ActionRefused("unknown_person", f"no person {person_id}")
        return person

    def announce(self, chat: Chat) -> None:
        """Tell the page that something about a chat changed."""
        self.changes.publish("chat", lambda: {"chat_id": chat.id})

    def see(self, person_id: int) -> None:
        """Note that the bot has met a person, so that it knows whom it may not address."""
        self._seen_by_bot.add(person_id)

    def known_chat(self, reference: str) -> Chat:
        """Return the chat of a `chat_id` parameter. Raises ApiError when the bot has none such."""
        if not reference:
            raise bad_request("chat_id is empty")
        if reference.startswith("@"):
            name = reference[1:].lower()
            found = [
                chat
                for chat in self.chats.values()
                if not chat.is_private and chat.username.lower() == name
            ]
            chat = found[0] if found else None
        else:
            chat = self.chats.get(int(reference)) if _is_number(reference) else None
        is_met = chat is not None and (
            not chat.is_private or chat.is_started or chat.id in self._seen_by_bot
        )
        if chat is None or not is_met:
            raise bad_request("chat not found")
        return chat

    def readable_chat(self, reference: str) -> Chat:
        """Return a chat the bot can look into. Raises ApiError otherwise."""
        chat = self.known_chat(reference)
        if chat.is_private and not chat.is_started:
            raise bad_request("chat not found")
        if chat.has_own_ids:
            _check_membership(chat)
        return chat

    def writable_chat(self, reference: str) -> Chat:
        """Return a chat the bot may write to. Raises ApiError otherwise."""
        chat = self.known_chat(reference)
        if chat.is_private:
            if not chat.is_started:
                raise forbidden("bot can't initiate conversation with a user")
            if chat.is_blocked:
                raise forbidden("bot was blocked by the user")
            return chat
        if chat.migrated_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        _check_membership(chat)
        if chat.type == "channel" and chat.bot_status != "administrator":
            raise bad_request("need administrator rights in the channel chat")
        return chat

    def post(self, chat: Chat, author: Json, content: Json, **more: Any) -> Message:
        """Add a message and return it; `more` are further fields of Message."""
        message = Message(
            chat_id=chat.id,
            message_id=self.next_message_id(chat),
            date=self.clock(),
            author=author,
            content=content,
            **more,
        )
        chat.messages[message.message_id] = message
        self._tell(message)
        return message

    def next_message_id(self, chat: Chat) -> int:
        """Return a fresh message id: private chats and basic groups share one numbering."""
        if chat.has_own_ids:
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_message_id += 1
        return self._last_message_id

    def next_album(self) -> str:
        """Return a fresh `media_group_id`."""
        self._albums_made += 1
        return str(_FIRST_ALBUM + self._albums_made)

    def put(self, message: Message) -> None:
        """Replace a message by its changed self."""
        self.chats[message.chat_id].messages[message.message_id] = message
        self._tell(message)

    def delete(self, message: Message) -> None:
        """Take a message out of everybody's sight."""
        chat = self.chats[message.chat_id]
        if message.message_id in chat.pinned:
            chat.pinned.remove(message.message_id)
        self.put(replace(message, is_deleted=True))

    def _tell(self, message: Message) -> None:
        self.changes.publish(
            "message", lambda: {"chat_id": message.chat_id, "message": view.message(self, message)}
        )

    def message(self, chat: Chat, message_id: int, what: str) -> Message:
        """Return a message that still stands. Raises ApiError "<what> not found"."""
        message = chat.messages.get(message_id)
        if message is None or message.is_deleted:
            raise bad_request(f"{what} not found")
        return message

    def bot_author(self, chat: Chat) -> Json:
        """Return the author fields of a message of the bot in a chat."""
        if chat.type == "channel":
            return {"sender_chat": chat.as_json()}
        return {"from": self.bot.user()}

    def as_json(self, message: Message, *, nested: bool = False) -> Json:
        """Return the Bot API's Message; a nested one does not repeat what it answers."""
        chat = self.chats[message.chat_id]
        body: Json = {
            "message_id": message.message_id,
            **message.author,
            "chat": chat.as_json(),
            "date": int(message.date.timestamp()),
        }
        if message.edited_at is not None:
            body["edit_date"] = int(message.edited_at.timestamp())
        thread = chat.thread_of(message)
        if thread is not None:
            body["message_thread_id"] = thread
        if chat.is_forum and message.topic is not None:
            body["is_topic_message"] = True
        answered = None if nested else chat.answered_by(message)
        if answered is not None:
            body["reply_to_message"] = self.as_json(answered, nested=True)
        body |= message.details
        body |= message.content
        if message.markup is not None:
            body["reply_markup"] = message.markup
        return body


def _check_membership(chat: Chat) -> None:
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def _is_number(reference: str) -> bool:
    return reference.removeprefix("-").isdecimal()
