"""The menu of commands Telegram shows: everybody's, and in staff's own chats what their role adds.

A menu only shows. Whether somebody may do a thing is asked by its service, each time.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from domain.staff import Action
from domain.texts import N_
from locales import DEFAULT_LANGUAGE
from services import staff

if TYPE_CHECKING:
    import gettext
    from collections.abc import Iterable

    from telegram import Bot

    from domain.staff import StaffMember
    from handlers.context import Context, House

_LOGGER = logging.getLogger(__name__)

EVERYBODYS: Final = (
    ("start", N_("Begin or resume a consultation")),
    ("status", N_("Your consultations")),
    ("cancel", N_("Delete an open form")),
    ("privacy", N_("Your information")),
    ("language", "日本語 / English"),
    ("help", N_("What you can do here")),
)
STAFFS: Final = (
    ("cases", N_("The open cases"), Action.READ_CASES),
    ("case", N_("One case: /case R8-0042"), Action.READ_CASES),
    (
        "log",
        N_("Record a consultation by telephone, visit or a partner"),
        Action.LOG_CONSULTATION,
    ),
    ("name", N_("Your name as companies read it"), Action.WRITE_TO_OWNER),
    ("today", N_("Meetings of today"), Action.READ_SLOTS),
    ("slots", N_("Free and taken times of this and the next week"), Action.READ_SLOTS),
    ("calendar", N_("The meetings in your own calendar"), Action.READ_SLOTS),
    ("close", N_("Close the counter on days or hours"), Action.CLOSE_SLOTS),
    ("open", N_("Open again what is closed"), Action.CLOSE_SLOTS),
    ("stats", N_("Figures of today, the week, the month and the year"), Action.READ_FIGURES),
    ("kpi", N_("Targets and results of the plan"), Action.READ_FIGURES),
    ("partners", N_("Partners, their links and QR codes"), Action.READ_PARTNERS),
    ("staff", N_("List, invite and remove staff"), Action.MANAGE_STAFF),
    ("audit", N_("Who looked at, changed and tried what"), Action.READ_AUDIT),
)
"""Commands beyond everybody's, each with what a member must be allowed to see it."""


async def publish_menus(bot: Bot, house: House, members: Iterable[StaffMember]) -> None:
    """Set everybody's menu and each member's; groups get none.

    Raises TelegramError when everybody's could not be set; calling it again is harmless.
    """
    scope = BotCommandScopeAllPrivateChats()
    for code, commands in _by_language(house, None).items():
        await bot.set_my_commands(commands, scope, language_code=code)
    for member in members:
        await _set_menu(bot, house, member)


async def show_menu(context: Context, member: StaffMember) -> None:
    """Give a member the menu of their role: when they join, and when their role changes."""
    await _set_menu(context.bot, context.house, member)


async def hide_menu(context: Context, user_id: int) -> None:
    """Give somebody who is no longer staff everybody's menu."""
    owed = context.house.menus_owed
    try:
        for code in _by_language(context.house, None):
            await context.bot.delete_my_commands(BotCommandScopeChat(user_id), language_code=code)
    except TelegramError as error:
        owed.add(user_id)
        _LOGGER.info("the menu of %d could not be hidden: %s", user_id, type(error).__name__)
    else:
        owed.discard(user_id)


async def settle_menu(context: Context, user_id: int) -> None:
    """Set the menu that could not be set earlier, most often before the person first wrote."""
    if user_id not in context.house.menus_owed:
        return
    member = await context.read(staff.member, user_id)
    if member is None:
        await hide_menu(context, user_id)
    else:
        await show_menu(context, member)


async def _set_menu(bot: Bot, house: House, member: StaffMember) -> None:
    """Set a member's menu; it is a convenience, so a failure is only remembered."""
    scope = BotCommandScopeChat(member.user_id)
    owed = house.menus_owed
    try:
        for code, commands in _by_language(house, member).items():
            await bot.set_my_commands(commands, scope, language_code=code)
    except TelegramError as error:
        # Telegram knows no chat with somebody who never pressed Start, or blocked the bot.
        owed.add(member.user_id)
        _LOGGER.info("the menu of %d waits: %s", member.user_id, type(error).__name__)
    else:
        owed.discard(member.user_id)


def _by_language(house: House, member: StaffMember | None) -> dict[str | None, list[BotCommand]]:
    """Return the commands by Telegram's language code; None is every other language."""
    return {
        None if language == DEFAULT_LANGUAGE else language: commands_of(member, translations)
        for language, translations in house.translations.items()
    }


def commands_of(
    member: StaffMember | None, translations: gettext.NullTranslations
) -> list[BotCommand]:
    """Return the commands of a member's menu, staff's own first; `None` is anybody."""
    staffs = [(name, text) for name, text, action in STAFFS if member and member.may(action)]
    return [BotCommand(name, translations.gettext(text)) for name, text in (*staffs, *EVERYBODYS)]
