"""The process's settings, from environment or `.env`; every error names variable and example."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.programme_file import SAITAMA

_EXAMPLES = {
    "bot_token": "MADOGUCHI_BOT_TOKEN=123456789:AAexample from @BotFather",
    "staff_chat_id": "MADOGUCHI_STAFF_CHAT_ID=-1001234567890",
    "admin_ids": "MADOGUCHI_ADMIN_IDS=11111111,22222222",
    "listen": "MADOGUCHI_LISTEN=127.0.0.1:8080",
}


class SettingsError(Exception):
    """One readable line for the operator."""


class Settings(BaseSettings):
    """Settings of `madoguchi run`."""

    model_config = SettingsConfigDict(
        env_prefix="MADOGUCHI_", env_file=".env", extra="ignore", frozen=True
    )

    bot_token: str = Field(pattern=r"^\d+:[A-Za-z0-9_-]{20,}$")
    api_url: str = "https://api.telegram.org"
    database_url: str = "sqlite:///madoguchi.db"
    staff_chat_id: int
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    programme: Path = SAITAMA

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


def read_settings() -> Settings:
    """Return the settings. Raises SettingsError naming the variable, the fault and an example."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        example = _EXAMPLES.get(name)
        hint = f"; for example {example}" if example else ""
        message = f"MADOGUCHI_{name.upper()}: {first['msg']}{hint}"
        raise SettingsError(message) from error
