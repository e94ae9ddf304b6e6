"""Consent to sharing, in private: staff record what an owner said, the owner changes it."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.errors import StaleButton
from domain.sharing import (
    DECISIONS,
    SAID_WORDS,
    SHARING_WORDS,
    TOLD_TO_STAFF,
    NewDecision,
    Said,
    Sharing,
)
from domain.staff import NotPermitted
from handlers import replies
from handlers.callbacks import DESK, SHARING, pack
from handlers.case_buttons import read_number
from handlers.cases import card_buttons
from handlers.meeting_notices import speak_to_staff, whom_it_is_for
from handlers.messages import Message
from handlers.moments import moment
from handlers.referral_lines import sharing_line
from handlers.updates import pressed, private_button, telegram_name, user_and_chat
from services import sharing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telegram import Update

    from domain.consultations import Consultation
    from handlers.context import Context
    from services.sharing import Recorded, SharingView


async def button(update: Update, context: Context) -> None:
    """A button of the staff's or the owner's screen. Raises StaleButton, NotPermitted."""
    verb, arguments = private_button(update)
    does = {
        ("open", 1): _open,
        ("how", 3): _how,
        ("rec", 4): _record,
        ("below", 1): _below,
        ("mine", 1): _mine,
        ("sure", 3): _sure,
        ("own", 3): _own,
    }.get((verb, len(arguments)))
    if does is None:
        raise StaleButton("")
    await does(update, context, arguments)


async def refresh(update: Update, context: Context) -> None:
    """Show what stands to whoever may see it. Raises StaleButton if there is nothing."""
    _, _, message = pressed(update)
    user, chat = user_and_chat(update)
    verb, arguments = private_button(update)
    if not arguments:
        raise StaleButton("")
    case = read_number(arguments[0])
    with suppress(NotPermitted):
        if verb in {"below", "mine", "sure", "own"}:
            shown = _owners_screen(context, await context.read(sharing.owners, user, case))
        else:
            shown = _staffs_screen(context, await context.read(sharing.opened, user, case))
        await replies.show(context, chat, message, shown.text, shown.buttons)


def owners_rows(
    context: Context, cases: Sequence[Consultation]
) -> list[list[InlineKeyboardButton]]:
    """Return a button for each of an owner's cases that leads to its sharing.

    With several, each names its case.
    """
    label = context.gettext("Change consent to sharing")
    suffixes = [f" {one.reference}" if len(cases) > 1 else "" for one in cases]
    return [
        [_button(label + suffix, "below", one.id)]
        for one, suffix in zip(cases, suffixes, strict=True)
    ]


def _button(label: str, *arguments: object, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(SHARING, *arguments), style=style)


def _read_decision(arguments: list[str]) -> NewDecision:
    case, before, to = arguments
    if before not in tuple(Sharing) or to not in DECISIONS:
        raise StaleButton("")
    return NewDecision(read_number(case), Sharing(before), Sharing(to))


async def _open(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    view = await context.read(sharing.opened, user, read_number(arguments[0]))
    await replies.turn_into(update, context, _staffs_screen(context, view))


async def _how(update: Update, context: Context, arguments: list[str]) -> None:
    """Ask how the owner said it: the answer records it."""
    user, _ = user_and_chat(update)
    decision = _read_decision(arguments)
    view = await context.read(sharing.opened, user, decision.case)
    if not view.records or view.value is not decision.before:
        raise StaleButton("")
    _ = context.gettext
    text = _("<b>%(reference)s</b>\n%(sharing)s\nHow did the company say so?") % {
        "reference": str(view.case.reference),
        "sharing": sharing_line(context, decision.to),
    }
    rows = [[_button(_(SAID_WORDS[said]), "rec", *arguments, said)] for said in TOLD_TO_STAFF]
    rows.append([_button(_("Leave it as it is"), "open", decision.case)])
    await replies.turn_into(update, context, Message(text, InlineKeyboardMarkup(rows)))


async def _record(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    *rest, said = arguments
    decision = _read_decision(rest)
    if said not in TOLD_TO_STAFF:
        raise StaleButton("")
    recorded = await context.transact(
        sharing.record, context.occasion, user, telegram_name(update), decision, Said(said)
    )
    await _recorded(update, context, recorded, _staffs_screen)


async def _below(update: Update, context: Context, arguments: list[str]) -> None:
    """Show the owner's screen below: what the button stands under is to stay."""
    query, _, _ = pressed(update)
    user, chat = user_and_chat(update)
    view = await context.read(sharing.owners, user, read_number(arguments[0]))
    await replies.answer_query(query)
    await replies.send_message(context, chat, _owners_screen(context, view))


