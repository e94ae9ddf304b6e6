"""Which handler serves what, in the order they are tried."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from domain.audit import button_asked, command_asked
from domain.errors import DomainError, StaleButton
from domain.partners import TOKEN_FORM, PartnerKind
from domain.staff import NotPermitted
from handlers import (
    addenda,
    attributions,
    audit,
    booking_calendar,
    bookings,
    calendar_feeds,
    calls,
    case_desk,
    case_list,
    case_meetings,
    cases,
    chasers,
    closures,
    command_menu,
    commands,
    consent,
    contact_keyboard,
    corrections,
    desk_name,
    drafts,
    figures,
    language,
    leaving,
    matches,
    meeting_changes,
    membership,
    missions,
    needs,
    outcomes,
    partner_counts,
    partner_forms,
    partner_links,
    partners,
    referrals,
    relay,
    relay_buttons,
    replies,
    return_calls,
    review,
    sharing,
    slots,
    staff,
    staff_meetings,
    typed,
    verdicts,
    walk_ins,
)
from handlers.callbacks import (
    ADDENDUM,
    AUDIT,
    BOOKING,
    CALENDAR,
    CALL,
    CASE,
    CHASER,
    DESK,
    FAMILIES,
    FIX,
    INTAKE,
    LANGUAGE,
    LIST,
    MATCH,
    MATCH_CONTRACT,
    MATCH_STEP,
    MEETING,
    MISSION,
    PARTNER,
    QUESTION,
    REFERRAL,
    RELAY,
    RETURN_CALL,
    SHARING,
    SLOTS,
    STAFF,
    WALK_IN,
)
from handlers.updates import telegram_name, user_and_chat
from services import delivery, prompts
from services import staff as staff_service
from services.drafts import ConsentOutdated
from services.inbox import AlreadyApplied

if TYPE_CHECKING:
    from handlers.context import Context, MadoguchiApplication

_LOGGER = logging.getLogger(__name__)
_OUTCOME = f"{MEETING}:(?:{outcomes.VERBS}):"
Handler = Callable[[Update, "Context"], Coroutine[Any, Any, None]]
_REFRESHING: dict[str, Handler] = {
    CASE: cases.refresh,
    DESK: case_desk.refresh,
    LIST: case_list.refresh,
    MATCH: matches.refresh,
    CHASER: chasers.refresh,
    CALL: calls.refresh,
    WALK_IN: walk_ins.refresh,
    STAFF: staff.refresh,
    AUDIT: audit.refresh,
    CALENDAR: calendar_feeds.refresh,
    SLOTS: slots.refresh,
    PARTNER: partners.refresh,
    REFERRAL: referrals.refresh,
    SHARING: sharing.refresh,
}
"""What shows the stored state of a family of buttons that has one kind of message only."""


def _telling_refusals(handler: Handler) -> Handler:
    """Tell the person what a handler's service refused, and show where they stand."""

    @wraps(handler)
    async def told(update: Update, context: Context) -> None:
        try:
            await handler(update, context)
        except AlreadyApplied:
            await show_again(update, context)
        except DomainError as refusal:
            _note_refusal(update, context, refusal)
            await _tell(update, context, refusal)

    return told


async def _tell(update: Update, context: Context, refusal: DomainError) -> None:
    text = context.gettext(refusal.message) % refusal.params if refusal.message else ""
    query = update.callback_query
    if isinstance(refusal, (StaleButton, ConsentOutdated)):
        if isinstance(refusal, StaleButton):
            text = context.gettext("That button is from an earlier step. Here is where we are.")
        if query is not None:
            await replies.answer_query(query, text)
        await show_current(update, context)
    elif query is not None:
        await replies.answer_query(query, text, alert=True)
    elif update.effective_chat is not None:
        await replies.send(context, update.effective_chat.id, text)


async def show_again(update: Update, context: Context) -> None:
    """Answer an update that is applied already: its first answer may never have gone out."""
    if update.callback_query is not None:
        await replies.answer_query(update.callback_query)
    if not await relay.told_again(update, context):
        await show_current(update, context)


async def show_current(update: Update, context: Context) -> None:
    """Show the stored state: to an update that is applied already, or to a stale button."""
    query, chat = update.callback_query, update.effective_chat
    data = str(query.data) if query is not None else ""
    family, *arguments = data.split(":")
    try:
        if family in _REFRESHING and arguments:
            await _REFRESHING[family](update, context)
        elif family == BOOKING and await bookings.refreshed(update, context):
            return
        elif re.match(_OUTCOME, data):
            await outcomes.refresh(update, context)
        elif family == MEETING:
            await staff_meetings.refresh(update, context)
        elif chat is not None and chat.type == "private":
            await commands.show_current(update, context)
    except StaleButton:
        # What the button was about is gone: there is nothing to show.
        return
    except NotPermitted as refusal:
        _note_refusal(update, context, refusal)


