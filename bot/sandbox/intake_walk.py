"""An owner's way through the intake: reads what the buttons carry, so texts may change freely.

A question without an answer in the table is skipped if it may be.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from bot.sandbox.actor import StoryWrong
from domain.questions import BACK, DONE, KEEP, RETYPE, SKIP, is_yes
from handlers.callbacks import FIX, INTAKE, QUESTION, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.sandbox.actor import Actor
    from bot.sandbox.shown import Button, ShownMessage

    Answers = Mapping[str, tuple[str, ...]]

SHARED_CONTACT = "(shared contact)"
_CONTROLS = frozenset({BACK, DONE, KEEP, RETYPE, SKIP})
_ONWARD = tuple(pack(INTAKE, action) for action in ("begin", "agree", "resume"))
_SHARE = pack(INTAKE, "share")
_SUBMIT, _CORRECT = pack(INTAKE, "submit"), pack(INTAKE, "correct")
_REFERENCE = re.compile(r"[A-Z]\d+-\d{4,}")
_TICK = "✓"
# The bot answers a press and edits its message side by side; nothing else makes the edit late.
_SETTLING_SECONDS = 3.0
_LOOKS = 10
_MOST_STEPS = 300
"""Far more than a form has questions, however often a killed bot asks them again."""


class Screen:
    """A message with buttons; `question` is None when they belong to no question."""

    def __init__(self, message: ShownMessage) -> None:
        self.message = message
        buttons = [button for row in message.buttons for button in row]
        self._buttons = {button.value: button for button in buttons}
        answering = [
            value.split(":") for value in self._buttons if value.startswith(f"{QUESTION}:")
        ]
        self.question = answering[0][2] if answering else None
        self.codes = {parts[3]: self._buttons[":".join(parts)] for parts in answering}
        self.yes = next((button for code, button in self.codes.items() if is_yes(code)), None)

    def button(self, prefix: str) -> Button | None:
        """Return the button whose data begins so."""
        found = (each for value, each in self._buttons.items() if value.startswith(prefix))
        return next(found, None)

    def onward(self) -> Button | None:
        """Return the button that leads into the questionnaire; it may carry a partner's token."""
        stems = {":".join(data.split(":")[:2]): each for data, each in self._buttons.items()}
        return next((stems[data] for data in _ONWARD if data in stems), None)

    @property
    def is_review(self) -> bool:
        """Whether everything is answered and waits to be submitted."""
        return self.button(_SUBMIT) is not None

    @property
    def takes_several(self) -> bool:
        """Whether the question is answered by several buttons and "decide"."""
        return DONE in self.codes

    @property
    def step(self) -> tuple[object, ...]:
        """What distinguishes this screen from the one before and after it."""
        onward = self.onward()
        return self.question, self.yes is not None, self.is_review, onward.value if onward else None


def _other_than(before: Screen) -> Callable[[Screen], bool]:
    return lambda shown: shown.step != before.step


class _NothingChanged(StoryWrong):
    """The bot answered a press and showed nothing new."""


