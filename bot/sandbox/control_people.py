"""The part of the control API by which people speak, send, edit, react and press."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import actions, edits, moves, presses, sent_files, view
from bot.sandbox.actions import Place
from bot.sandbox.answering import add_acts, answer
from bot.sandbox.call import Upload
from bot.sandbox.control_bodies import (
    By,
    Contact,
    Delete,
    Edit,
    Link,
    PressButton,
    PressOld,
    React,
    Saying,
    Send,
    Sending,
    Tap,
)
from bot.sandbox.errors import ActionRefused
from bot.sandbox.shown import ANSWER, CallbackAnswer

if TYPE_CHECKING:
    from bot.sandbox.callbacks import Press
    from bot.sandbox.chats import Message
    from bot.sandbox.sandbox import Sandbox
    from bot.sandbox.world import World

Json = dict[str, Any]


class PeopleControl:
    """What people do on their telephones."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _world(self) -> World:
        return self._sandbox.world

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        app.router.add_post("/sandbox/upload", self._upload)
        app.router.add_post("/sandbox/album", self._album)
        add_acts(
            app,
            {
                "send": (Send, self._send),
                "open-link": (Link, self._open_link),
                "tap": (Tap, self._tap),
                "share-contact": (Contact, self._share_contact),
                "edit": (Edit, self._edit),
                "delete": (Delete, self._delete),
                "react": (React, self._react),
                "press": (PressButton, self._press),
                "press-old": (PressOld, self._press_old),
                "block": (By, self._block),
                "unblock": (By, self._unblock),
            },
        )

    def _shown(self, message: Message) -> Json:
        return view.message(self._world, message)

    async def _send(self, body: Send) -> Json:
        said = actions.send_text(self._world, body.person_id, body.text, _place(body))
        return self._shown(said)

    async def _open_link(self, body: Link) -> Json:
        return self._shown(actions.open_link(self._world, body.person_id, body.link))

    async def _tap(self, body: Tap) -> Json:
        return self._shown(actions.tap(self._world, body.person_id, body.label, body.chat_id))

    async def _share_contact(self, body: Contact) -> Json:
        message = actions.share_contact(
            self._world, body.person_id, body.phone, body.user_id, body.name
        )
        return self._shown(message)

    async def _upload(self, request: web.Request) -> web.Response:
        body, uploads = await _sent(request)
        if len(uploads) != 1:
            raise ActionRefused("bad_file", "one file is required")
        message = sent_files.send_file(
            self._world, body.person_id, body.kinds[0], uploads[0], body.caption, _place(body)
        )
        return answer(self._shown(message))

    async def _album(self, request: web.Request) -> web.Response:
        body, uploads = await _sent(request)
        messages = sent_files.send_album(
            self._world, body.person_id, body.kinds, uploads, body.caption, _place(body)
        )
        return answer([self._shown(each) for each in messages])

    async def _edit(self, body: Edit) -> Json:
        edited = edits.edit(self._world, body.person_id, body.message_id, body.text, body.chat_id)
        return self._shown(edited)

    async def _delete(self, body: Delete) -> Json:
        edits.delete(self._world, body.person_id, body.message_id, body.chat_id)
        return {}

    async def _react(self, body: React) -> Json:
        message = edits.react(
            self._world, body.person_id, body.message_id, body.emoji, body.chat_id
        )
        return self._shown(message)

    async def _press(self, body: PressButton) -> Json:
        _, chat = actions.speaker(self._world, body.person_id, body.chat_id)
        message, button = presses.find_button(chat, body.button, body.message_id)
        if "url" in button:
            return _answered(CallbackAnswer(answered=True, url=button["url"]))
        if "copy_text" in button:
            return _answered(CallbackAnswer(answered=True, copied=button["copy_text"]["text"]))
        if "callback_data" not in button:
            raise ActionRefused("unsupported_button", "the sandbox cannot press this button")
        data = button["callback_data"]
        press = presses.press(self._world, body.person_id, chat, message.message_id, data)
        return await _wait_for(press, body.wait)

    async def _press_old(self, body: PressOld) -> Json:
        _, chat = actions.speaker(self._world, body.person_id, body.chat_id)
        press = presses.press(self._world, body.person_id, chat, body.message_id, body.data)
        return await _wait_for(press, body.wait)

    async def _block(self, body: By) -> Json:
        moves.block(self._world, body.person_id)
        return {}

    async def _unblock(self, body: By) -> Json:
        moves.unblock(self._world, body.person_id)
        return {}


def _place(body: Saying) -> Place:
    return Place(body.chat_id, body.topic, body.reply_to, body.quote)


async def _sent(request: web.Request) -> tuple[Sending, list[Upload]]:
    """Return the fields and the files of a form; every file has a `kind` of its own."""
    form = await request.post()
    fields = {
        name: value for name, value in form.items() if isinstance(value, str) and name != "kind"
    }
    files = [value for value in form.getall("file", []) if isinstance(value, web.FileField)]
    body = Sending.model_validate({**fields, "kinds": form.getall("kind", [])})
    if len(body.kinds) != len(files):
        raise ActionRefused("bad_file", "every file needs a kind")
    return body, [Upload(each.filename, each.content_type, each.file.read()) for each in files]


async def _wait_for(press: Press, seconds: float) -> Json:
    try:
        async with asyncio.timeout(seconds):
            answered = await asyncio.shield(press.answer)
    except TimeoutError:
        return _answered(CallbackAnswer(answered=False))
    return _answered(
        CallbackAnswer(
            answered=True, text=answered.text, show_alert=answered.is_alert, url=answered.url
        )
    )


def _answered(told: CallbackAnswer) -> Json:
    body: Json = ANSWER.dump_python(told, mode="json")
    return body
