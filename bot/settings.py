"""The process's settings, from environment or `.env`; every error names variable and example."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.clock import read_ahead
from bot.programme_file import SAITAMA

PREFIX: Final = "MADOGUCHI_"
SERVICE_PATHS: Final = ("/healthz", "/readyz", "/metrics")
"""Paths on the listening address that the webhook cannot have."""

_ENV_FILE = ".env"
_EXAMPLES: Final = {
    "bot_token": "123456789:AAexample from @BotFather",
    "api_url": "https://api.telegram.org",
    "database_url": "sqlite:///madoguchi.db or postgresql://user@host/database",
    "staff_chat_id": "-1001234567890",
    "admin_ids": "11111111,22222222",
    "programme": "/etc/madoguchi/programme.toml",
    "webhook_url": "https://bot.example.jp/telegram",
    "webhook_secret": "3a7d0f61c5e94b28 (1 to 256 of A-Z a-z 0-9 _ -)",
    "listen": "127.0.0.1:8080",
    "public_url": "https://bot.example.jp",
    "person_pace": "2 (0 = no limit)",
    "sandbox_clock": ".sandbox/clock",
}
# What pydantic says is about its types; this is about the variables.
_REASONS: Final = {
    "missing": "is not set",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "greater_than_equal": "must not be negative",
    "finite_number": "must be a number",
}
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
# Bot API, setWebhook: "Ports currently supported for webhooks".
_WEBHOOK_PORTS = frozenset({443, 80, 88, 8443})
_LIKENESS = 0.85
_MAX_PORT = 65535


class SettingsError(Exception):
    """What is wrong with the settings, one readable sentence for each variable."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" / ".join(problems))
        self.problems = problems


class Address(NamedTuple):
    """Where the process listens; port 0 takes a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class StoreSettings(BaseSettings):
    """Settings of the commands that only work on the database."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=_ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: str = Field(default="sqlite:///madoguchi.db", repr=False)
    programme: Path = SAITAMA

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        kind, separator, rest = value.partition("://")
        if separator and kind in {"postgresql", "postgres"}:
            return f"postgresql://{rest}"
        if kind != "sqlite" or not separator:
            raise ValueError("must begin with sqlite:/// or postgresql://")
        if not rest.startswith("/") or rest.lstrip("/") in {"", ":memory:"}:
            raise ValueError("must name a file after sqlite:///")
        return value