class IntakeWalk:
    """Walks one person through the intake with a table of answers by question key.

    A choice question takes its codes, a typed question its texts: all but the last are refused by
    the bot. `choose` picks among the codes where the table says nothing. `given` collects what the
    walk answered.
    """

    def __init__(
        self,
        actor: Actor,
        answers: Answers,
        choose: Callable[[list[str]], str] = lambda all_: all_[0],
    ) -> None:
        self._actor = actor
        self._answers = answers
        self._choose = choose
        self._looks = 0
        self.given: dict[str, tuple[str, ...]] = {}

    async def fill_in(self, link: str = "") -> Screen:
        """Go from /start, or a deep link to the bot, to the review."""
        return await self._to(await self._start(link), lambda screen: screen.is_review)

    async def until(self, key: str) -> Screen:
        """Go from /start to a question and leave it open."""
        return await self._to(await self._start(), lambda screen: screen.question == key)

    async def _start(self, link: str = "") -> Screen:
        started = await (self._actor.open_link(link) if link else self._actor.say("/start"))
        return await self._screen(started.message_id, lambda _: True)

    async def correct(self, review: Screen, key: str, answer: tuple[str, ...]) -> Screen:
        """Correct one answer from the review and return to it."""
        wanted = f"{FIX}:"
        if review.button(wanted) is None:
            review = await self._press(
                review,
                review.button(_CORRECT),
                lambda shown: shown.button(wanted) is not None,
            )
        buttons = [each for row in review.message.buttons for each in row]
        fix = next((each for each in buttons if each.value.split(":")[-1] == key), None)
        self._answers = {**self._answers, key: answer}
        question = await self._press(review, fix, _other_than(review))
        return await self._to(question, lambda screen: screen.is_review)

    async def submit(self, review: Screen) -> str:
        """Submit and return the reference."""
        button = review.button(_SUBMIT)
        if button is None:
            raise StoryWrong("there is nothing to submit")
        press = asyncio.ensure_future(self._actor.press(button, review.message))
        try:
            receipt = await self._actor.reply(
                review.message.message_id,
                lambda shown: bool(_REFERENCE.search(shown.text)),
                "a reference number",
            )
            if self._actor.insists or press.done():
                await press
        finally:
            press.cancel()
        found = _REFERENCE.search(receipt.text)
        return found.group() if found else ""

    async def _to(self, screen: Screen, is_there: Callable[[Screen], bool]) -> Screen:
        for _ in range(_MOST_STEPS):
            if is_there(screen):
                return screen
            onward = screen.onward()
            if screen.question is None and onward is not None:
                screen = await self._press(screen, onward, _other_than(screen))
            elif screen.question is not None:
                screen = await self._answer(screen, screen.question)
            else:
                first = screen.message.text.split("\n", 1)[0]
                raise StoryWrong(f"the story does not know what to do at: {first}")
        raise StoryWrong(f"the story gets nowhere at: {screen.message.text[:40]}")

    async def _answer(self, screen: Screen, key: str) -> Screen:
        if screen.yes is not None:
            return await self._press(screen, screen.yes, _other_than(screen))
        if screen.takes_several:
            return await self._tick(screen, key)
        choices = [code for code in screen.codes if code not in _CONTROLS]
        wanted = self._answers.get(key)
        if not choices and wanted:
            self.given[key] = wanted[-1:]
            return await self._type(screen, wanted)
        if wanted is None and SKIP in screen.codes:
            return await self._press(screen, screen.codes[SKIP], _other_than(screen))
        if not choices and not wanted:
            raise StoryWrong(f"the story has no answer to the question {key}")
        code = wanted[0] if wanted else self._choose(choices)
        if code not in screen.codes:
            raise StoryWrong(f"the question {key} does not offer {code}")
        self.given[key] = (code,)
        return await self._press(screen, screen.codes[code], _other_than(screen))

    async def _tick(self, screen: Screen, key: str) -> Screen:
        """Press what is not ticked yet, then "decide"."""
        choices = [code for code in screen.codes if code not in _CONTROLS]
        wanted = self._answers.get(key) or self.given.get(key) or (self._choose(choices),)
        self.given[key] = wanted
        open_ = [code for code in wanted if not screen.codes[code].text.startswith(_TICK)]
        if open_:
            return await self._press_and_look(screen, screen.codes[open_[0]])
        return await self._press_and_look(screen, screen.codes[DONE])

    async def _press_and_look(self, screen: Screen, button: Button) -> Screen:
        """Press and return what there is to see then, the same screen if the bot leaves it so."""
        before = screen.message
        # What stands below already is no answer to this press, and may be about to go.
        newest = await self._actor.newest()
        try:
            return await self._press(
                screen,
                button,
                lambda shown: (
                    shown.message.message_id > newest
                    or (shown.message.message_id == before.message_id and shown.message != before)
                ),
                _SETTLING_SECONDS,
            )
        except _NothingChanged:
            self._looks += 1
            if self._looks > _LOOKS:
                raise
            return await self._screen(before.message_id, lambda _: True)

    async def _type(self, screen: Screen, texts: tuple[str, ...]) -> Screen:
        *refused, accepted = texts
        for text in refused:
            sent = await self._actor.say(text)
            await self._actor.reply(sent.message_id, lambda _: True, f"a word on {text}")
        if accepted == SHARED_CONTACT:
            share = screen.button(_SHARE)
            if share is not None:
                await self._actor.press(share, screen.message)
            await self._actor.share_contact(screen.message.message_id)
        else:
            await self._actor.say(accepted)
        return await self._screen(screen.message.message_id, _other_than(screen))

    async def _press(
        self,
        screen: Screen,
        button: Button | None,
        fits: Callable[[Screen], bool],
        settling: float | None = None,
    ) -> Screen:
        """Press and return the screen that fits.

        Raises _NothingChanged when it has not come `settling` seconds after the bot's answer.
        """
        if button is None:
            raise StoryWrong(f"a button is missing under: {screen.message.text[:40]}")
        press = asyncio.ensure_future(self._actor.press(button, screen.message))
        change = asyncio.ensure_future(self._screen(screen.message.message_id, fits))
        try:
            await asyncio.wait({press, change}, return_when=asyncio.FIRST_COMPLETED)
            if self._actor.insists or press.done():
                await press
            await asyncio.wait({change}, timeout=settling)
            if not change.done():
                raise _NothingChanged(f"nothing happens at: {screen.message.text[:40]}")
            return change.result()
        finally:
            press.cancel()
            change.cancel()
            await asyncio.gather(press, change, return_exceptions=True)

    async def _screen(
        self, after: int, fits: Callable[[Screen], bool], patience: float | None = None
    ) -> Screen:
        message = await self._actor.reply(
            after,
            lambda shown: bool(shown.buttons) and fits(Screen(shown)),
            "the next question",
            patience,
        )
        return Screen(message)
