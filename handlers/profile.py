"""What Telegram shows of the bot before anybody presses Start: who is behind it, what it asks.

Telegram is mistrusted as a counter of the public service, so the official name and the telephone
come first, with what is never asked (facts 5-2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.questions import shorten
from locales import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    import gettext

    from telegram import Bot

    from handlers.context import House

DESCRIPTION_LENGTH: Final = 512
SHORT_DESCRIPTION_LENGTH: Final = 120


async def publish_descriptions(bot: Bot, house: House) -> None:
    """Set both descriptions in each language where they read otherwise. Raises TelegramError.

    Telegram allows few of these changes, so what stands already is left alone.
    """
    for language, translations in house.translations.items():
        code = None if language == DEFAULT_LANGUAGE else language
        text = description(house, translations)
        if (await bot.get_my_description(code)).description != text:
            await bot.set_my_description(text, code)
        text = short_description(house, translations)
        if (await bot.get_my_short_description(code)).short_description != text:
            await bot.set_my_short_description(text, code)


def description(house: House, translations: gettext.NullTranslations) -> str:
    """Return what an empty chat shows above "Start": plain text of at most 512 characters."""
    text = translations.gettext(
        "This is the consultation counter of %(hub)s. Companies in %(prefecture)s can consult us "
        "about talent free of charge. Press Start to begin.\n\nYou can also call us.\n"
        "%(telephone)s (%(hours)s)\n\nWe never ask for account numbers, PINs or My Numbers, and "
        "never write to you first."
    )
    return shorten(text % _office(house), DESCRIPTION_LENGTH)


def short_description(house: House, translations: gettext.NullTranslations) -> str:
    """Return what the bot's own page and shared links show: plain text, up to 120 characters."""
    text = translations.gettext(
        "The consultation counter of %(hub)s, free of charge. Telephone: %(telephone)s"
    )
    return shorten(text % _office(house), SHORT_DESCRIPTION_LENGTH)


def _office(house: House) -> dict[str, str]:
    office = house.programme.office
    return {
        "hub": office.hub,
        "prefecture": house.programme.plan.prefecture,
        "telephone": office.telephone,
        "hours": office.hours,
    }
