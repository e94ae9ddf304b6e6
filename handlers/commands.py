"""Commands for everybody: where I stand, what I can do, what becomes of my information."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_date
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.bookings import NewMeeting
from domain.consultations import OPEN_STATES, STATE_NAMES, ConsultationState
from domain.fiscal_year import JST
from domain.return_calls import CALL_TIMES
from domain.staff import Action
from handlers import replies
from handlers.booking_buttons import as_it_is
from handlers.booking_screens import booking_rows, button
from handlers.command_menu import commands_of
from handlers.consent import privacy_text
from handlers.drafts import ask
from handlers.leaving import resume_button
from handlers.meetings import meeting_line
from handlers.moments import moment
from handlers.needs import receipt, send_standing, welcome
from handlers.office import office
from handlers.return_calls import withdraw_button
from handlers.sharing import owners_rows
from handlers.updates import user_and_chat
from handlers.waiting_screens import status_lines, status_rows
from services import needs, sharing, staff

if TYPE_CHECKING:
    from telegram import Update

    from domain.staff import StaffMember
    from handlers.context import Context
    from services.booking_views import Meeting
    from services.needs import Standing


async def status(update: Update, context: Context) -> None:
    """/status: the person's consultations and requests, and where they stand."""
    user, chat = user_and_chat(update)
    standing = await context.read(needs.standing, context.house.forms, user, context.occasion)
    await _send_standing(context, chat, standing)


async def _send_standing(context: Context, chat: int, standing: Standing) -> None:
    rows = _meeting_rows(context, standing)
    if standing.draft is not None:
        rows.append([resume_button(context, standing.draft.questionnaire)])
    if standing.return_call is not None:
        rows.append([withdraw_button(context, standing.return_call)])
    buttons = InlineKeyboardMarkup(rows) if rows else None
    await replies.send(context, chat, status_text(context, standing), buttons)


def _meeting_rows(context: Context, standing: Standing) -> list[list[InlineKeyboardButton]]:
    """Return what can be done about each meeting; with several, each button names its case."""
    opened = [one for one in standing.meetings if one.consultation.state in OPEN_STATES]
    rows = []
    for meeting in opened:
        suffix = f" {meeting.consultation.reference}" if len(opened) > 1 else ""
        if meeting.in_line is not None:
            rows += status_rows(context, meeting.in_line, suffix)
        if meeting.booking is None:
            label = context.gettext("Book a meeting") + suffix
            rows.append([button(label, "how", NewMeeting(meeting.consultation.id))])
        elif meeting.changeable_until is not None:
            rows += booking_rows(context, meeting.booking, suffix)
        else:
            label = context.gettext("Show the meeting") + suffix
            rows.append([button(label, "show", as_it_is(meeting.booking))])
    return rows


def status_text(context: Context, standing: Standing) -> str:
    """Return what a person has submitted, newest first (HTML)."""
    _ = context.gettext
    lines = []
    for meeting in standing.meetings:
        lines.append(_consultation_lines(context, meeting))
        if meeting.in_line is not None:
            lines.append(status_lines(context, meeting.in_line))
    if lines:
        lines.insert(0, f"<b>{_('Your consultations')}</b>")
    call = standing.return_call
    if call is not None:
        text = _("Request to be called back: %(moment)s")
        lines.append(text % {"moment": moment(context, call.requested_at)})
    if standing.draft is not None:
        lines.append(_("There is an unfinished form."))
    return "\n".join(lines) or _("There is no consultation yet. /start begins one.")


def _consultation_lines(context: Context, meeting: Meeting) -> str:
    _, consultation = context.gettext, meeting.consultation
    day = format_date(
        consultation.submitted_at.astimezone(JST).date(), "medium", locale=context.language
    )
    line = f"{consultation.reference}　{day}　{escape(_(STATE_NAMES[consultation.state]))}"
    if meeting.booking is not None:
        text = _("Meeting: %(meeting)s") % {"meeting": meeting_line(context, meeting.booking)}
    elif consultation.call_when is not None:
        text = _("Meeting: we call you to decide the date (%(when)s)")
        text %= {"when": _(CALL_TIMES[consultation.call_when])}
    else:
        return line
    return f"{line}\n{text}"


async def show_current(update: Update, context: Context) -> None:
    """Show where the person stands: the open question, else what they have submitted.

    Staff who ask nothing for themselves are not greeted as a company.
    """
    user, chat = user_and_chat(update)
    standing = await context.read(needs.standing, context.house.forms, user, context.occasion)
    newest = standing.meetings[0] if standing.meetings else None
    if standing.draft is not None:
        await ask(context, chat, standing.draft)
    elif newest is not None and _is_fresh(newest) and standing.return_call is None:
        await replies.send(context, chat, receipt(context, newest.consultation))
        await send_standing(context, chat, newest)
    elif newest is not None and newest.booking is not None and standing.return_call is None:
        await send_standing(context, chat, newest)
    elif newest is not None or standing.return_call is not None:
        await _send_standing(context, chat, standing)
    elif (member := await context.read(staff.member, user)) is not None:
        await replies.send(context, chat, _nothing_asked(context, member))
    else:
        await welcome(update, context)


def _nothing_asked(context: Context, member: StaffMember) -> str:
    """Return what a member can do whose text belongs to nothing."""
    _ = context.gettext
    text = _("No form is open. /help shows what you can do.")
    if not member.may(Action.WRITE_TO_OWNER):
        return text
    how = _(
        "To write to a company, reply to its message, or press “Write to the company” on its case "
        "(/cases)."
    )
    return f"{text}\n\n{how}"


def _is_fresh(meeting: Meeting) -> bool:
    return meeting.consultation.state is ConsultationState.NEW and meeting.booking is None


async def help_(update: Update, context: Context) -> None:
    """/help: what this person can do here."""
    user, chat = user_and_chat(update)
    member = await context.read(staff.member, user)
    commands = commands_of(member, context.house.translations[context.language])
    lines = [f"/{command.command} {escape(command.description)}" for command in commands]
    by_telephone = context.gettext("You can also call us.\n%(telephone)s (%(hours)s)") % office(
        context
    )
    await replies.send(context, chat, "\n".join([*lines, "", by_telephone]))


async def privacy(update: Update, context: Context) -> None:
    """/privacy: what is kept, for how long, and how to have it deleted."""
    user, chat = user_and_chat(update)
    rows = owners_rows(context, await context.read(sharing.of_owner, user))
    buttons = InlineKeyboardMarkup(rows) if rows else None
    await replies.send(context, chat, privacy_text(context), buttons)
