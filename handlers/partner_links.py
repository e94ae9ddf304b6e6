"""A partner's deep link and its QR picture, and what the link says of whoever follows it."""

from __future__ import annotations

from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton

from domain.case_states import Act
from domain.partners import KIND_NAMES, TOKEN_FORM
from handlers.callbacks import PARTNER, pack
from handlers.messages import File

if TYPE_CHECKING:
    from domain.partners import Partner
    from handlers.context import Context
    from services.case_desk import View

DEEP_LINK: Final = "p_"
"""What /start is called with by a partner's link: the prefix of its token."""
_PIXELS_A_MODULE: Final = 20
_DOTS_PER_INCH: Final = 300
"""Printed as it is, the picture is some 7 cm wide."""


def link(context: Context, partner: Partner) -> str:
    """Return the link that a partner gives to companies."""
    return f"https://t.me/{context.bot.username}?start={DEEP_LINK}{partner.token}"


def token_of(payload: str) -> str:
    """Return the token that /start was called with; empty where it is none."""
    token = payload.removeprefix(DEEP_LINK)
    return token if token != payload and TOKEN_FORM.fullmatch(token) else ""


def token_in(data: str) -> str:
    """Return the token that a button such as `in:begin:…` carries; empty without one."""
    token = data.rsplit(":", 1)[-1]
    return token if data.count(":") == 2 and TOKEN_FORM.fullmatch(token) else ""


def with_token(family: str, action: str, token: str) -> str:
    """Return a button's data with the token it carries, if any."""
    return pack(family, action, *([token] if token else []))


def introduced(context: Context, partner: Partner) -> str:
    """Return the line that names the partner to whoever came by its link (HTML)."""
    text = context.gettext(
        "We take this as an introduction by %(partner)s. We tell them nothing of your consultation "
        "unless you agree to it."
    )
    return text % {"partner": escape(partner.name)}


def sent_by(context: Context, partner: Partner) -> str:
    """Return the line that tells staff by which partner somebody came (HTML)."""
    text = context.gettext("Introduced by: %(partner)s (%(kind)s)")
    kind = context.gettext(KIND_NAMES[partner.kind])
    return text % {"partner": escape(partner.name), "kind": escape(kind)}


def sender_buttons(context: Context, view: View) -> list[InlineKeyboardButton]:
    """Return the button that says by which partner a case came, for who may change the case."""
    if Act.NOTE not in view.acts:
        return []
    return [sender_button(context.gettext("Introduced by"), view.card.consultation.id)]


def sender_button(label: str, case: int) -> InlineKeyboardButton:
    """Return a button that asks by which partner a case came."""
    return InlineKeyboardButton(label, callback_data=pack(PARTNER, "for", case, "all", 0))


def picture(url: str) -> File:
    """Return a link as a QR picture: PNG, black on white with its quiet zone, to be printed."""
    # Only who asks for a picture waits for the library to load.
    import segno  # noqa: PLC0415 - see above

    code = segno.make_qr(url, error="m")
    content = BytesIO()
    code.save(content, kind="png", scale=_PIXELS_A_MODULE, dpi=_DOTS_PER_INCH)
    return File("qr.png", content.getvalue())
