"""What people do, over the control API: speak, answer, send files, edit, react, press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.client_wire import Wire
from bot.sandbox.shown import ANSWER, MESSAGE, MESSAGES, CallbackAnswer, ShownMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True)
class SentFile:
    """A file that a person sends; `kind` is photo, document, voice, video, audio or sticker."""

    kind: str
    name: str
    content: bytes
    mime_type: str = "application/octet-stream"


class People(Wire):
    """People and their telephones.

    `chat_id` is the private chat with the bot unless it names a group, `topic` a topic of a forum,
    `reply_to` the message that is answered. What a telephone would not do raises SandboxRefused.
    """

    async def send(
        self,
        person_id: int,
        text: str,
        chat_id: int | None = None,
        *,
        topic: int | None = None,
        reply_to: int | None = None,
    ) -> ShownMessage:
        """Send a text."""
        body = await self.post(
            "send", person_id=person_id, text=text, chat_id=chat_id, topic=topic, reply_to=reply_to
        )
        return MESSAGE.validate_python(body)

    async def reply(
        self, person_id: int, message: ShownMessage, text: str, *, quote: str = ""
    ) -> ShownMessage:
        """Answer a message where it stands; `quote` is a part of its words."""
        body = await self.post(
            "send",
            person_id=person_id,
            text=text,
            chat_id=message.chat_id,
            reply_to=message.message_id,
            quote=quote,
        )
        return MESSAGE.validate_python(body)

    async def send_file(
        self,
        person_id: int,
        kind: str,
        name: str,
        content: bytes,
        *,
        mime_type: str = "application/octet-stream",
        caption: str = "",
        chat_id: int | None = None,
        topic: int | None = None,
        reply_to: int | None = None,
    ) -> ShownMessage:
        """Send a file; `kind` as in SentFile."""
        form = _form(
            [SentFile(kind, name, content, mime_type)],
            person_id=person_id,
            caption=caption,
            chat_id=chat_id,
            topic=topic,
            reply_to=reply_to,
        )
        return MESSAGE.validate_python(await self.request("POST", "upload", data=form))

    async def send_photo(
        self,
        person_id: int,
        content: bytes,
        caption: str = "",
        chat_id: int | None = None,
        *,
        topic: int | None = None,
        reply_to: int | None = None,
    ) -> ShownMessage:
        """Send a PNG picture as a photo."""
        return await self.send_file(
            person_id,
            "photo",
            "photo.png",
            content,
            mime_type="image/png",
            caption=caption,
            chat_id=chat_id,
            topic=topic,
            reply_to=reply_to,
        )

    async def send_album(
        self,
        person_id: int,
        files: Sequence[SentFile],
        *,
        caption: str = "",
        chat_id: int | None = None,
        topic: int | None = None,
        reply_to: int | None = None,
    ) -> list[ShownMessage]:
        """Send two to ten files as an album; the caption is the first one's."""
        form = _form(
            files,
            person_id=person_id,
            caption=caption,
            chat_id=chat_id,
            topic=topic,
            reply_to=reply_to,
        )
        return MESSAGES.validate_python(await self.request("POST", "album", data=form))

    async def edit(
        self, person_id: int, message_id: int, text: str, chat_id: int | None = None
    ) -> ShownMessage:
        """Edit an own text, or the caption of an own file."""
        body = await self.post(
            "edit", person_id=person_id, message_id=message_id, text=text, chat_id=chat_id
        )
        return MESSAGE.validate_python(body)

    async def delete(self, person_id: int, message_id: int, chat_id: int | None = None) -> None:
        """Delete a message for everybody, unseen by the bot."""
        await self.post("delete", person_id=person_id, message_id=message_id, chat_id=chat_id)

    async def react(
        self, person_id: int, message_id: int, emoji: str, chat_id: int | None = None
    ) -> ShownMessage:
        """React to a message; an empty emoji takes the reaction back."""
        body = await self.post(
            "react", person_id=person_id, message_id=message_id, emoji=emoji, chat_id=chat_id
        )
        return MESSAGE.validate_python(body)

    async def open_link(self, person_id: int, link: str) -> ShownMessage:
        """Follow a deep link to the bot; `link` is an address or a bare start payload."""
        return MESSAGE.validate_python(await self.post("open-link", person_id=person_id, link=link))

    async def tap(self, person_id: int, label: str, chat_id: int | None = None) -> ShownMessage:
        """Tap a button of the reply keyboard; one that asks for the number shares it."""
        body = await self.post("tap", person_id=person_id, label=label, chat_id=chat_id)
        return MESSAGE.validate_python(body)

    async def share_contact(
        self, person_id: int, phone: str, user_id: int | None = None, name: str = ""
    ) -> ShownMessage:
        """Share a contact; `user_id` makes it somebody else's."""
        body = await self.post(
            "share-contact", person_id=person_id, phone=phone, user_id=user_id, name=name
        )
        return MESSAGE.validate_python(body)

    async def press(
        self,
        person_id: int,
        label_or_data: str,
        *,
        message_id: int | None = None,
        chat_id: int | None = None,
        wait: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> CallbackAnswer:
        """Press an inline button, of the newest message that has it, and wait for the answer."""
        body = await self.post(
            "press",
            person_id=person_id,
            button=label_or_data,
            message_id=message_id,
            chat_id=chat_id,
            wait=wait,
        )
        return ANSWER.validate_python(body)

    async def press_old(
        self,
        person_id: int,
        data: str,
        message_id: int,
        *,
        chat_id: int | None = None,
        wait: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> CallbackAnswer:
        """Press a button that an app still shows although the message has changed since."""
        body = await self.post(
            "press-old",
            person_id=person_id,
            data=data,
            message_id=message_id,
            chat_id=chat_id,
            wait=wait,
        )
        return ANSWER.validate_python(body)

    async def block(self, person_id: int) -> None:
        """Block the bot."""
        await self.post("block", person_id=person_id)

    async def unblock(self, person_id: int) -> None:
        """Let the bot write again."""
        await self.post("unblock", person_id=person_id)


def _form(files: Sequence[SentFile], **fields: int | str | None) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        if value is not None:
            form.add_field(name, str(value))
    for file in files:
        form.add_field("kind", file.kind)
        form.add_field("file", file.content, filename=file.name, content_type=file.mime_type)
    return form