class Settings(StoreSettings):
    """Settings of `madoguchi run`."""

    bot_token: str = Field(repr=False)
    api_url: str = "https://api.telegram.org"
    staff_chat_id: int
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    webhook_url: str | None = Field(default=None, repr=False)
    webhook_secret: str = Field(default="", repr=False)
    listen: Annotated[Address, NoDecode] = Address("127.0.0.1", 8080)
    public_url: str | None = None
    """Where calendars reach what this process answers over HTTP; without a slash at its end."""
    person_pace: float = Field(default=2, ge=0, allow_inf_nan=False)
    """Updates a second that are taken from one person in the long run; 0 takes all."""
    sandbox_clock: Path | None = None
    """The file by which a sandbox moves the bot's clock; never of a bot on the internet."""

    @field_validator("bot_token")
    @classmethod
    def _shaped_like_a_token(cls, value: str) -> str:
        if not _TOKEN.fullmatch(value):
            raise ValueError("does not look like a bot token")
        return value

    @field_validator("api_url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = _split(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an http:// or https:// URL")
        return value.rstrip("/")

    @field_validator("staff_chat_id")
    @classmethod
    def _group_or_channel(cls, value: int) -> int:
        if value >= 0:
            raise ValueError("must be a group or channel; their ids begin with a minus sign")
        return value

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = re.split(r"[,、\s]+", unicodedata.normalize("NFKC", value).strip(" ,、"))
        if not all(part.isdecimal() and int(part) > 0 for part in parts if part):
            raise ValueError("must be Telegram user ids (numbers), separated by commas")
        return tuple(int(part) for part in parts if part)

    @field_validator("webhook_url")
    @classmethod
    def _reachable_by_telegram(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = _split(value)
        if not parts.hostname or parts.fragment:
            raise ValueError("must be a URL with a host and without #")
        if not is_loopback(parts.hostname):
            if parts.scheme != "https":
                raise ValueError("must begin with https:// (http:// is for the loopback only)")
            if (parts.port or 443) not in _WEBHOOK_PORTS:
                raise ValueError("must use port 443, 80, 88 or 8443; Telegram takes no other")
        elif parts.scheme not in {"http", "https"}:
            raise ValueError("must begin with http:// or https://")
        if parts.path in SERVICE_PATHS:
            raise ValueError(f"cannot use the path {parts.path}, the process answers there itself")
        return value

    @field_validator("public_url")
    @classmethod
    def _reachable_by_calendars(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = _split(value)
        if not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be a URL with a host and without ? and #")
        allowed = {"http", "https"} if is_loopback(parts.hostname) else {"https"}
        if parts.scheme not in allowed:
            raise ValueError("must begin with https:// (http:// is for the loopback only)")
        return value.rstrip("/")

    @field_validator("webhook_secret")
    @classmethod
    def _allowed_by_telegram(cls, value: str) -> str:
        if value and not _SECRET.fullmatch(value):
            raise ValueError("may hold 1 to 256 of the characters A-Z a-z 0-9 _ - only")
        return value

    @field_validator("listen", mode="before")
    @classmethod
    def _address(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        host, _, port = value.strip().rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not host or not port.isdecimal() or int(port) > _MAX_PORT:
            raise ValueError("must be host:port")
        return Address(host, int(port))

    @field_validator("sandbox_clock")
    @classmethod
    def _readable_clock(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                read_ahead(value)
            except (OSError, ValueError):
                raise ValueError("must be a file with a number of seconds") from None
        return value

    @model_validator(mode="after")
    def _only_a_sandbox_moves_the_clock(self) -> Settings:
        if self.sandbox_clock is not None and not is_loopback(_split(self.api_url).hostname or ""):
            reason = "is for a sandbox only: MADOGUCHI_API_URL must be a loopback address with it"
            raise SettingsError(_sentence("sandbox_clock", reason))
        return self

    def base_url(self, listening: Address) -> str:
        """Return where people reach what `listening` answers: as set, as the webhook, or there."""
        if self.public_url is not None:
            return self.public_url
        if self.webhook_url is not None:
            parts = urlsplit(self.webhook_url)
            return f"{parts.scheme}://{parts.netloc}"
        return f"http://{listening}"

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Settings:
        if self.webhook_url is not None and not self.webhook_secret:
            raise SettingsError(_sentence("webhook_secret", "is required with a webhook"))
        return self


_S = TypeVar("_S", bound=StoreSettings)


def read_settings() -> Settings:
    """Return all settings. Raises SettingsError naming variable, fault and an example."""
    return _read(Settings)


def read_store_settings() -> StoreSettings:
    """Return what commands on the database need: no token. Raises SettingsError."""
    return _read(StoreSettings)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read(kind: type[_S]) -> _S:
    misspelt = _misspelt_variables()
    try:
        settings = kind()
    except ValidationError as error:
        problems = [_sentence_of(str(each["loc"][0]), each) for each in error.errors()]
        raise SettingsError(*misspelt, *problems) from None
    except SettingsError as error:
        raise SettingsError(*misspelt, *error.problems) from None
    if misspelt:
        raise SettingsError(*misspelt)
    return settings


def _sentence_of(field: str, error: Any) -> str:
    # A value is never quoted: it may be a token, a secret or a password.
    reason = _REASONS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return _sentence(field, reason)


def _sentence(field: str, reason: str) -> str:
    name = PREFIX + field.upper()
    return f"{name} {reason}; example: {name}={_EXAMPLES[field]}"


def _misspelt_variables() -> list[str]:
    """Name variables of ours that hardly differ from a setting; they would have no effect."""
    known = [PREFIX + field.upper() for field in Settings.model_fields]
    given = {**dotenv_values(_ENV_FILE), **os.environ}
    problems: list[str] = []
    for name in sorted(given):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            likely = difflib.get_close_matches(name.upper(), known, 1, _LIKENESS)
            problems.extend(f"{name} is not a setting; {each} is" for each in likely)
    return problems


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    return parts
