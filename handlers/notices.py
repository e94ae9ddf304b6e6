"""The text of each kind of notice, made when it is sent, from the facts as they are then."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from domain.consultations import ConsultationState
from domain.errors import StaleButton
from domain.outbox import NoticeKind
from domain.return_calls import CALL_TIMES
from handlers import (
    booking_files,
    calls,
    case_desk,
    case_list,
    chasers,
    meeting_notices,
    outcomes,
    relay_notices,
    waiting,
)
from handlers import cases as case_cards
from handlers.addenda import notice_buttons, notice_text
from handlers.lost_meetings import lost_meeting
from handlers.messages import Message
from handlers.needs import nudge
from handlers.sharing import changed as sharing_changed
from handlers.summaries import monthly_text, weekly_text
from services import addenda, call_arrangements, cases, figures, needs, return_calls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from domain.outbox import ClaimedNotice
    from handlers.context import Context

    Renderer = Callable[[Context, Mapping[str, Any]], Awaitable[Message | None]]


async def render(context: Context, notice: ClaimedNotice) -> Message | None:
    """Return the message of a notice; None when there is nothing to tell any more.

    Raises Missed when it is too late to tell, NotNow while the office is closed to it.
    """
    return await _RENDERERS[notice.kind](context, notice.payload)


async def _new_consultation(context: Context, payload: Mapping[str, Any]) -> Message:
    card = await context.read(cases.card, payload["consultation"])
    # What staff logged has somebody in charge from the start, and is news to the others.
    is_news = card.consultation.state is ConsultationState.TRIAGED
    is_news = is_news and card.consultation.logged_by is not None
    text = case_cards.new_text if is_news else case_cards.card_text
    return Message(text(context, card), case_cards.card_buttons(context, card))


async def _addendum(context: Context, payload: Mapping[str, Any]) -> Message:
    addendum = await context.read(addenda.card, payload["addendum"])
    return Message(notice_text(context, addendum), notice_buttons(context, addendum))


async def _return_call(context: Context, payload: Mapping[str, Any]) -> Message | None:
    try:
        card = await context.read(return_calls.card, payload["return_call"])
    except StaleButton:
        return None
    return Message(calls.card_text(context, card), calls.card_buttons(context, card))


async def _return_call_withdrawn(context: Context, payload: Mapping[str, Any]) -> Message:
    assignee = payload["assignee"]
    name = None
    if assignee is not None:
        name = await context.read(return_calls.assignee_name, assignee)
    return Message(calls.withdrawn_text(context, payload["return_call"], name))


async def _call_to_arrange(context: Context, payload: Mapping[str, Any]) -> Message | None:
    card = await context.read(call_arrangements.to_call, payload["consultation"])
    if card is None or card.consultation.call_when is None:
        return None
    text = context.gettext("<b>%(reference)s</b>: please telephone to decide the date (%(when)s).")
    text %= {
        "reference": str(card.consultation.reference),
        "when": context.gettext(CALL_TIMES[card.consultation.call_when]),
    }
    if card.assignee_name is not None:
        text += "\n" + case_cards.in_charge(context, card)
    return Message(text, case_cards.card_buttons(context, card))


async def _nudge(context: Context, payload: Mapping[str, Any]) -> Message | None:
    touched = datetime.fromisoformat(payload["touched"])
    draft = await context.read(needs.to_nudge, payload["draft"], touched)
    if draft is None:
        return None
    context.speak_to(draft.user_id)
    return Message(*nudge(context))


async def _summary(context: Context, payload: Mapping[str, Any]) -> Message:
    first, last = (date.fromisoformat(payload[key]) for key in ("first", "last"))
    summary = await context.read(figures.summary, context.occasion, first, last)
    text = weekly_text if payload["kind"] == "weekly" else monthly_text
    return Message(text(context, summary, context.now))


async def _incident(context: Context, payload: Mapping[str, Any]) -> Message:
    text = context.gettext("An update failed three times. Incident: %(incident)s")
    return Message(text % {"incident": payload["incident"]})


async def _chat_closed(context: Context, payload: Mapping[str, Any]) -> Message:
    text = context.gettext(
        "The bot cannot write to the staff chat (%(chat)s: %(reason)s). Please let it in again "
        "with the right to post. What is owed to the chat waits and arrives then."
    )
    return Message(text % {"chat": payload["chat"], "reason": payload["reason"]})


async def _topics_refused(context: Context, _payload: Mapping[str, Any]) -> Message:
    text = context.gettext(
        "The bot may not make topics in the staff chat, so all cases are posted in its general "
        "topic. Please give the bot the right to manage topics."
    )
    return Message(text)


async def _not_sent(context: Context, payload: Mapping[str, Any]) -> Message:
    text = context.gettext(
        "A message could not be sent: number %(notice)s (%(kind)s), %(reason)s. "
        "The log of the bot says more."
    )
    return Message(text % dict(payload))


_RENDERERS: dict[NoticeKind, Renderer] = {
    NoticeKind.NEW_CONSULTATION: _new_consultation,
    NoticeKind.ADDENDUM: _addendum,
    NoticeKind.RETURN_CALL: _return_call,
    NoticeKind.RETURN_CALL_WITHDRAWN: _return_call_withdrawn,
    NoticeKind.CALL_TO_ARRANGE: _call_to_arrange,
    NoticeKind.NUDGE: _nudge,
    NoticeKind.BOOKING_FILE: booking_files.owners,
    NoticeKind.STAFF_BOOKING_FILE: booking_files.staffs,
    NoticeKind.OWNER_REMINDER: meeting_notices.owner_reminder,
    NoticeKind.STAFF_REMINDER: meeting_notices.staff_reminder,
    NoticeKind.OUTCOME_ASKED: outcomes.question,
    NoticeKind.NEW_TIME_OFFERED: meeting_notices.new_time_offered,
    NoticeKind.NEW_TIME_WITHDRAWN: meeting_notices.new_time_withdrawn,
    NoticeKind.UNREACHABLE: meeting_notices.unreachable,
    NoticeKind.SUMMARY: _summary,
    NoticeKind.INCIDENT: _incident,
    NoticeKind.CHAT_CLOSED: _chat_closed,
    NoticeKind.TOPICS_REFUSED: _topics_refused,
    NoticeKind.NOT_SENT: _not_sent,
    NoticeKind.SLOT_OFFERED: waiting.slot_offered,
    NoticeKind.HOLD_LAPSED: waiting.hold_lapsed,
    NoticeKind.MEETING_LOST: lost_meeting,
    NoticeKind.CASE_HANDED_OVER: case_desk.handed_over,
    NoticeKind.CHASER: chasers.chaser,
    NoticeKind.CHASER_FOR_MANAGERS: chasers.chaser_for_managers,
    NoticeKind.RELAY_TO_STAFF: relay_notices.to_staff,
    NoticeKind.RELAY_TO_OWNER: relay_notices.to_owner,
    NoticeKind.RELAY_EDIT: relay_notices.edit,
    NoticeKind.RELAY_WAITING: relay_notices.waiting,
    NoticeKind.RELAY_LOST: relay_notices.lost,
    NoticeKind.SHARING_CHANGED: sharing_changed,
    NoticeKind.CASES_LEFT: case_list.left_behind,
}
