"""`madoguchi check`: looks at everything a start needs and says what to do; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from telegram import Bot, ChatMember
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.programme_file import ProgrammeFileError, load_programme
from bot.settings import Settings, SettingsError, read_settings
from bot.telegram_http import AiohttpRequest, proxy_from_environment
from handlers.calendar_feeds import FEED_FOLDER
from handlers.typesetting import CannotTypeset, ready
from storage.failures import DatabaseFailure, shown_url
from storage.migrate import HEAD, current_version, version_problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from telegram import ChatFullInfo

    from domain.slots import SlotRules

USAGE: Final = 2
FAILURE: Final = 1
_A_MONDAY: Final = date(2024, 1, 1)
_INSIDE = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER})


@dataclass(frozen=True)
class Finding:
    """One line of the check; `status` is 0 or what the process exits with."""

    subject: str
    text: str
    status: int = 0

    def __str__(self) -> str:
        return f"{'NG' if self.status else 'ok'}  {self.subject}: {self.text}"


async def check() -> AsyncIterator[Finding]:
    """Look at settings, programme file, calendar address, database, token, transport, staff chat.

    What cannot be looked at because an earlier part is missing is left out.
    """
    try:
        settings = read_settings()
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", problem, USAGE)
        return
    yield Finding("settings", "complete")
    for finding in _programme(settings.programme):
        yield finding
    yield _calendars(settings)
    yield _typesetting()
    yield _database(settings.database_url)
    proxy = proxy_from_environment(settings.api_url)
    bot = Bot(
        settings.bot_token,
        base_url=f"{settings.api_url}/bot",
        request=AiohttpRequest(connection_pool_size=1, proxy=proxy),
        get_updates_request=AiohttpRequest(connection_pool_size=1),
    )
    try:
        token = await _token(bot, settings)
        yield token
        if token.status == 0:
            yield await _transport(bot, settings)
            yield await _staff_chat(bot, settings.staff_chat_id)
    finally:
        await bot.shutdown()


def _programme(path: Path) -> list[Finding]:
    try:
        programme = load_programme(path)
    except ProgrammeFileError as error:
        return [Finding("programme file", str(error), USAGE)]
    methods = programme.booking.methods_offered.values()
    slots = [Finding(f"meetings ({rules.method})", _slots(rules)) for rules in methods]
    return [Finding("programme file", str(path)), *slots]


def _slots(rules: SlotRules) -> str:
    """Return what the rules of a method amount to in a week without holidays."""
    times = sum(len(rules.starts_on(_A_MONDAY + timedelta(days=day))) for day in range(7))
    return (
        f"{times} times a week, {rules.minutes} minutes and {rules.buffer_minutes} behind, "
        f"{rules.places} of {rules.seats} seats, from {rules.notice_working_days} working days "
        f"to {rules.horizon_days} days ahead"
    )


def _calendars(settings: Settings) -> Finding:
    base = settings.base_url(settings.listen)
    text = f"{base}{FEED_FOLDER}…"
    if not base.startswith("https:"):
        text += " (on this computer only; for others set MADOGUCHI_PUBLIC_URL)"
    return Finding("calendar feeds", text)


def _typesetting() -> Finding:
    try:
        return Finding("PDF", f"font {ready()}")
    except CannotTypeset as error:
        return Finding("PDF", f"{error.detail}; needs sheets go out as text only", FAILURE)


def _database(url: str) -> Finding:
    try:
        version = current_version(url)
    except DatabaseFailure as error:
        return Finding("database", str(error).removeprefix("database "), FAILURE)
    problem = version_problem(version)
    if problem is not None:
        text = f"{shown_url(url)} {problem}"
        if version is None or version < HEAD:
            text += "; run `madoguchi migrate`"
        return Finding("database", text, FAILURE)
    return Finding("database", f"{shown_url(url)}, version {version}")


async def _token(bot: Bot, settings: Settings) -> Finding:
    try:
        await bot.initialize()
    except InvalidToken:
        text = "MADOGUCHI_BOT_TOKEN: Telegram does not know this token; ask @BotFather"
        return Finding("token", text, USAGE)
    except TelegramError as error:
        text = f"{settings.api_url} does not answer ({error.message}); network, proxy or firewall?"
        return Finding("token", text, FAILURE)
    return Finding("token", f"@{bot.username}")


async def _transport(bot: Bot, settings: Settings) -> Finding:
    try:
        url = (await bot.get_webhook_info()).url
    except TelegramError as error:
        return Finding("transport", error.message, FAILURE)
    host = urlsplit(url).hostname
    if settings.webhook_url is not None:
        return Finding("transport", f"webhook at {urlsplit(settings.webhook_url).hostname}")
    if url:
        text = (
            f"the bot has a webhook at {host}; set MADOGUCHI_WEBHOOK_URL, or switch it off "
            "with `madoguchi run --take-over`"
        )
        return Finding("transport", text, FAILURE)
    return Finding("transport", "long polling")


async def _staff_chat(bot: Bot, chat_id: int) -> Finding:
    subject = "staff chat"
    try:
        chat = await bot.get_chat(chat_id)
        member = await bot.get_chat_member(chat_id, bot.id)
    except (BadRequest, Forbidden) as error:
        text = f"MADOGUCHI_STAFF_CHAT_ID: {error.message}; add @{bot.username} to the chat"
        return Finding(subject, text, USAGE)
    except TelegramError as error:
        return Finding(subject, error.message, FAILURE)
    if not _may_write(chat, member):
        text = f"@{bot.username} may not write in {chat.title}; allow it there"
        return Finding(subject, text, FAILURE)
    return Finding(subject, str(chat.title))


def _may_write(chat: ChatFullInfo, member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "can_send_messages", False))
    if member.status not in _INSIDE:
        return False
    if chat.type == chat.CHANNEL:
        return member.status == ChatMember.OWNER or bool(
            getattr(member, "can_post_messages", False)
        )
    permissions = chat.permissions
    is_ordinary = member.status == ChatMember.MEMBER
    return not (is_ordinary and permissions is not None and permissions.can_send_messages is False)