def _turning_away(handler: Handler) -> Handler:
    """Let a command end what was asked for before it: whoever gives one has turned away from it."""

    @wraps(handler)
    async def turned(update: Update, context: Context) -> None:
        user, _ = user_and_chat(update)
        context.afterwards(prompts.drop, user)
        await handler(update, context)

    return turned


def _hidden(handler: Handler) -> Handler:
    """Make an admin command answer like an unknown one to everyone else."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        _learn_name(update, context)
        try:
            await handler(update, context)
        except NotPermitted as refusal:
            _note_refusal(update, context, refusal)
            await unknown_command(update, context)

    return guarded


def _out_of_other_groups(handler: Handler) -> Handler:
    """Let a button do nothing in a group that is not the staff chat, or is it no more.

    A card that was left in a former staff chat would show who works on a case by now.
    """

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        chat = update.effective_chat
        if chat is not None and chat.id < 0 and chat.id != await _staff_chat(context):
            if update.callback_query is not None:
                await replies.answer_query(update.callback_query)
            return
        await handler(update, context)

    return guarded


async def _staff_chat(context: Context) -> int:
    return await context.read(delivery.current_chat, context.house.staff_chat)


def _for_staff_chat(handler: Handler) -> Handler:
    """Let a command of figures be answered in the staff chat; all other groups hear nothing."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        chat = update.effective_chat
        if chat is None or chat.id != await _staff_chat(context):
            return
        # Everybody there reads it.
        context.language = context.house.default_language
        try:
            await handler(update, context)
        except NotPermitted as refusal:
            _note_refusal(update, context, refusal)

    return guarded


def _note_refusal(update: Update, context: Context, refusal: DomainError) -> None:
    """Put into the audit log who asked for what is not theirs: the button, or the bare command."""
    if not isinstance(refusal, staff_service.NOTED):
        return
    user, _ = user_and_chat(update)
    if update.callback_query is not None:
        asked = button_asked(str(update.callback_query.data))
    else:
        message = update.effective_message
        asked = command_asked((message.text if message is not None else None) or "")
    context.afterwards(staff_service.note_refusal, user, refusal, asked, context.now)


def _learn_name(update: Update, context: Context) -> None:
    """Keep the name of a member who writes; those named in the settings have none before."""
    user, _ = user_and_chat(update)
    context.afterwards(staff_service.learn_name, user, telegram_name(update))


async def start(update: Update, context: Context) -> None:
    """/start, alone or with a deep link's payload."""
    _learn_name(update, context)
    payload = context.args[0] if context.args else ""
    if payload.startswith(staff.INVITATION):
        await staff.join(update, context, payload)
        return
    if payload.startswith(staff_meetings.DEEP_LINK):
        await staff_meetings.open_card(update, context, payload)
        return
    if payload.startswith(relay_buttons.DEEP_LINK):
        await relay.open_messages(update, context, payload)
        return
    if payload.startswith(case_desk.DEEP_LINK):
        await case_desk.open_card(update, context, payload)
        return
    if payload.startswith(calls.DEEP_LINK):
        await calls.open_form(update, context, payload)
        return
    if payload.startswith(cases.DEEP_LINK):
        await cases.open_record(update, context, payload)
        return
    await needs.welcome(update, context, partner_links.token_of(payload))
    await command_menu.settle_menu(context, context.user_id or 0)


async def unknown_command(update: Update, context: Context) -> None:
    """A command that does not exist (for this person)."""
    _, chat = user_and_chat(update)
    text = context.gettext("I do not know that command. /help shows what you can do.")
    await replies.send(context, chat, text)


async def unknown_button(_update: Update, _context: Context) -> None:
    """A button of no known form."""
    raise StaleButton("")


