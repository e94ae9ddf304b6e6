"""One call of a Bot API method: its parameters from query, form, JSON or multipart, read leniently.

Conversions follow the official server: a number it cannot read is 0, `true`, `yes` and `1` are
true, nested objects may be JSON text or JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True)
class Upload:
    """A file that came with a request."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """Method name in lower case, plain parameters and uploaded files by field name."""

    method: str
    values: Mapping[str, Any]
    uploads: Mapping[str, Upload]

    def text(self, name: str) -> str:
        """Return a parameter as text; empty when absent."""
        return as_text(self.values.get(name))

    def integer(self, name: str, default: int = 0) -> int:
        """Return a parameter as a number; `default` when absent, 0 when it is none."""
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            return 0

    def is_set(self, name: str) -> bool:
        """Return whether a yes/no parameter says yes."""
        return self.text(name).lower() in _TRUE

    def has(self, name: str) -> bool:
        """Return whether the parameter was given at all."""
        return name in self.values

    def structure(self, name: str, called: str) -> Any:
        """Return a nested value, None when absent or empty.

        Raises ApiError `Can't parse <called> JSON object`.
        """
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {called} JSON object") from None

    def array(self, name: str) -> list[dict[str, Any]]:
        """Return an array of objects, empty when absent or of another shape."""
        value = self.structure(name, name)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """Return a JSON value as the official server reads it from a JSON body."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
