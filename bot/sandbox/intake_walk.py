"""An owner's way through the intake: reads what the buttons carry, so texts may change freely.

A question without an answer in the table is skipped if it may be, else gets its first choice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.actor import StoryWrong
from domain.questions import BACK, DONE, KEEP, RETYPE, SKIP, YES
from handlers.callbacks import FIX, INTAKE, QUESTION, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.sandbox.actor import Actor
    from bot.sandbox.shown import Button, ShownMessage

    Answers = Mapping[str, tuple[str, ...]]

SHARED_CONTACT = "(shared contact)"
_CONTROLS = frozenset({BACK, DONE, KEEP, RETYPE, SKIP, YES})
_ONWARD = tuple(pack(INTAKE, action) for action in ("begin", "agree", "resume"))
_SHARE = pack(INTAKE, "share")
_SUBMIT, _CORRECT = pack(INTAKE, "submit"), pack(INTAKE, "correct")
_REFERENCE = re.compile(r"[A-Z]\d+-\d{4,}")
_TICK = "✓"
_TICK_SECONDS = 3.0


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

    def button(self, prefix: str) -> Button | None:
        """Return the button whose data begins so."""
        found = (each for value, each in self._buttons.items() if value.startswith(prefix))
        return next(found, None)

    def onward(self) -> Button | None:
        """Return the button that leads into the questionnaire."""
        return next((self._buttons[data] for data in _ONWARD if data in self._buttons), None)

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
        return self.question, YES in self.codes, self.is_review, onward.value if onward else None


class IntakeWalk:
    """Walks one person through the intake with a table of answers by question key.

    A choice question takes its codes, a typed question its texts: all but the last are refused by
    the bot. `given` collects what the walk answered.
    """

    def __init__(self, actor: Actor, answers: Answers) -> None:
        self._actor = actor
        self._answers = answers
        self.given: dict[str, tuple[str, ...]] = {}

    async def fill_in(self) -> Screen:
        """Go from /start to the review."""
        started = await self._actor.say("/start")
        screen = await self._screen(started.message_id, lambda _: True)
        return await self._to_review(screen)

    async def correct(self, review: Screen, key: str, answer: tuple[str, ...]) -> Screen:
        """Correct one answer from the review and return to it."""
        wanted = f"{FIX}:"
        if review.button(wanted) is None:
            review = await self._press(review, review.button(_CORRECT), has_prefix=wanted)
        buttons = [each for row in review.message.buttons for each in row]
        fix = next((each for each in buttons if each.value.split(":")[-1] == key), None)
        self._answers = {**self._answers, key: answer}
        return await self._to_review(await self._press(review, fix))

    async def submit(self, review: Screen) -> str:
        """Submit and return the reference."""
        button = review.button(_SUBMIT)
        if button is None:
            raise StoryWrong("there is nothing to submit")
        await self._actor.press(button, review.message)
        receipt = await self._actor.reply(
            review.message.message_id,
            lambda shown: bool(_REFERENCE.search(shown.text)),
            "a reference number",
        )
        found = _REFERENCE.search(receipt.text)
        return found.group() if found else ""

    async def _to_review(self, screen: Screen) -> Screen:
        while not screen.is_review:
            onward = screen.onward()
            if screen.question is None and onward is not None:
                screen = await self._press(screen, onward)
            elif screen.question is not None:
                screen = await self._answer(screen, screen.question)
            else:
                first = screen.message.text.split("\n", 1)[0]
                raise StoryWrong(f"the story does not know what to do at: {first}")
        return screen

    async def _answer(self, screen: Screen, key: str) -> Screen:
        if YES in screen.codes:
            return await self._press(screen, screen.codes[YES])
        if screen.takes_several:
            return await self._tick(screen, key)
        choices = [code for code in screen.codes if code not in _CONTROLS]
        wanted = self._answers.get(key)
        if not choices and wanted:
            self.given[key] = wanted[-1:]
            return await self._type(screen, wanted)
        if wanted is None and SKIP in screen.codes:
            return await self._press(screen, screen.codes[SKIP])
        code = wanted[0] if wanted else next(iter(choices), None)
        if code not in screen.codes:
            raise StoryWrong(f"the question {key} does not offer {code}")
        self.given[key] = (code,)
        return await self._press(screen, screen.codes[code])

    async def _tick(self, screen: Screen, key: str) -> Screen:
        """Press what is not ticked yet, then "decide"; where nothing changes, look again."""
        first = next(code for code in screen.codes if code not in _CONTROLS)
        wanted = self._answers.get(key, (first,))
        self.given[key] = wanted
        open_ = [code for code in wanted if not screen.codes[code].text.startswith(_TICK)]
        await self._actor.press(screen.codes[open_[0] if open_ else DONE], screen.message)
        before = screen.message
        try:
            return await self._screen(
                before.message_id, lambda shown: shown.message != before, _TICK_SECONDS
            )
        except StoryWrong:
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
        return await self._next(screen)

    async def _press(
        self, screen: Screen, button: Button | None, has_prefix: str | None = None
    ) -> Screen:
        if button is None:
            raise StoryWrong(f"a button is missing under: {screen.message.text[:40]}")
        await self._actor.press(button, screen.message)
        if has_prefix is None:
            return await self._next(screen)
        return await self._screen(
            screen.message.message_id, lambda shown: shown.button(has_prefix) is not None
        )

    async def _next(self, screen: Screen) -> Screen:
        return await self._screen(
            screen.message.message_id, lambda shown: shown.step != screen.step
        )

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