_NUMBER = "[0-9]{1,18}"
_FORM = f"(?:{'|'.join(FAMILIES.values())})"
_OWNERS_FORM = f"(?:{INTAKE}|{RETURN_CALL})"
_BY_LINK = f"(?::{TOKEN_FORM.pattern})?"
"""The token of the partner's link that somebody came by, until they consent to its storing."""
BUTTONS: tuple[tuple[str, Handler], ...] = (
    (f"{QUESTION}:.*", drafts.chose),
    (f"{FIX}:.*", drafts.fix),
    (f"{_OWNERS_FORM}:details{_BY_LINK}", consent.details),
    (f"{_OWNERS_FORM}:refuse", consent.refuse),
    (f"{_OWNERS_FORM}:share", contact_keyboard.put_out),
    (f"{_FORM}:correct", review.correct),
    (f"{_FORM}:pause", leaving.pause),
    (f"{_FORM}:resume", leaving.resume),
    (f"{_FORM}:cancel", leaving.cancel_button),
    (f"{_FORM}:cancel_yes", leaving.delete),
    (f"{INTAKE}:begin{_BY_LINK}", needs.begin),
    (f"{INTAKE}:about{_BY_LINK}", needs.about),
    (f"{INTAKE}:agree{_BY_LINK}", needs.agree),
    (f"{INTAKE}:restart", needs.restart),
    (f"{INTAKE}:restart_yes", needs.restart_confirmed),
    (f"{INTAKE}:submit-{_NUMBER}", needs.submit),
    (f"{INTAKE}:new-{_NUMBER}", needs.submit_as_new),
    (f"{INTAKE}:append-{_NUMBER}", needs.append),
    (f"{INTAKE}:phone{_BY_LINK}", return_calls.by_telephone),
    (f"{RETURN_CALL}:begin{_BY_LINK}", return_calls.begin),
    (f"{RETURN_CALL}:agree{_BY_LINK}", return_calls.agree),
    (f"{RETURN_CALL}:submit-{_NUMBER}", return_calls.submit),
    (f"{RETURN_CALL}:withdraw-{_NUMBER}", return_calls.withdraw),
    (booking_calendar.NOTHING, bookings.nothing),
    (f"{BOOKING}:.*", bookings.button),
    (f"{CASE}:.*", cases.case_button),
    (f"{DESK}:(?:{case_meetings.VERBS}):.*", case_meetings.button),
    (f"{DESK}:(?:{verdicts.VERBS}):.*", verdicts.press),
    (f"{DESK}:(?:{corrections.UNBOOKED}):.*", corrections.unbooked),
    (f"{DESK}:.*", case_desk.button),
    (f"{LIST}:.*", case_list.button),
    (f"{CHASER}:.*", chasers.button),
    (f"{REFERRAL}:.*", referrals.button),
    (f"{SHARING}:.*", sharing.button),
    (f"{MISSION}:write:{_NUMBER}", missions.begin),
    (f"{MISSION}:submit-{_NUMBER}", missions.submit),
    (f"{CALL}:take:{_NUMBER}", calls.take),
    (f"{CALL}:details:{_NUMBER}", calls.details),
    (f"{CALL}:done:{_NUMBER}", calls.done),
    (f"{CALL}:log:{_NUMBER}", calls.log),
    (f"{WALK_IN}:submit-{_NUMBER}", walk_ins.submit),
    (f"{WALK_IN}:new-{_NUMBER}", walk_ins.submit_as_new),
    (f"{WALK_IN}:append-{_NUMBER}", walk_ins.append),
    (f"{ADDENDUM}:full:{_NUMBER}", addenda.full_record),
    (f"{_OUTCOME}.*", outcomes.answered),
    (f"{MEETING}:(?:{corrections.VERBS}):.*", corrections.button),
    (f"{STAFF}:.*", staff.staff_button),
    (f"{AUDIT}:(?:page|who|csv):.*", audit.audit_button),
    (f"{CALENDAR}:list", calendar_feeds.list_button),
    (f"{CALENDAR}:new", calendar_feeds.make),
    (f"{CALENDAR}:ask:{_NUMBER}", calendar_feeds.ask),
    (f"{CALENDAR}:revoke:{_NUMBER}", calendar_feeds.revoke),
    (f"{SLOTS}:week:.*", slots.weeks_button),
    (f"{SLOTS}:day:.*", slots.day_button),
    (f"{SLOTS}:times:.*", slots.times_button),
    (f"{SLOTS}:ask:.*", closures.ask_button),
    (f"{SLOTS}:close:.*", closures.close_button),
    (f"{SLOTS}:open:.*", closures.open_button),
    (f"{MATCH}:begin:{_NUMBER}", matches.begin),
    (f"{MATCH}:submit-{_NUMBER}", matches.submit),
    (f"{MATCH}:card:{_NUMBER}", matches.card),
    (f"{MATCH}:step:{_NUMBER}:[a-z_]+:[a-z]+", matches.step),
    (f"{MATCH}:ask:{_NUMBER}:[a-z_]+:[a-z]+", matches.why),
    (f"{MATCH}:do:{_NUMBER}:[a-z_]+:[a-z]+:[a-z]+", matches.do),
    (f"(?:{MATCH_STEP}|{MATCH_CONTRACT}):submit-{_NUMBER}", matches.submit_step),
    (f"{MEETING}:today", staff_meetings.today_button),
    (f"{MEETING}:card:.*", staff_meetings.card_button),
    (f"{MEETING}:days:.*", meeting_changes.days),
    (f"{MEETING}:times:.*", meeting_changes.times),
    (f"{MEETING}:why:.*", meeting_changes.why),
    (f"{MEETING}:move:.*", meeting_changes.move),
    (f"{MEETING}:drop:.*", meeting_changes.drop),
    (f"{MEETING}:end:.*", meeting_changes.end),
    (f"{PARTNER}:new", partner_forms.register),
    (f"{PARTNER}:name:{_NUMBER}", partner_forms.rename),
    (f"{PARTNER}:submit-{_NUMBER}", partner_forms.submit),
    (f"{PARTNER}:for:{_NUMBER}:(?:all|{'|'.join(PartnerKind)}):[0-9]{{1,6}}", attributions.senders),
    (f"{PARTNER}:set:{_NUMBER}:{_NUMBER}:{_NUMBER}", attributions.attribute),
    (f"{PARTNER}:month:[0-9]{{6}}:[0-9]{{1,6}}", partner_counts.month),
    (f"{PARTNER}:csv:[0-9]{{4}}", partner_counts.export),
    (f"{PARTNER}:.*", partners.button),
    (f"{RELAY}:.*", relay.button),
    (f"{LANGUAGE}:.*", language.language_button),
    (".*", unknown_button),
)
COMMANDS: tuple[tuple[str, Handler], ...] = (
    ("start", start),
    ("help", commands.help_),
    ("status", commands.status),
    ("cancel", leaving.cancel),
    ("privacy", commands.privacy),
    ("language", language.language),
    ("calendar", _hidden(calendar_feeds.calendar)),
    ("stats", _hidden(figures.stats)),
    ("kpi", _hidden(figures.kpi)),
    ("cases", _hidden(case_list.command)),
    ("case", _hidden(case_desk.command)),
    ("log", _hidden(walk_ins.command)),
    ("name", _hidden(desk_name.command)),
    ("today", _hidden(staff_meetings.show_today)),
    ("slots", _hidden(slots.show_slots)),
    ("close", _hidden(closures.close_command)),
    ("open", _hidden(closures.open_command)),
    ("partners", _hidden(partners.command)),
    ("staff", _hidden(staff.list_staff)),
    ("audit", _hidden(audit.show_audit)),
)
STAFF_CHAT_COMMANDS: tuple[tuple[str, Handler], ...] = (
    ("stats", _for_staff_chat(figures.stats)),
    ("kpi", _for_staff_chat(figures.kpi)),
    ("today", _for_staff_chat(staff_meetings.show_today)),
    ("slots", _for_staff_chat(slots.show_slots)),
    ("cases", _for_staff_chat(case_list.command)),
    ("case", _for_staff_chat(case_desk.command_in_staff_chat)),
)


