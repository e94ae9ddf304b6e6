"""Referring a case to agencies, in private: choose, look at the sheet, send, note what is heard."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.needs_sheet import SheetForm
from domain.referrals import DIGEST_SHOWN, NEWS_WORDS, News
from domain.sharing import NotShared
from domain.staff import NotPermitted
from handlers import replies
from handlers.callbacks import DESK, MISSION, REFERRAL, SHARING, pack
from handlers.case_buttons import read_number
from handlers.messages import File, Message
from handlers.moments import day, moment
from handlers.referral_lines import sharing_line
from handlers.typesetting import CannotTypeset, needs_sheet_pdf
from handlers.updates import pressed, private_button, telegram_name, user_and_chat
from locales import DEFAULT_LANGUAGE
from services import referrals
from services.referrals import Chosen, Heard

if TYPE_CHECKING:
    from telegram import Update

    from domain.consultations import Consultation
    from domain.needs_sheet import NeedsSheet
    from domain.referrals import ReferralStanding
    from handlers.context import Context
    from services.referrals import Desk, Preview, Seen

_LOGGER = logging.getLogger(__name__)
_PAGE: Final = 8
_DAY_FORM: Final = "%Y%m%d"


def sheet_form(context: Context) -> SheetForm:
    """Return what sheets are made with: they are Japanese, whoever makes them."""
    house = context.house
    return SheetForm(
        house.programme, house.questionnaire, house.translations[DEFAULT_LANGUAGE].gettext
    )


async def button(update: Update, context: Context) -> None:
    """A button of the referrals of a case. Raises StaleButton, NotPermitted."""
    verb, arguments = private_button(update)
    does = {
        ("list", 2): _list,
        ("pv", 2): _preview,
        ("pdf", 2): _preview_pdf,
        ("go", 3): _go,
        ("see", 1): _see,
        ("doc", 1): _document,
        ("news", 2): _which_day,
        ("on", 3): _news,
    }.get((verb, len(arguments)))
    if does is None:
        raise StaleButton("")
    await does(update, context, arguments)


async def refresh(update: Update, context: Context) -> None:
    """Show the case's referrals, or the referral of a stale button, to whoever may see them."""
    _, _, message = pressed(update)
    user, chat = user_and_chat(update)
    verb, arguments = private_button(update)
    if not arguments:
        raise StaleButton("")
    number = read_number(arguments[0])
    with suppress(NotPermitted):
        if verb in {"see", "doc", "news", "on"}:
            seen = await context.read(referrals.seen, context.occasion, user, number)
            shown = _referral(context, seen)
        else:
            shown = desk_screen(context, await context.read(referrals.opened, user, number), 0)
        await replies.show(context, chat, message, shown.text, shown.buttons)


def _button(label: str, *arguments: object, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(REFERRAL, *arguments), style=style)


