"""What the sandbox refuses: to the bot in Telegram's words, to a person's actions in ours.

Error texts are those of the official Bot API server (tdlib/telegram-bot-api and tdlib/td, 2026).
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer with `ok: false`. `parameters` is Telegram's ResponseParameters."""

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON object of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(text: str) -> ApiError:
    """Return 400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    """Return 403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {text}")


def too_many_requests(seconds: int) -> ApiError:
    """Return 429 asking to wait `seconds`."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


class ActionRefused(Exception):
    """Something a person cannot do on a telephone either.

    `code` is for programs (the page translates it), `message` for developers.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SandboxFailed(RuntimeError):
    """The sandbox cannot go on; one readable line."""
