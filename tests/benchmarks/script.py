"""What a chat does in the benchmark: a script of typed texts and button presses.

A script is asked before each step and looks at the screen the bot has shown last, so it can
walk a questionnaire it does not know in advance. It knows nothing of sockets or clocks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

SEND_MESSAGE = "sendMessage"


class Screen:
    """The last message with buttons, or the last message, that the bot showed in a chat."""

    def __init__(self, method: str, message_id: int, body: bytes) -> None:
        self.method = method
        """The call that showed it: sendMessage or one of the edits."""
        self.message_id = message_id
        self._body = body

    @property
    def has_buttons(self) -> bool:
        """Whether it carries an inline keyboard; cheap, the call is not parsed."""
        return b"inline_keyboard" in self._body

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the call, `reply_markup` decoded."""
        return parameters_of(self._body)

    @property
    def text(self) -> str:
        """The text of the message as the bot sent it, markup included."""
        return str(self.parameters.get("text", ""))

    @property
    def buttons(self) -> list[str]:
        """The callback data of the inline keyboard, row by row; empty without one."""
        markup = self.parameters.get("reply_markup") or {}
        rows = markup.get("inline_keyboard", [])
        return [key["callback_data"] for row in rows for key in row if "callback_data" in key]


@dataclass(frozen=True, slots=True)
class Typed:
    """A text is sent; answered by the first call of `answered_by` for the chat.

    `with_buttons` says that only a call with an inline keyboard will do; others are overlooked.
    """

    text: str
    answered_by: str = SEND_MESSAGE
    with_buttons: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """A button is pressed, named by its callback data; answered as a `Typed` is."""

    data: str
    answered_by: str = SEND_MESSAGE
    with_buttons: bool = False


Step: TypeAlias = Typed | Tap
Script: TypeAlias = Callable[[int, Screen | None], Step | None]
"""Called with the number of steps answered so far and the screen; `None` ends the chat."""

Planned: TypeAlias = Step | Callable[[Screen], Step]


def listed(steps: Sequence[Planned]) -> Script:
    """Make a script of fixed steps; a function in the list picks its step from the screen."""

    def script(answered: int, screen: Screen | None) -> Step | None:
        if answered >= len(steps):
            return None
        step = steps[answered]
        if isinstance(step, Typed | Tap):
            return step
        if screen is None:
            raise ValueError("the first step of a script cannot depend on a screen")
        return step(screen)

    return script


def first_button(screen: Screen) -> Step:
    """Press the first button of the keyboard."""
    return Tap(screen.buttons[0])


def parameters_of(body: bytes) -> dict[str, Any]:
    """Read a call's parameters, sent as JSON or as a form; nested JSON is decoded.

    Raises `ValueError` for multipart bodies.
    """
    if body.startswith(b"{"):
        parameters: dict[str, Any] = json.loads(body)
    elif body.startswith(b"--"):
        raise ValueError("multipart calls are answered, not read")
    else:
        parameters = dict(parse_qsl(body.decode()))
    markup = parameters.get("reply_markup")
    if isinstance(markup, str):
        parameters["reply_markup"] = json.loads(markup)
    return parameters
