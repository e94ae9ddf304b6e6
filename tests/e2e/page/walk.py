"""An owner who fills in the form on the page, by mouse or by keyboard alone.

It reads what the buttons carry, so texts may change freely.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from domain.needs import QUESTIONNAIRE
from domain.questions import BACK, DONE, KEEP, RETYPE, SKIP, is_yes
from handlers.callbacks import INTAKE, QUESTION, pack

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator

MOUSE, KEYBOARD = "mouse", "keyboard"
PATIENCE = 60.0

_CONTROLS = frozenset({BACK, DONE, KEEP, RETYPE, SKIP})
_ONWARD = tuple(pack(INTAKE, action) for action in ("begin", "agree"))
_SUBMIT = pack(INTAKE, "submit")
_ANSWERS = {
    "role": ("owner",),
    "org_form": ("company",),
    "company": "株式会社見本製作所",
    "corporate_number": "7123456789012",
    "industry": ("E",),
    "capital": ("le10m",),
    "employees": ("6-20",),
    "issue": ("sales", "digital"),
    "engage": ("side",),
    "channel": ("bank",),
    "contact": "見本 一郎（代表取締役）",
    "tel": "０４８-830-0000",
}

# The newest buttons of the chat, once they are others than before.
_NEXT = """(list, before) => new Promise(resolve => {
    const look = () => {
        const box = [...list.querySelectorAll('.buttons')].at(-1);
        if (!box) return false;
        const message = box.closest('.message');
        const values = row => [...row.children].map(each => each.dataset.value);
        const rows = [...box.children].map(values);
        const id = Number(message.dataset.id);
        const state = {id, rows, text: message.textContent};
        const isNext = id > before.id || (id === before.id && state.text !== before.text);
        if (isNext) resolve(state);
        return isNext;
    };
    if (look()) return;
    const observer = new MutationObserver(() => { if (look()) observer.disconnect(); });
    observer.observe(list, {childList: true, subtree: true, characterData: true});
})"""

State = dict[str, Any]


@dataclass
class Effort:
    """What it took: presses of the mouse, of keys that are no text, and typed characters."""

    clicks: int = 0
    keys: int = 0
    characters: int = 0
    questions: list[str] = field(default_factory=list)


class PageWalk:
    """Walks one pane from the first buttons to the review; `think` is awaited at every question."""

    def __init__(
        self, chat: Locator, hand: str, think: Callable[[str], Awaitable[None]] | None = None
    ) -> None:
        self._chat = chat
        self._page = chat.page
        self._hand = hand
        self._think = think
        self.effort = Effort()
        self._state: State = {"id": -1, "rows": [], "text": ""}

    async def to_review(self) -> None:
        """Answer everything; afterwards the review waits to be submitted."""
        await self._next()
        while not self._has_submit():
            await self._answer()

    async def submit(self) -> None:
        """Press the button that sends the form."""
        await self._press(next(value for value in self._values() if value.startswith(_SUBMIT)))

    def _has_submit(self) -> bool:
        return any(value.startswith(_SUBMIT) for value in self._values())

    def _values(self) -> list[str]:
        return [value for row in self._state["rows"] for value in row]

    def _codes(self) -> dict[str, tuple[str, str]]:
        """Return question key and callback data by answer code."""
        parts = [value.split(":") for value in self._values()]
        return {
            each[3]: (each[2], ":".join(each))
            for each in parts
            if each[:2] == [QUESTION, QUESTIONNAIRE]
        }

    async def _answer(self) -> None:
        codes = self._codes()
        if not codes:
            await self._press(next(value for value in self._values() if value in _ONWARD))
            await self._next()
            return
        key = next(iter(codes.values()))[0]
        if not self.effort.questions or self.effort.questions[-1] != key:
            self.effort.questions.append(key)
            if self._think is not None:
                await self._think(key)
        await self._settle(key, {code: data for code, (_, data) in codes.items()})

    async def _settle(self, key: str, codes: dict[str, str]) -> None:
        choices = [code for code in codes if code not in _CONTROLS]
        wanted = _ANSWERS.get(key)
        if (yes := next(filter(is_yes, codes), None)) is not None:
            await self._press(codes[yes])
        elif DONE in codes:
            for code in wanted or choices[:1]:
                await self._press(codes[code])
                await self._next()
            await self._press(codes[DONE])
        elif isinstance(wanted, str):
            await self._type(wanted)
        elif wanted is None and SKIP in codes:
            await self._press(codes[SKIP])
        else:
            await self._press(codes[(wanted or choices)[0]])
        await self._next()

    async def _type(self, text: str) -> None:
        await expect(self._chat.locator(".input")).to_be_focused()
        await self._page.keyboard.type(text)
        self.effort.characters += len(text)
        await self._key("Enter")

    async def _press(self, value: str) -> None:
        if self._hand == MOUSE:
            message = self._chat.locator(f'.message[data-id="{self._state["id"]}"]')
            await message.locator(f".inline[data-value={json.dumps(value)}]").click()
            self.effort.clicks += 1
            return
        at = next(
            (down, right)
            for down, row in enumerate(self._state["rows"])
            for right, each in enumerate(row)
            if each == value
        )
        here = await self._focused()
        if here is None:
            await expect(self._chat.locator(".input")).to_be_focused()
            await self._key("ArrowUp")
            here = await self._focused()
            assert here is not None, "the arrow up did not lead from the field to the buttons"
        await self._go(here, at)
        await self._key("Enter")

    async def _go(self, here: tuple[int, int], there: tuple[int, int]) -> None:
        down = there[0] - here[0]
        for _ in range(abs(down)):
            await self._key("ArrowDown" if down > 0 else "ArrowUp")
        focused = await self._focused()
        assert focused is not None, "the arrows left the buttons"
        right = there[1] - focused[1]
        for _ in range(abs(right)):
            await self._key("ArrowRight" if right > 0 else "ArrowLeft")

    async def _focused(self) -> tuple[int, int] | None:
        """Return row and column of the focus in the newest buttons, None when it is elsewhere."""
        value = await self._page.evaluate(
            """id => {
                const focused = document.activeElement;
                const message = focused.closest('.message');
                return Number(message?.dataset.id) === id ? focused.dataset.value ?? null : null;
            }""",
            self._state["id"],
        )
        for down, row in enumerate(self._state["rows"]):
            if value in row:
                return down, row.index(value)
        return None

    async def _key(self, key: str) -> None:
        await self._page.keyboard.press(key)
        self.effort.keys += 1

    async def _next(self) -> None:
        async with asyncio.timeout(PATIENCE):
            self._state = await self._chat.locator(".messages").evaluate(_NEXT, self._state)
