"""Owner and staff write to each other: what each is told at once, and the buttons for it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup

from domain.errors import DomainError, StaleButton
from domain.relay import Direction
from handlers import replies
from handlers.case_buttons import read_number
from handlers.incoming import incoming
from handlers.office import office
from handlers.relay_buttons import DEEP_LINK, stop_button
from handlers.staff_chat import in_readers_language
from handlers.topics import notice_forum
from handlers.updates import pressed, private_button, user_and_chat
from services import delivery, relay
from services.relay import Ended, Passed, Refused

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context

TAKEN = "👌"
"""The sign under a message that was taken: what has been said once is not said each time."""


async def told(update: Update, context: Context, outcome: Passed | Refused | Ended) -> None:
    """Tell the writer what became of their message."""
    if isinstance(outcome, Refused):
        await _refuse(update, context, outcome.error)
    elif isinstance(outcome, Ended):
        await _ended(update, context, outcome)
    elif outcome.message.direction is Direction.TO_OWNER:
        await _sign(update, context)
        if outcome.asks_name:
            await _say(update, context, _name_hint(context))
    elif outcome.is_first and not outcome.is_album:
        await _first(update, context, outcome)
    elif outcome.is_other and not outcome.is_album:
        await _say(update, context, _passed_on(context, outcome))
    elif not outcome.is_album:
        await _sign(update, context)


async def written(update: Update, context: Context, outcome: Passed | Refused) -> None:
    """Tell a member what became of what they were asked to write: to which company it goes."""
    if isinstance(outcome, Refused):
        await _refuse(update, context, outcome.error)
        return
    text = context.gettext("On its way to the company of %(reference)s.")
    text %= {"reference": str(outcome.case.reference)}
    if outcome.asks_name:
        text += "\n\n" + _name_hint(context)
    await _say(update, context, text)


def _name_hint(context: Context) -> str:
    return context.gettext(
        "The company reads “the person in charge” as your name. /name changes that."
    )


async def _refuse(update: Update, context: Context, error: DomainError) -> None:
    words = in_readers_language(context, user_and_chat(update)[1]).gettext(error.message)
    await _say(update, context, escape(words % error.params))


async def _say(update: Update, context: Context, text: str) -> None:
    _, chat = user_and_chat(update)
    await replies.send(context, chat, text)


async def _sign(update: Update, context: Context) -> None:
    if update.effective_message is not None:
        _, chat = user_and_chat(update)
        await replies.react(context, chat, update.effective_message.message_id, TAKEN)


def _passed_on(context: Context, outcome: Passed) -> str:
    text = context.gettext("We pass this on to the person in charge of %(reference)s.")
    return text % {"reference": str(outcome.case.reference)}


async def _first(update: Update, context: Context, outcome: Passed) -> None:
    """Say once for a case who gets it and when an answer is to be expected."""
    programme = context.house.programme
    lines = []
    if programme.is_open_at(context.now):
        days = programme.office.reply_within_working_days
        lines.append(
            context.ngettext(
                "They answer within %(days)d working day.",
                "They answer within %(days)d working days.",
                days,
            )
        )
    else:
        lines.append(context.gettext("We are closed now and answer once we are open again."))
    lines.append(context.gettext("If it is urgent, please call us.\n%(telephone)s (%(hours)s)"))
    told = "\n\n".join(lines) % office(context)
    await _say(update, context, f"{_passed_on(context, outcome)}\n\n{told}")


async def _ended(update: Update, context: Context, outcome: Ended) -> None:
    text = context.gettext(
        "Consultation %(reference)s has ended, so we have not taken this message.\n\nA new "
        "consultation: /start\nBy telephone: %(telephone)s (%(hours)s)"
    )
    reference = escape(str(outcome.case.reference))
    await _say(update, context, text % {**office(context), "reference": reference})


async def told_again(update: Update, context: Context) -> bool:
    """Answer once more a message that was taken; return whether this is one."""
    message = update.message
    if message is None:
        return False
    passed = await context.read(relay.passed_before, message.chat.id, message.message_id)
    if passed is None:
        return False
    await told(update, context, passed)
    return True


async def answered_in_group(update: Update, context: Context) -> None:
    """A reply in the staff chat: one to a post about a message goes to the owner."""
    user, chat = user_and_chat(update)
    if chat != await context.read(delivery.current_chat, context.house.staff_chat):
        return
    if update.effective_chat is not None:
        notice_forum(context.house, update.effective_chat)
    outcome = await context.transact(relay.answered, context.occasion, user, incoming(update))
    if outcome is not None:
        await told(update, context, outcome)


async def edited(update: Update, context: Context) -> bool:
    """A message was changed after it was sent; return whether it was one that was passed on."""
    user, _ = user_and_chat(update)
    outcome = await context.transact(relay.edited, context.occasion, user, incoming(update))
    if isinstance(outcome, bool):
        return outcome
    await told(update, context, outcome)
    return True


async def edited_in_group(update: Update, context: Context) -> None:
    """A member changed what they wrote in the staff chat."""
    _, chat = user_and_chat(update)
    if chat == await context.read(delivery.current_chat, context.house.staff_chat):
        await edited(update, context)


async def button(update: Update, context: Context) -> None:
    """A button about messages. Raises StaleButton."""
    verb, arguments = private_button(update)
    does = {"write": _write, "stop": _stop, "read": _read}.get(verb)
    if does is None or len(arguments) != 1:
        raise StaleButton("")
    await does(update, context, read_number(arguments[0]))


async def _write(update: Update, context: Context, case: int) -> None:
    query, _, _ = pressed(update)
    user, chat = user_and_chat(update)
    asked = await context.transact(relay.ask_what_to_write, context.occasion, user, case)
    if isinstance(asked, Refused):
        await replies.refuse(context, query, asked.error)
        return
    _ = context.gettext
    name = asked.desk_name or _("the person in charge")
    text = _(
        "<b>%(reference)s</b>\nWhat you send next goes to the company: a text, a picture, a file "
        "or a voice message. It reads “%(name)s” as your name."
    ) % {"reference": str(asked.case.reference), "name": escape(name)}
    await replies.send(context, chat, text, InlineKeyboardMarkup([[stop_button(context, case)]]))
    await replies.answer_query(query)


async def _stop(update: Update, context: Context, case: int) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    if await context.transact(relay.stop, context.occasion, user, case):
        await replies.show(context, chat, message, context.gettext("Nothing is sent."))
        await replies.answer_query(query)
        return
    # It may be sent already: then to say that nothing is would be wrong.
    text = context.gettext("There is nothing left to stop. What you have sent has gone out.")
    await replies.strip(context, chat, message)
    await replies.answer_query(query, text, alert=True)


async def _read(update: Update, context: Context, case: int) -> None:
    query, _, _ = pressed(update)
    user, _ = user_and_chat(update)
    found = await context.transact(relay.read, context.occasion, user, case)
    if isinstance(found, DomainError):
        await replies.refuse(context, query, found)
    else:
        await replies.answer_query(query, _how_many(context, found))


async def open_messages(update: Update, context: Context, payload: str) -> None:
    """/start with the deep link of a case's messages: send them here. Raises StaleButton."""
    user, _ = user_and_chat(update)
    case = read_number(payload.removeprefix(DEEP_LINK))
    found = await context.transact(relay.read, context.occasion, user, case)
    if isinstance(found, DomainError):
        await _refuse(update, context, found)
    else:
        await _say(update, context, _how_many(context, found))


def _how_many(context: Context, count: int) -> str:
    if count == 0:
        return context.gettext("There are no messages.")
    text = context.ngettext(
        "%(count)d message follows. Reply to it to answer.",
        "The newest %(count)d messages follow. Reply to one to answer.",
        count,
    )
    return text % {"count": count}
