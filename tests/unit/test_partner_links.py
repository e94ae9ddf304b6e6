"""A partner's link: its QR picture reads back, and what carries its token fits a button."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.partners import TOKEN_BYTES
from handlers import consent, needs, return_calls
from handlers.callbacks import INTAKE, RETURN_CALL
from handlers.partner_links import picture, token_in, token_of, with_token
from handlers.routes import BUTTONS
from tests.qr import dots_per_inch, read_qr, size

TOKENS = st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES).map(
    lambda drawn: urlsafe_b64encode(drawn).decode()
)
# Telegram's names of bots have 5 to 32 characters.
BOTS = st.from_regex(r"[a-z][A-Za-z0-9_]{1,28}bot", fullmatch=True)


@given(BOTS, TOKENS)
@settings(max_examples=40)
def test_the_picture_of_a_link_reads_back_as_the_link(bot: str, token: str) -> None:
    url = f"https://t.me/{bot}?start=p_{token}"
    assert read_qr(picture(url).content) == [url]


def test_the_picture_is_printed_some_seven_centimetres_wide() -> None:
    content = picture("https://t.me/mihon_bot?start=p_AbCdEfGhIjKl").content
    width, height = size(content)
    assert width == height
    assert 6 < 2.54 * width / dots_per_inch(content) < 9


@given(TOKENS)
def test_a_token_comes_out_of_link_and_button_as_it_went_in(token: str) -> None:
    assert token_of(f"p_{token}") == token
    assert token_in(f"in:begin:{token}") == token


CARRYING = {
    (INTAKE, "begin"): needs.begin,
    (INTAKE, "about"): needs.about,
    (INTAKE, "phone"): return_calls.by_telephone,
    (INTAKE, "details"): consent.details,
    (INTAKE, "agree"): needs.agree,
    (RETURN_CALL, "begin"): return_calls.begin,
    (RETURN_CALL, "details"): consent.details,
    (RETURN_CALL, "agree"): return_calls.agree,
}


@pytest.mark.parametrize(("family", "action"), CARRYING)
@given(token=TOKENS | st.just(""))
def test_every_button_that_carries_a_token_is_short_and_reaches_its_handler(
    family: str, action: str, token: str
) -> None:
    data = with_token(family, action, token)
    assert len(data.encode()) <= 64
    assert token_in(data) == token
    found = next(handler for pattern, handler in BUTTONS if re.match(f"^{pattern}$", data))
    assert found is CARRYING[family, action]


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "p_",
        "p_short",
        "p_AbCdEfGhIjKlM",
        "p_AbCdEfGhIjK=",
        "p_ＡbCdEfGhIjKl",
        "p_AbCdEfGhIjK\n",
        "AbCdEfGhIjKl",
        "case_AbCdEfGhIjKl",
        "q_AbCdEfGhIjKl",
    ],
)
def test_anything_else_is_no_token(payload: str) -> None:
    assert token_of(payload) == ""


@pytest.mark.parametrize("data", ["in:begin", "in:begin:", "in:begin:x", "AbCdEfGhIjKl", "a:b:c:d"])
def test_a_button_without_a_token_carries_none(data: str) -> None:
    assert token_in(data) == ""