async def _list(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    case, page = map(read_number, arguments)
    desk = await context.read(referrals.opened, user, case)
    await replies.turn_into(update, context, desk_screen(context, desk, page))


async def _preview(update: Update, context: Context, arguments: list[str]) -> None:
    preview = await _previewed(update, context, arguments)
    await replies.turn_into(update, context, _preview_screen(context, preview))


async def _previewed(update: Update, context: Context, arguments: list[str]) -> Preview:
    user, _ = user_and_chat(update)
    case, agency = map(read_number, arguments)
    form = sheet_form(context)
    return await context.read(referrals.preview, context.occasion, form, user, case, agency)


async def _preview_pdf(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, _ = pressed(update)
    _, chat = user_and_chat(update)
    preview = await _previewed(update, context, arguments)
    await replies.answer_query(query)
    caption = context.gettext("%(reference)s: a preview. Nothing has been referred yet.")
    caption %= {"reference": str(preview.case.reference)}
    issued_on = jst_date(context.now)
    await _send_pdf(context, chat, preview.case, preview.sheet, issued_on, caption)


async def _go(update: Update, context: Context, arguments: list[str]) -> None:
    """Refer the case; the member gets what they pass on to the agency."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    case, agency = map(read_number, arguments[:2])
    chosen = Chosen(case, agency, arguments[2])
    made = await context.transact(
        referrals.refer,
        context.occasion,
        sheet_form(context),
        user,
        telegram_name(update),
        chosen,
    )
    if made.refusal is not None:
        await replies.refuse(context, query, made.refusal)
    else:
        await replies.answer_query(query, context.gettext("The referral is recorded."))
    if made.desk is not None:
        shown = desk_screen(context, made.desk, 0)
        await replies.show(context, chat, message, shown.text, shown.buttons)
    if made.referral is not None:
        seen = await context.read(referrals.seen, context.occasion, user, made.referral.id)
        await _send_sheet(context, chat, seen)


async def _see(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    seen = await context.read(referrals.seen, context.occasion, user, read_number(arguments[0]))
    await replies.turn_into(update, context, _referral(context, seen))


async def _document(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, _ = pressed(update)
    user, chat = user_and_chat(update)
    seen = await context.read(referrals.seen, context.occasion, user, read_number(arguments[0]))
    await replies.answer_query(query)
    await _send_sheet(context, chat, seen)


async def _which_day(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    referral, news = read_number(arguments[0]), _read_news(arguments[1])
    seen = await context.read(referrals.seen, context.occasion, user, referral)
    if not seen.refers:
        raise NotPermitted
    _ = context.gettext
    text = _("<b>%(agency)s</b>\n%(news)s: on which day?") % {
        "agency": escape(seen.standing.referral.agency),
        "news": escape(_(NEWS_WORDS[news])),
    }
    buttons = [
        _button(day(context, on), "on", referral, news, on.strftime(_DAY_FORM)) for on in seen.days
    ]
    rows = [buttons[i : i + 2] for i in range(0, len(buttons), 2)]
    rows.append([_button(_("Leave it as it is"), "see", referral)])
    await replies.turn_into(update, context, Message(text, InlineKeyboardMarkup(rows)))


async def _news(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    heard = Heard(read_number(arguments[0]), _read_news(arguments[1]), _read_day(arguments[2]))
    noted = await context.transact(
        referrals.record_news, context.occasion, user, telegram_name(update), heard
    )
    if noted.refusal is not None:
        await replies.refuse(context, query, noted.refusal)
    else:
        await replies.answer_query(query, context.gettext("Recorded."))
    if noted.seen is not None:
        shown = _referral(context, noted.seen)
        await replies.show(context, chat, message, shown.text, shown.buttons)


def _read_news(code: str) -> News:
    if code not in tuple(News):
        raise StaleButton("")
    return News(code)


def _read_day(code: str) -> date:
    number = str(read_number(code))
    try:
        return date(int(number[:4]), int(number[4:6]), int(number[6:]))
    except ValueError:
        raise StaleButton("") from None


def desk_screen(context: Context, desk: Desk, page: int) -> Message:
    """Return the referrals of a case, and the agencies it can go to (HTML)."""
    _ = context.gettext
    lines = [
        _("<b>%(reference)s: referrals to agencies</b>") % {"reference": str(desk.case.reference)},
        sharing_line(context, desk.sharing),
        *(_standing_line(context, one) for one in desk.made),
    ]
    label = _("Referred: %(agency)s")
    rows = [
        [_button(label % {"agency": one.referral.agency}, "see", one.referral.id)]
        for one in desk.made
    ]
    if desk.refers:
        if desk.mission is not None:
            mission = f"<blockquote>{escape(desk.mission)}</blockquote>"
            lines += [escape(_("Work and mission")), mission]
        more, agencies = _choose(context, desk, page)
        lines += ["", more]
        rows += agencies
    back = InlineKeyboardButton(
        _("Back to the case"), callback_data=pack(DESK, "open", desk.case.id)
    )
    return Message("\n".join(lines), InlineKeyboardMarkup([*rows, [back]]))


def _standing_line(context: Context, one: ReferralStanding) -> str:
    _ = context.gettext
    line = f"・{escape(one.referral.agency)}　{day(context, jst_date(one.referral.at))}"
    if one.latest is None:
        return f"{line}　{_('no news yet')}"
    return f"{line}\n　{escape(_(NEWS_WORDS[one.latest.news]))} {day(context, one.latest.on)}"


def _choose(
    context: Context, desk: Desk, page: int
) -> tuple[str, list[list[InlineKeyboardButton]]]:
    """Return what is to be done next, and its buttons: choose an agency, or what is missing."""
    _ = context.gettext
    case = desk.case.id
    if desk.obstacle is not None:
        data = pack(SHARING, "open", case)
        ask = [[InlineKeyboardButton(_("Consent to sharing"), callback_data=data)]]
        return _(desk.obstacle.message), ask if isinstance(desk.obstacle, NotShared) else []
    if not desk.agencies:
        if desk.made:
            return _("The case has been referred to every registered agency."), []
        return _("No talent agency is registered yet. Managers add them under /partners."), []
    shown = min(page, (len(desk.agencies) - 1) // _PAGE)
    first = shown * _PAGE
    rows = [[_button(one.name, "pv", case, one.id)] for one in desk.agencies[first : first + _PAGE]]
    turns = []
    if shown > 0:
        turns.append(_button(_("‹ Before"), "list", case, shown - 1))
    if first + _PAGE < len(desk.agencies):
        turns.append(_button(_("After ›"), "list", case, shown + 1))
    rows += [turns] if turns else []
    rows.append([_write(context, case)])
    return _("To which agency? You see the sheet before it goes."), rows


def _write(context: Context, case: int) -> InlineKeyboardButton:
    label = context.gettext("Write work and mission")
    return InlineKeyboardButton(label, callback_data=pack(MISSION, "write", case))


def _preview_screen(context: Context, preview: Preview) -> Message:
    _ = context.gettext
    case, agency = preview.case.id, preview.agency.id
    title = _("<b>To %(agency)s</b>: this is what it will learn.") % {
        "agency": escape(preview.agency.name)
    }
    text = f"{title}\n\n<blockquote>{escape(preview.sheet.text)}</blockquote>"
    digest = preview.sheet.digest[:DIGEST_SHOWN]
    rows = [
        [_button(_("Refer with this sheet"), "go", case, agency, digest, style="primary")],
        [_button(_("See it as PDF"), "pdf", case, agency)],
        [_write(context, case)],
        [_button(_("Back"), "list", case, 0)],
    ]
    return Message(text, InlineKeyboardMarkup(rows))


def _referral(context: Context, seen: Seen) -> Message:
    """Return a referral with the sheet as it was sent (HTML)."""
    _ = context.gettext
    one = seen.standing
    sent = _("Referred %(moment)s by %(name)s") % {
        "moment": moment(context, one.referral.at),
        "name": escape(seen.by or "–"),
    }
    lines = [
        f"<b>{seen.case.reference} → {escape(one.referral.agency)}</b>",
        sent,
        _("no news yet")
        if one.latest is None
        else f"{escape(_(NEWS_WORDS[one.latest.news]))} {day(context, one.latest.on)}",
    ]
    if seen.sent.is_intact:
        lines += ["", f"<blockquote expandable>{escape(seen.sent.sheet.text)}</blockquote>"]
    else:
        lines += [
            "",
            _("The stored sheet is not the one that was sent. Please tell an administrator."),
        ]
    rows = [[_button(_("Send me the sheet again"), "doc", one.referral.id)]]
    if seen.refers and not one.is_over:
        rows += [[_button(_(NEWS_WORDS[news]), "news", one.referral.id, news)] for news in News]
    rows.append([_button(_("Back"), "list", seen.case.id, 0)])
    return Message("\n".join(lines), InlineKeyboardMarkup(rows))


async def _send_sheet(context: Context, chat: int, seen: Seen) -> None:
    """Send a sheet that was referred by, as text and PDF, to pass on by mail."""
    if not seen.sent.is_intact:
        shown = _referral(context, seen)
        await replies.send(context, chat, shown.text)
        return
    sheet, referral = seen.sent.sheet, seen.standing.referral
    await replies.send(context, chat, f"<pre>{escape(sheet.text)}</pre>")
    caption = context.gettext("%(reference)s for %(agency)s: please send it by mail.")
    caption %= {"reference": str(seen.case.reference), "agency": escape(referral.agency)}
    await _send_pdf(context, chat, seen.case, sheet, jst_date(referral.at), caption)


async def _send_pdf(
    context: Context,
    chat: int,
    case: Consultation,
    sheet: NeedsSheet,
    issued_on: date,
    caption: str,
) -> None:
    try:
        content = await needs_sheet_pdf(sheet, issued_on)
    except CannotTypeset as error:
        _LOGGER.warning("no PDF of %s: %s", case.reference, error.detail)
        await replies.send(context, chat, f"{caption}\n{context.gettext(error.message)}")
        return
    file = File(f"needs-{case.reference}.pdf", content)
    await replies.send_message(context, chat, Message(caption, file=file))
