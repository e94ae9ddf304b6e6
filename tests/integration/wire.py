"""A Bot API that lives in the request layer: fake the wire, not the bot."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from telegram.request import BaseRequest, RequestData

BOT = {"id": 1, "is_bot": True, "first_name": "見本 窓口ボット", "username": "mihon_bot"}
_FILES = {"sendDocument": "document", "sendPhoto": "photo"}
"""The methods that send a file, each with the parameter it is in."""


@dataclass
class Shown:
    chat: int
    message_id: int
    text: str
    buttons: list[dict[str, Any]]
    is_protected: bool = False
    file: tuple[str, bytes] | None = None
    kind: str = "message"
    """What it is: message, or the kind of file that Telegram had already."""
    file_id: str = ""
    thread: int | None = None


@dataclass
class Wire(BaseRequest):
    """Answers like the Bot API and keeps what each chat shows."""

    shown: dict[tuple[int, int], Shown] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    keyboards: set[int] = field(default_factory=set)
    """The chats that show a reply keyboard."""
    gone: set[int] = field(default_factory=set)
    """The messages that can no longer be edited."""
    fail_next: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    refusing: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """What sending to a chat is answered, until the chat is taken out."""
    said_of_itself: dict[tuple[str, str], str] = field(default_factory=dict)
    """The descriptions by kind and language."""
    no_topics: str = ""
    """Why no topic can be made in a forum."""
    gone_topics: set[int] = field(default_factory=set)
    topics: list[str] = field(default_factory=list)
    """The names of the topics made."""
    reactions: dict[tuple[int, int], str] = field(default_factory=dict)
    """The signs under what people wrote."""
    settings_made: int = 0
    """How often a description was set."""
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def read_timeout(self) -> float | None:
        return 5

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_timeouts: Any
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[-1]
        parameters = request_data.parameters if request_data is not None else {}
        sends = name.startswith("send")
        if self.fail_next and sends:
            status, answer = self.fail_next.pop(0)
            return status, json.dumps(answer).encode()
        if sends and int(parameters["chat_id"]) in self.refusing:
            status, answer = self.refusing[int(parameters["chat_id"])]
            return status, json.dumps(answer).encode()
        if (why := self._topic_refusal(name, parameters)) is not None:
            refused = {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}
            return 400, json.dumps(refused).encode()
        if name.startswith("editMessage") and parameters["message_id"] in self.gone:
            gone = {
                "ok": False,
                "error_code": 400,
                "description": "Bad Request: message to edit not found",
            }
            return 400, json.dumps(gone).encode()
        if name == "editMessageText" and self._is_file(parameters):
            no_text = "Bad Request: there is no text in the message to edit"
            refused = {"ok": False, "error_code": 400, "description": no_text}
            return 400, json.dumps(refused).encode()
        if name == "editMessageCaption" and not self._is_file(parameters):
            no_caption = "Bad Request: there is no caption in the message to edit"
            refused = {"ok": False, "error_code": 400, "description": no_caption}
            return 400, json.dumps(refused).encode()
        answer = self._answer(name, parameters)
        if request_data is not None and _FILES.get(name) in request_data.multipart_data:
            shown = self.shown[int(parameters["chat_id"]), answer["message_id"]]
            file_name, content, _ = request_data.multipart_data[_FILES[name]]
            shown.file = (file_name, content)
        return 200, json.dumps({"ok": True, "result": answer}).encode()

    def _topic_refusal(self, name: str, parameters: dict[str, Any]) -> str | None:
        if name == "createForumTopic":
            return self.no_topics or None
        is_gone = parameters.get("message_thread_id") in self.gone_topics
        return "message thread not found" if is_gone else None

    def _is_file(self, parameters: dict[str, Any]) -> bool:
        shown = self.shown.get((int(parameters["chat_id"]), parameters["message_id"]))
        return shown is not None and (shown.file is not None or shown.kind != "message")

    def _answer(self, name: str, parameters: dict[str, Any]) -> Any:
        if name == "getMe":
            return BOT
        if name.startswith("send"):
            return self._send(name.removeprefix("send").lower(), parameters)
        if name in {"editMessageText", "editMessageCaption", "editMessageMedia"}:
            return self._edit(parameters)
        if name == "createForumTopic":
            self.topics.append(parameters["name"])
            return {"message_thread_id": 7000 + len(self.topics), "name": parameters["name"]}
        if name == "getWebhookInfo":
            return {"url": "", **self.webhook, "has_custom_certificate": False,
                    "pending_update_count": 0}  # fmt: skip
        if name.endswith("Description"):
            return self._profile(name, parameters)
        if name in {"setWebhook", "deleteWebhook"}:
            self.webhook = parameters if name == "setWebhook" else {}
        self._touch(name, parameters)
        return True

    def _touch(self, name: str, parameters: dict[str, Any]) -> None:
        if name == "setMessageReaction":
            (sign,) = json.loads(parameters["reaction"])
            self.reactions[int(parameters["chat_id"]), parameters["message_id"]] = sign["emoji"]
        if name == "deleteMessage":
            self.shown.pop((int(parameters["chat_id"]), parameters["message_id"]), None)
        if name == "editMessageReplyMarkup":
            self.shown[int(parameters["chat_id"]), parameters["message_id"]].buttons.clear()
        if name == "answerCallbackQuery":
            self.alerts.append(parameters.get("text", ""))

    def _send(self, kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = self._show(parameters, next(self._ids))
        shown = self.shown[int(parameters["chat_id"]), answer["message_id"]]
        shown.kind, shown.thread = kind, parameters.get("message_thread_id")
        shown.file_id = str(parameters.get({"videonote": "video_note"}.get(kind, kind), ""))
        return answer

    def _edit(self, parameters: dict[str, Any]) -> dict[str, Any]:
        key = (int(parameters["chat_id"]), parameters["message_id"])
        before = self.shown.get(key)
        media = parameters.get("media", {})
        edited = self._show({**media, **parameters}, parameters["message_id"])
        if before is not None:
            after = self.shown[key]
            after.file, after.kind, after.thread = before.file, before.kind, before.thread
            after.is_protected, after.file_id = before.is_protected, before.file_id
        if media:
            self.shown[key].file_id = media["media"]
        return edited

    def _profile(self, name: str, parameters: dict[str, Any]) -> Any:
        words = "short_description" if "Short" in name else "description"
        key = (words, parameters.get("language_code", ""))
        if name.startswith("get"):
            return {words: self.said_of_itself.get(key, "")}
        self.said_of_itself[key] = parameters[words]
        self.settings_made += 1
        return True

    def _show(self, parameters: dict[str, Any], message_id: int) -> dict[str, Any]:
        chat = int(parameters["chat_id"])
        markup = json.loads(parameters.get("reply_markup", "{}"))
        rows = markup.get("inline_keyboard", [])
        if "keyboard" in markup:
            self.keyboards.add(chat)
        if markup.get("remove_keyboard"):
            self.keyboards.discard(chat)
        buttons = [button for row in rows for button in row]
        text = parameters.get("text") or parameters.get("caption", "")
        is_protected = bool(parameters.get("protect_content"))
        shown = Shown(chat, message_id, text, buttons, is_protected)
        self.shown[chat, message_id] = shown
        return {
            "message_id": message_id,
            "date": 0,
            "chat": {"id": chat, "type": "private", "first_name": "x"},
            "text": shown.text,
        }

    def last(self, chat: int) -> Shown:
        return [shown for (where, _), shown in self.shown.items() if where == chat][-1]

    def told(self, chat: int) -> Shown:
        """The newest message of the chat that has no buttons."""
        return [s for (where, _), s in self.shown.items() if where == chat and not s.buttons][-1]

    def asking(self, chat: int) -> Shown:
        """The newest message of the chat that has buttons."""
        return [s for (where, _), s in self.shown.items() if where == chat and s.buttons][-1]