def add_handlers(application: MadoguchiApplication) -> None:
    """Register every handler; those that answer most updates are tried first."""
    for pattern, button in BUTTONS:
        serve = _out_of_other_groups(_telling_refusals(button))
        application.add_handler(CallbackQueryHandler(serve, f"^{pattern}$"))
    moved = filters.StatusUpdate.MIGRATE
    application.add_handler(MessageHandler(moved, _telling_refusals(membership.migrated)))
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    own_words = ~filters.FORWARDED & ~filters.StatusUpdate.ALL
    messages: tuple[tuple[filters.BaseFilter, Handler], ...] = (
        (private & filters.TEXT & ~filters.COMMAND & own_words, typed.typed),
        (private & filters.CONTACT & own_words, typed.contact),
    )
    for wanted, message in messages:
        application.add_handler(MessageHandler(wanted, _telling_refusals(message)))
    for name, command in COMMANDS:
        told = _telling_refusals(command)
        # That command asks for something itself.
        turned = told if name == "name" else _turning_away(told)
        application.add_handler(CommandHandler(name, turned, private))
    in_group = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE
    for name, command in STAFF_CHAT_COMMANDS:
        application.add_handler(CommandHandler(name, _telling_refusals(command), in_group))
    application.add_handler(ChatMemberHandler(_telling_refusals(membership.my_status)))
    leftovers: tuple[tuple[filters.BaseFilter, Handler], ...] = (
        (private & filters.COMMAND, _turning_away(unknown_command)),
        (private & ~filters.StatusUpdate.ALL, typed.sent),
        (filters.ChatType.PRIVATE & filters.UpdateType.EDITED_MESSAGE, typed.edited),
        (in_group & filters.REPLY & ~filters.COMMAND, relay.answered_in_group),
        (filters.ChatType.GROUPS & filters.UpdateType.EDITED_MESSAGE, relay.edited_in_group),
    )
    for wanted, message in leftovers:
        application.add_handler(MessageHandler(wanted, _telling_refusals(message)))