async def _mine(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    view = await context.read(sharing.owners, user, read_number(arguments[0]))
    await replies.turn_into(update, context, _owners_screen(context, view))


async def _sure(update: Update, context: Context, arguments: list[str]) -> None:
    """Say what the change means: the answer makes it."""
    user, _ = user_and_chat(update)
    decision = _read_decision(arguments)
    view = await context.read(sharing.owners, user, decision.case)
    if view.value is not decision.before:
        raise StaleButton("")
    _ = context.gettext
    lines = [
        f"<b>{view.case.reference}</b>",
        _("Now: %(sharing)s") % {"sharing": escape(_(SHARING_WORDS[decision.before]))},
        _("From now on: %(sharing)s") % {"sharing": escape(_(SHARING_WORDS[decision.to]))},
    ]
    if decision.before.with_agencies and not decision.to.with_agencies:
        lines.append(
            _(
                "We will refer you to no further agency, and tell those that we referred you to "
                "without your name."
            )
        )
    lines.append(_("Shall we change it?"))
    rows = [
        [_button(_("Change it"), "own", *arguments, style="primary")],
        [_button(_("Leave it as it is"), "mine", decision.case)],
    ]
    await replies.turn_into(update, context, Message("\n".join(lines), InlineKeyboardMarkup(rows)))


async def _own(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    decision = _read_decision(arguments)
    recorded = await context.transact(sharing.change_own, context.occasion, user, decision)
    await _recorded(update, context, recorded, _owners_screen)


async def _recorded(update: Update, context: Context, recorded: Recorded, screen: Any) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    if recorded.refusal is not None:
        await replies.refuse(context, query, recorded.refusal)
    else:
        await replies.answer_query(query, context.gettext("Recorded."))
    if recorded.view is not None:
        shown = screen(context, recorded.view)
        await replies.show(context, chat, message, shown.text, shown.buttons)


def _staffs_screen(context: Context, view: SharingView) -> Message:
    _ = context.gettext
    lines = [_title(context, view), *_since(context, view), *to_tell(context, view)]
    rows = []
    if view.records:
        lines += [
            "",
            _("(1) registered talent agencies\n(2) the company's bank and support institutions"),
            _("What does the company say now?"),
        ]
        rows = _choices(context, view, "how")
    back = InlineKeyboardButton(
        _("Back to the case"), callback_data=pack(DESK, "open", view.case.id)
    )
    return Message("\n".join(lines), InlineKeyboardMarkup([*rows, [back]]))


def _owners_screen(context: Context, view: SharingView) -> Message:
    _ = context.gettext
    question = _(
        "With whom may we share what you told us?\n"
        "(1) registered talent agencies\n"
        "(2) your bank and support institutions\n"
        "You can change this at any time."
    )
    lines = [_title(context, view), *_since(context, view), "", question]
    return Message("\n".join(lines), InlineKeyboardMarkup(_choices(context, view, "sure")))


def _title(context: Context, view: SharingView) -> str:
    title = context.gettext("<b>%(reference)s: consent to sharing</b>")
    title %= {"reference": str(view.case.reference)}
    return f"{title}\n{sharing_line(context, view.value)}"


def _since(context: Context, view: SharingView) -> list[str]:
    _ = context.gettext
    if view.last is None:
        return [_("As answered in the form.")]
    said = {"moment": moment(context, view.last.at), "how": _(SAID_WORDS[view.last.said])}
    return [_("Said %(how)s, %(moment)s") % said]


def to_tell(context: Context, view: SharingView) -> list[str]:
    """Return whom staff must tell that a case may not be shared any more (HTML)."""
    if not view.to_tell:
        return []
    told = context.gettext(
        "Already referred to these agencies: please tell them that it must not be used any more."
    )
    return ["", told, *(f"・{escape(one.agency)}" for one in view.to_tell)]


def _choices(context: Context, view: SharingView, verb: str) -> list[list[InlineKeyboardButton]]:
    return [
        [_button(context.gettext(SHARING_WORDS[to]), verb, view.case.id, view.value, to)]
        for to in DECISIONS
        if to is not view.value
    ]


async def changed(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Tell who has the case, or the staff chat, what an owner decided; None if it changed since."""
    card, view = await context.read(sharing.told, payload["consultation"])
    if view.value != payload["value"]:
        return None
    speak_to_staff(context, payload)
    title = context.gettext("<b>%(reference)s: consent to sharing changed</b>")
    lines = [
        title % {"reference": str(view.case.reference)},
        sharing_line(context, view.value),
        *_since(context, view),
        *to_tell(context, view),
        *whom_it_is_for(context, payload, card),
    ]
    return Message("\n".join(lines), card_buttons(context, card))
