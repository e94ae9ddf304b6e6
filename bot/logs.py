"""What the process writes to its log: one line per record, UTC, and never a bot token.

Our own lines carry ids only. This module guards against the libraries: it strips tokens and
quoted rows from every record that reaches the root handler and keeps quiet the loggers that would
print updates, texts or URLs. It decides nothing about what the rooms log themselves.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Mapping
from typing import Final, TypeAlias

_Args: TypeAlias = "tuple[object, ...] | Mapping[str, object]"

REDACTED: Final = "<token>"
_HANDLER: Final = "madoguchi"
_PLAIN: Final = logging.Formatter()
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TOKEN: Final = re.compile(r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)

# The secret of a calendar's address: a request that cannot be read is quoted with its path.
_FEED: Final = re.compile(r"(/calendar/)[A-Za-z0-9_.~%-]+")

# PostgreSQL quotes there what was being stored: "Failing row contains (…)".
_ROW: Final = re.compile(
    r"\nDETAIL:.*?(?=\n\[SQL: |\n\(Background on|\n\nThe above exception|\n\nDuring handling|\Z)",
    re.DOTALL,
)

# Each of these prints people's words, raw updates or token-bearing URLs below this level.
_QUIET: Final = {
    "telegram": logging.INFO,  # DEBUG: parameters and answers of each call, whole updates
    "httpx": logging.WARNING,  # INFO: URLs
    "httpcore": logging.WARNING,  # DEBUG: URLs and headers
    "aiohttp.access": logging.WARNING,  # INFO: webhook path and caller's address
    "aiohttp.client": logging.INFO,
    "asyncio": logging.INFO,
    "apscheduler": logging.WARNING,  # INFO: a line per tick
    "sqlalchemy.engine": logging.WARNING,  # INFO: statements with their parameters
}


class RedactingFilter(logging.Filter):
    """Takes secrets and quoted rows out of a record: message, arguments, exception and stack.

    `token` is removed wherever it stands, whatever it looks like; anything else shaped like
    one as well, and what follows `/calendar/`. Updates that python-telegram-bot quotes become
    their type's name. The record is made final here, so handlers that come later see it clean.
    """

    def __init__(self, token: str = "") -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; it is always let through."""
        record.msg = self.redact(_message_of(record))
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = _PLAIN.formatException(record.exc_info)
        # Another formatter would print the exception afresh, token and all.
        record.exc_info = None
        if record.exc_text:
            record.exc_text = self.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self.redact(record.stack_info)
        return True

    def redact(self, text: str) -> str:
        """Give `text` without secrets, and without the rows that a database's errors quote."""
        text = _FEED.sub(rf"\1{REDACTED}", _ROW.sub("", text))
        if self._token:
            text = text.replace(self._token, REDACTED)
        return _TOKEN.sub(REDACTED, text)


class LineFormatter(logging.Formatter):
    """`2026-04-01T00:00:00.123Z INFO logger message`, always a single line.

    Line breaks and other control characters are written as escapes, so that no text can forge
    a line of its own or speak to the terminal.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Format one record, its traceback included."""
        return _CONTROL.sub(_escape, super().format(record))


def configure_logging(level: str, token: str = "") -> None:
    """Send all logging to stderr, redacted; `level` is a name such as `INFO`.

    May be called again, for instance once the token is known; it replaces its own handler.
    Raises `ValueError` on an unknown level.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name(_HANDLER)
    handler.setFormatter(LineFormatter())
    handler.addFilter(RedactingFilter(token))
    root = logging.getLogger()
    root.setLevel(level.upper())
    for old in [each for each in root.handlers if each.get_name() == _HANDLER]:
        root.removeHandler(old)
    root.addHandler(handler)
    for name, floor in _QUIET.items():
        logging.getLogger(name).setLevel(max(floor, root.level))
    logging.captureWarnings(True)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _message_of(record: logging.LogRecord) -> str:
    if record.args and record.name.startswith("telegram"):
        record.args = _without_contents(record.args)
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a log line must not raise, whatever its arguments
        return f"{record.msg!s} (arguments do not fit)"


def _without_contents(args: _Args) -> _Args:
    """Keep numbers, names and errors; updates and answers of the server are people's words."""
    if isinstance(args, Mapping):
        return {key: _shape_of(value) for key, value in args.items()}
    return tuple(_shape_of(value) for value in args)


def _shape_of(value: object) -> object:
    if value is None or isinstance(value, str | int | float | BaseException):
        return value
    update_id = getattr(value, "update_id", "")
    return f"<{type(value).__name__} {update_id}>"
