"""Builds the process from its settings: the one place where everything is wired."""

from __future__ import annotations

import asyncio
import logging
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING

from telegram.error import RetryAfter, TelegramError
from telegram.ext import Application, ContextTypes
from telegram.warnings import PTBUserWarning

from bot.clock import utc_now
from bot.schedule import add_tick
from domain import mission_form, partner_form
from domain.match_forms import (
    contract_questionnaire,
    match_questionnaire,
    step_questionnaire,
)
from domain.needs import needs_questionnaire
from domain.return_calls import return_call_questionnaire
from domain.walk_ins import walk_in_questionnaire
from handlers.command_menu import publish_menus
from handlers.context import Context, House, MadoguchiApplication, Reach
from handlers.profile import publish_descriptions
from handlers.routes import add_handlers
from handlers.topics import learn_forum
from locales import DEFAULT_LANGUAGE, LANGUAGES, load_translations
from services import people, staff
from services.drafts import Forms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from telegram.request import BaseRequest

    from bot.settings import Settings
    from domain.form import Questionnaire
    from domain.programme import Programme
    from storage.database import Database

_LOGGER = logging.getLogger(__name__)
_LONGEST_PAUSE_SECONDS = 60.0


def build_house(
    settings: Settings,
    programme: Programme,
    database: Database,
    clock: Callable[[], datetime] = utc_now,
) -> House:
    """Return what the handlers work with; registers the admins of the settings."""
    now = clock()
    admins = settings.admin_ids
    questionnaire = needs_questionnaire(programme)
    for user_id in database.write(lambda tx: staff.ensure_admins(tx, admins, now)).result():
        _LOGGER.warning(
            "MADOGUCHI_ADMIN_IDS: %d was removed with /staff and stays so until invited", user_id
        )
    return House(
        programme=programme,
        questionnaire=questionnaire,
        forms=Forms(
            {f.name: f for f in (questionnaire, *_further_forms(programme, questionnaire))},
            programme.privacy.notice_version,
        ),
        working_days=programme.working_days,
        database=database,
        clock=clock,
        translations={language: load_translations(language) for language in LANGUAGES},
        default_language=DEFAULT_LANGUAGE,
        staff_chat=settings.staff_chat_id,
        reach=Reach(settings.base_url(settings.listen)),
        languages=database.read(people.chosen_languages).result(),
    )


def _further_forms(programme: Programme, needs: Questionnaire) -> tuple[Questionnaire, ...]:
    """Return all forms but the `needs` form, of which some take questions over."""
    return (
        return_call_questionnaire(needs),
        walk_in_questionnaire(programme, needs),
        match_questionnaire(needs),
        step_questionnaire(),
        contract_questionnaire(needs),
        partner_form.FORM,
        mission_form.FORM,
    )


def build_application(
    settings: Settings, house: House, request: BaseRequest, polling: BaseRequest
) -> MadoguchiApplication:
    """Return the application with its handlers and its tick; it has no updater of PTB's."""
    # PTB advises its own methods, which parse what is only stored or thrown away here.
    warnings.filterwarnings("ignore", "Please use 'Bot.", PTBUserWarning)
    application = (
        Application.builder()
        .application_class(MadoguchiApplication, kwargs={"house": house})
        .token(settings.bot_token)
        .base_url(f"{settings.api_url.rstrip('/')}/bot")
        .base_file_url(f"{settings.api_url.rstrip('/')}/file/bot")
        .request(request)
        .get_updates_request(polling)
        .context_types(ContextTypes(context=Context))
        .updater(None)
        .build()
    )
    if not isinstance(application, MadoguchiApplication):
        message = "the builder made another application"
        raise TypeError(message)
    add_handlers(application)
    add_tick(application)
    return application


async def publish_profile(application: MadoguchiApplication) -> None:
    """Set the menus of commands and the descriptions, trying until Telegram is to be had."""
    pause = 1.0
    while True:
        members = await application.house.read(staff.all_members)
        try:
            await publish_menus(application.bot, application.house, members)
            await publish_descriptions(application.bot, application.house)
            await learn_forum(application.bot, application.house)
        except RetryAfter as flood:
            wait = flood.retry_after
            await asyncio.sleep(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        except TelegramError as error:
            _LOGGER.warning("menus and descriptions are set later: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        else:
            return
