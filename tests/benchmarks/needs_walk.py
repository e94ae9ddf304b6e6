"""A company's way through Madoguchi's intake, from /start to the receipt.

It reads the buttons' callback data, so questions may be added, dropped and reordered; a new
typed question needs a text in `_TEXTS`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from domain.questions import BACK, DONE, KEEP, RETYPE, SKIP, is_yes
from handlers.callbacks import INTAKE, QUESTION, pack
from tests.benchmarks.script import SEND_MESSAGE, Screen, Step, Tap, Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTROLS = {BACK, DONE, KEEP, RETYPE, SKIP}
_BEGIN, _AGREE = pack(INTAKE, "begin"), pack(INTAKE, "agree")
_SUBMIT = pack(INTAKE, "submit-")
_NAMES = itertools.count(1)
_TEXTS = {
    "issue_text": "県外に販路を広げたいが、営業を任せられる者がいない。",
    "contact": "山田 太郎（専務）",
    "tel": "048-830-0000",
}


def needs_walk(answered: int, screen: Screen | None) -> Step | None:
    """Give the next step of the intake; `None` after the receipt."""
    if answered == 0 or screen is None:
        return Typed("/start", with_buttons=True)
    buttons = screen.buttons
    for data in buttons:
        if data in (_BEGIN, _AGREE):
            return Tap(data, with_buttons=True)
        if data.startswith(_SUBMIT):
            return Tap(data)
    questions = [data.split(":") for data in buttons if data.startswith(f"{QUESTION}:")]
    if not questions:
        return None
    codes = {code: f"{family}:{name}:{key}:{code}" for family, name, key, code in questions}
    return _answer(screen, questions[0][2], codes)


def _answer(screen: Screen, key: str, codes: dict[str, str]) -> Step:
    if (yes := next(filter(is_yes, codes), None)) is not None:
        return Tap(codes[yes], with_buttons=True)
    if key == "corporate_number":
        return Tap(codes[SKIP], with_buttons=True)
    choices: Sequence[str] = [code for code in codes if code not in _CONTROLS]
    if not choices:
        return Typed(_text(key), with_buttons=True)
    if DONE not in codes:
        return Tap(codes[choices[0]], with_buttons=True)
    if screen.method == SEND_MESSAGE:
        return Tap(codes[choices[0]], answered_by="editMessageText", with_buttons=True)
    return Tap(codes[DONE], with_buttons=True)


def _text(key: str) -> str:
    if key == "company":
        # A company with an open case would be asked whether it adds to it.
        return f"株式会社窓口製作所{next(_NAMES)}"
    return _TEXTS[key]
