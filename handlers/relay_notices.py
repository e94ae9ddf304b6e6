"""How messages of owners and staff read to the other side; the staff chat only hears of them.

A message has a header that names the case. Where both do not fit into one message the header goes
ahead; what somebody wrote is never shortened.
"""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardMarkup

from domain.relay import CAPTION_LIMIT, Copy, Direction, Kind, Side, header_fits, utf16_length
from handlers.cases import in_charge
from handlers.meeting_notices import speak_to_staff
from handlers.messages import Attachment, Message
from handlers.moments import moment
from handlers.questions import shown_answer
from handlers.relay_buttons import reading_link, reply_button
from services import relay_notices
from services.cases import card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.relay import Content
    from handlers.context import Context
    from services.relay_notices import Showing
    from storage.database import Transaction

_ON_POST = ("area", "industry")


async def to_staff(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Bring an owner's message to a member; None if they have it, or the case no more."""
    if payload.get("instead"):
        return await waiting(context, payload)
    member = payload["member"]
    shown = await context.read(relay_notices.showing, payload["message"], member)
    is_asked_for = bool(payload.get("asked"))
    if not shown.is_party or (shown.copy is not None and not is_asked_for):
        return None
    context.speak_to(member)
    return _whole(context, shown, Side.STAFF, _staffs_header(context, shown))


async def to_owner(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Bring what a member wrote to the owner of the case; None if they have it."""
    message = await context.read(relay_notices.for_owner, payload["message"])
    if message is None or message.copy is not None:
        return None
    context.speak_to(message.case.user_id)
    return _whole(context, message, Side.OWNER, _owners_header(context, message))


async def edit(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Let a message read as it does now; None where it is not shown, or reads so already."""
    chat = payload["chat"]
    shown = await context.read(relay_notices.changed, payload["message"], chat)
    copy = shown.copy
    # What is still on its way is sent as it reads then.
    if copy is None or copy.revision >= shown.message.revision:
        return None
    context.speak_to(chat)
    if shown.message.direction is Direction.TO_OWNER:
        return _changed(context, shown, copy, Side.OWNER, _owners_header(context, shown))
    if not shown.is_party:
        return None
    return _changed(context, shown, copy, Side.STAFF, _staffs_header(context, shown))


async def waiting(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Tell the staff chat that a message has come, not what it says; None if it is seen to.

    Of several messages the last one tells of all.
    """
    shown = await context.read(relay_notices.showing, payload["message"], 0)
    is_for_assignee = bool(payload.get("instead"))
    is_held = shown.holder is not None and not is_for_assignee
    if is_held or not shown.waiting or shown.waiting[-1] != shown.message.id:
        return None
    _ = context.gettext
    text = context.ngettext(
        "<b>%(reference)s</b>: %(count)d message from the company",
        "<b>%(reference)s</b>: %(count)d messages from the company",
        len(shown.waiting),
    )
    lines = [text % {"reference": str(shown.case.reference), "count": len(shown.waiting)}]
    lines += [
        f"{escape(_(question.title))}：{escape(shown_answer(context, question, answers))}"
        for answers in (shown.case.answers,)
        for question in map(context.house.questionnaire.by_key.__getitem__, _ON_POST)
        if question.key in answers
    ]
    if is_for_assignee:
        lines.append(_("The bot cannot write to whoever has the case. Please hand it over."))
        lines.append(in_charge(context, await context.read(card, shown.case.id)))
    else:
        lines.append(_("A reply to this message goes to the company."))
    buttons = InlineKeyboardMarkup([[reading_link(context, shown.case.id)]])

    def posted(tx: Transaction, chat: int, sent: int) -> None:
        relay_notices.post_shown(tx, shown, chat, sent)

    return Message("\n".join(lines), buttons, on_sent=posted)


async def lost(context: Context, payload: Mapping[str, Any]) -> Message:
    """Tell a member that what they wrote did not reach the owner, or the owner's word them."""
    shown = await context.read(relay_notices.showing, payload["message"], payload["member"])
    speak_to_staff(context, payload)
    _ = context.gettext
    if shown.message.direction is Direction.TO_OWNER:
        text = _(
            "<b>%(reference)s</b>: your message of %(moment)s did not reach the company. "
            "Please telephone instead."
        )
    else:
        text = _(
            "<b>%(reference)s</b>: what the company sent on %(moment)s cannot be shown to you "
            "on Telegram. Please ask them about it."
        )
    reference = str(shown.case.reference)
    return Message(text % {"reference": reference, "moment": moment(context, shown.message.at)})


def _staffs_header(context: Context, shown: Showing) -> tuple[str, str]:
    """Return what stands above a message that a member reads: plain reference, and the rest."""
    message, case = shown.message, shown.case
    when = moment(context, message.at)
    if message.direction is Direction.TO_OWNER:
        name = message.signed or context.gettext("the person in charge")
        who = context.gettext("%(name)s to the company") % {"name": name}
    else:
        who = str(case.answers.get("company") or context.gettext("the company"))
    return str(case.reference), f"　{who}　{when}"


def _owners_header(context: Context, shown: Showing) -> tuple[str, str]:
    name, reference = shown.message.signed, str(shown.case.reference)
    if not name:
        text = context.gettext("From the person in charge (%(reference)s)")
        return text % {"reference": reference}, ""
    text = context.gettext("From %(name)s (%(reference)s)")
    return text % {"name": name, "reference": reference}, ""


def _whole(context: Context, shown: Showing, side: Side, header: tuple[str, str]) -> Message:
    message = shown.message
    content, marked = message.content, _marked(header)
    words = escape(content.text)
    has_header, ahead = True, None
    if _is_too_long_for_a_caption(content):
        text, ahead = marked, words
    elif header_fits("".join(header), content):
        text = f"{marked}\n\n{words}" if words else marked
    else:
        text, ahead, has_header = words, marked, False
    # Where a try got no further than what goes ahead, that stands above already.
    header_is_there = shown.header is not None and shown.header.revision == message.revision
    if header_is_there and shown.copy is None:
        ahead = None
    is_protected = side is Side.STAFF
    return Message(
        text,
        _buttons(context, shown, side),
        attachment=_attachment(shown),
        before=None if ahead is None else _ahead(shown, side, ahead),
        is_protected=is_protected,
        on_sent=partial(_message_shown, context, shown, side, has_header),
    )


def _ahead(shown: Showing, side: Side, text: str) -> Message:
    is_protected = side is Side.STAFF
    return Message(text, is_protected=is_protected, on_sent=partial(_header_shown, shown, side))


def _changed(
    context: Context, shown: Showing, copy: Copy, side: Side, header: tuple[str, str]
) -> Message:
    content = shown.message.content
    text = escape(content.text)
    attachment = _attachment(shown)
    edits: int | None = copy.message_id
    if _is_too_long_for_a_caption(content):
        attachment, edits = None, None
    elif copy.has_header and header_fits("".join(header), content):
        text = f"{_marked(header)}\n\n{text}" if text else _marked(header)
    return Message(
        text,
        _buttons(context, shown, side),
        attachment=attachment,
        edits=edits,
        new_file=copy.file_id != content.file_id,
        is_protected=side is Side.STAFF,
        on_sent=partial(_message_shown, context, shown, side, copy.has_header),
    )


def _is_too_long_for_a_caption(content: Content) -> bool:
    """Whether it can be sent under a file by people who pay Telegram, but not by a bot."""
    return content.kind.has_caption and utf16_length(content.text) > CAPTION_LIMIT


def _marked(header: tuple[str, str]) -> str:
    name, rest = header
    return f"<b>{escape(name)}</b>{escape(rest)}"


def _attachment(shown: Showing) -> Attachment | None:
    content = shown.message.content
    if content.kind is Kind.TEXT or content.file_id is None:
        return None
    return Attachment(content.kind, content.file_id)


def _buttons(context: Context, shown: Showing, side: Side) -> InlineKeyboardMarkup | None:
    if side is Side.OWNER or shown.message.direction is Direction.TO_OWNER:
        return None
    return InlineKeyboardMarkup([[reply_button(context, shown.case.id)]])


def _header_shown(shown: Showing, side: Side, tx: Transaction, chat: int, sent: int) -> None:
    relay_notices.header_shown(tx, shown, side, chat, sent)


def _message_shown(
    context: Context,
    shown: Showing,
    side: Side,
    has_header: bool,
    tx: Transaction,
    chat: int,
    sent: int,
) -> None:
    message = shown.message
    copy = Copy(chat, sent, message.revision, message.content.file_id, has_header)
    relay_notices.message_shown(tx, shown, side, copy, context.now)
