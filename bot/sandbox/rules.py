"""The Bot API's limits on keyboards, commands, lists, names and deep links, with its error texts.

Where the official server silently repairs a mistake that only a program can make (a button with
two actions), the sandbox refuses it, so that the mistake is seen before production.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.errors import bad_request
from bot.sandbox.html import utf16_length

if TYPE_CHECKING:
    from bot.sandbox.call import Call

Json = dict[str, Any]

MAX_BUTTONS = 100
MAX_CALLBACK_DATA_BYTES = 64
MAX_COPY_TEXT = 256
MAX_CALLBACK_ANSWER = 200
MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
MAX_TOPIC_NAME = 128
MAX_MESSAGES_AT_ONCE = 100
MAX_UPLOAD_BYTES = 50 * 2**20
MAX_PHOTO_BYTES = 10 * 2**20
MAX_DOWNLOAD_BYTES = 20 * 2**20

_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_STYLES = frozenset({"", "default", "primary", "danger", "success"})
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BUTTON_URL = re.compile(r"(?:https?|tg)://\S+|[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", re.IGNORECASE)


def reply_markup(call: Call, *, private: bool) -> Json | None:
    """Return the checked `reply_markup` of a call, None when there is none.

    `private`: the chat is private, so a telephone number may be asked for.
    """
    markup = call.structure("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if markup.get("keyboard"):
        return _reply_keyboard(markup, private=private)
    if markup.get("inline_keyboard"):
        return _inline_keyboard(markup["inline_keyboard"])
    if markup.get("remove_keyboard"):
        return {"remove_keyboard": True}
    if markup.get("force_reply"):
        return {"force_reply": True, **_only(markup, "input_field_placeholder")}
    return None


def inline_markup(call: Call) -> Json | None:
    """Return the checked inline keyboard of an edit; None removes the present one."""
    markup = reply_markup(call, private=True)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _only(source: Json, *names: str) -> Json:
    return {name: source[name] for name in names if source.get(name)}


def _rows(rows: Any, refusal: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(refusal)
    return [row for row in rows if row]


def _inline_keyboard(rows: Any) -> Json | None:
    refusal = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    checked = [[_inline_button(button) for button in row] for row in _rows(rows, refusal)]
    if sum(len(row) for row in checked) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _inline_button(button: Any) -> Json:
    wrong = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(f"{wrong}InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(f'{wrong}Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    _check_style(button, wrong)
    actions = [name for name in _ACTIONS if _acts(button, name)]
    if not actions:
        raise bad_request(f"{wrong}Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"{wrong}Exactly one action is allowed, found {', '.join(actions)}")
    _check_action(button, actions[0])
    return _only(button, "text", "icon_custom_emoji_id", "style") | {actions[0]: button[actions[0]]}


def _acts(button: Json, action: str) -> bool:
    """An empty `switch_inline_query` is an action of its own; an empty anything else is none."""
    value = button.get(action)
    return value is not None and (bool(value) or action.startswith("switch_inline_query"))


def _check_style(button: Json, wrong: str) -> None:
    if str(button.get("style") or "").lower() not in _STYLES:
        raise bad_request(f"{wrong}invalid button style specified")


def _check_action(button: Json, action: str) -> None:
    if action == "callback_data":
        data = button["callback_data"]
        if not isinstance(data, str) or len(data.encode()) > MAX_CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url" and not _BUTTON_URL.fullmatch(str(button["url"])):
        raise bad_request("BUTTON_URL_INVALID")
    elif action == "copy_text":
        copied = button["copy_text"]
        text = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(text, str) or not 1 <= utf16_length(text) <= MAX_COPY_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _reply_keyboard(markup: Json, *, private: bool) -> Json | None:
    rows = _rows(markup["keyboard"], 'field "keyboard" must be an Array of Arrays')
    checked = [[_reply_button(button, private=private) for button in row] for row in rows]
    if not checked:
        return None
    kept = _only(
        markup, "is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder"
    )
    return {"keyboard": checked, **kept}


def _reply_button(button: Any, *, private: bool) -> Json:
    wrong = "can't parse keyboard button: "
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request(f"{wrong}KeyboardButton must be a String or an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request(f'{wrong}Can\'t find field "text"')
    _check_style(button, wrong)
    if button.get("request_contact") and not private:
        raise bad_request("phone number can be requested in private chats only")
    if button.get("request_location") and not private:
        raise bad_request("location can be requested in private chats only")
    return _only(button, "text", "style", "request_contact", "request_location", "web_app")


def commands(call: Call) -> list[Json]:
    """Return the checked `commands` of setMyCommands."""
    given = call.structure("commands", "commands")
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(item) for item in given]


def _command(item: Any) -> Json:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(item.get("command", "")).removeprefix("/")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    description = str(item.get("description", "")).strip()
    if not 1 <= utf16_length(description) <= MAX_COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def language_code(call: Call) -> str:
    """Return the `language_code` of a call, empty when absent."""
    code = call.text("language_code")
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def message_ids(call: Call) -> list[int]:
    """Return the `message_ids` of a method that takes up to a hundred."""
    numbers = call.structure("message_ids", "message_ids")
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if not isinstance(numbers, list) or not all(isinstance(each, int) for each in numbers):
        raise bad_request("expected an Array of message identifiers")
    if len(numbers) > MAX_MESSAGES_AT_ONCE:
        raise bad_request("too many message identifiers specified")
    return numbers


def is_start_payload(payload: str) -> bool:
    """Return whether Telegram's apps pass this on from a link `?start=…`."""
    return bool(_START_PAYLOAD.fullmatch(payload))


def start_payload(url: str, bot_username: str) -> str | None:
    """Return the payload of a link to the bot (empty without one), None for any other address."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return None
    query = parse_qs(parts.query)
    is_web_link = parts.netloc in {"t.me", "telegram.me"} and (
        parts.path.strip("/").lower() == bot_username.lower()
    )
    is_app_link = parts.scheme == "tg" and query.get("domain", [""])[0] == bot_username
    if not (is_web_link or is_app_link):
        return None
    return query.get("start", [""])[0]
