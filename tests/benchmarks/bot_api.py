"""A Bot API server that answers at once or late, and tells what the bot showed in each chat.

Answers are canned: they carry the right ids and nothing that would need the call to be read.
It checks nothing a real server would refuse.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from tests.benchmarks.delivery import PollingDelivery, WebhookDelivery
from tests.benchmarks.http11 import ServerConnection
from tests.benchmarks.script import Screen, parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable

BOT_ID: Final = 123456789
TOKEN: Final = f"{BOT_ID}:AABenchmarkBenchmarkBenchmarkBenchm"
_DATE: Final = 1_790_000_000
_CHAT_ID = re.compile(rb'chat_id(?:"\s*:\s*"?|=|"\r\n[^-]*\r\n\r\n)(-?\d+)')
_MESSAGE_ID = re.compile(rb'message_id(?:"\s*:\s*"?|=)(\d+)')
_BOT = b'{"id":%d,"is_bot":true,"first_name":"Madoguchi","username":"madoguchi_bot"}' % BOT_ID
_MESSAGE = (
    b'{"ok":true,"result":{"message_id":%%d,"from":%b,"chat":{"id":%%d,"first_name":"Taro",'
    b'"type":"private"},"date":%d,"text":"\\u53d7\\u3051\\u4ed8\\u3051\\u307e\\u3057\\u305f"}}'
    % (_BOT, _DATE)
)
_TRUE = b'{"ok":true,"result":true}'
_NEW_MESSAGE = frozenset({"sendMessage", "sendDocument", "sendPhoto"})
_EDIT = frozenset({"editMessageText", "editMessageReplyMarkup", "editMessageCaption"})
_FIXED: Final = {
    "getMe": b'{"ok":true,"result":%b}' % _BOT,
    "getWebhookInfo": b'{"ok":true,"result":{"url":"","has_custom_certificate":false,'
    b'"pending_update_count":0}}',
    "getChat": b'{"ok":true,"result":{"id":-1001,"title":"Staff","type":"supergroup",'
    b'"accent_color_id":0,"max_reaction_count":11,"accepted_gift_types":'
    b'{"unlimited_gifts":false,"limited_gifts":false,"unique_gifts":false,'
    b'"premium_subscription":false,"gifts_from_channels":false}}}',
    "getMyCommands": b'{"ok":true,"result":[]}',
    "getMyDescription": b'{"ok":true,"result":{"description":""}}',
    "getMyShortDescription": b'{"ok":true,"result":{"short_description":""}}',
}

Delivery = WebhookDelivery | PollingDelivery


class BotApi:
    """The server, listening on a free loopback port.

    `on_shown(chat_id, screen)` is called for each message sent or edited, when the call
    arrives and before it is answered.
    """

    def __init__(self, on_shown: Callable[[int, Screen], None]) -> None:
        self._on_shown = on_shown
        self._server: asyncio.Server | None = None
        self._loop = asyncio.get_running_loop()
        self._last_message_id = 1000
        self.delay = 0.0
        """Seconds from a call to its answer."""
        self.calls: Counter[str] = Counter()
        self.ready: asyncio.Future[Delivery] = self._loop.create_future()
        """Done when the bot has set its webhook or polled for the first time."""

    async def start(self) -> str:
        """Listen; gives the base URL."""
        self._server = await self._loop.create_server(
            lambda: ServerConnection(self._answer), "127.0.0.1", 0
        )
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Stop listening and close the way to the bot."""
        if self.ready.done() and not self.ready.cancelled():
            self.ready.result().close()
        if self._server is not None:
            self._server.close()

    def new_message_id(self) -> int:
        """Number a message, the bot's or a person's."""
        self._last_message_id += 1
        return self._last_message_id

    def _answer(self, connection: ServerConnection, head: bytes, body: bytes) -> None:
        target = head[: head.index(b" HTTP/")]
        method = target[target.rindex(b"/") + 1 :].decode()
        self.calls[method] += 1
        if method in _NEW_MESSAGE:
            self._shown(connection, method, body, self.new_message_id())
        elif method in _EDIT:
            found = _MESSAGE_ID.search(body)
            self._shown(connection, method, body, int(found[1]) if found else 0)
        elif method == "getUpdates":
            self._poll(connection, body)
        else:
            if method == "setWebhook":
                self._webhook_set(body)
            self._reply(connection, _FIXED.get(method, _TRUE))

    def _shown(
        self, connection: ServerConnection, method: str, body: bytes, message_id: int
    ) -> None:
        found = _CHAT_ID.search(body)
        chat_id = int(found[1]) if found else 0
        self._reply(connection, _MESSAGE % (message_id, chat_id))
        self._on_shown(chat_id, Screen(method, message_id, body))

    def _reply(self, connection: ServerConnection, body: bytes) -> None:
        if self.delay:
            self._loop.call_later(self.delay, connection.reply, body)
        else:
            connection.reply(body)

    def _poll(self, connection: ServerConnection, body: bytes) -> None:
        if not self.ready.done():
            self.ready.set_result(PollingDelivery())
        delivery = self.ready.result()
        if not isinstance(delivery, PollingDelivery):
            raise TypeError("the bot polls although it has set a webhook")
        call = parameters_of(body)
        delivery.poll(
            int(call.get("offset") or 0),
            int(call.get("limit") or 100),
            float(call.get("timeout") or 0),
            lambda answer: self._reply(connection, answer),
        )

    def _webhook_set(self, body: bytes) -> None:
        call = parameters_of(body)
        if call.get("url") and not self.ready.done():
            connections = int(call.get("max_connections") or 0) or None
            secret = str(call.get("secret_token", ""))
            self.ready.set_result(WebhookDelivery(call["url"], secret, connections))
