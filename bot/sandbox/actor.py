"""A person of a story in one chat with the bot: acts, waits for the answer, has it written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.client import DEFAULT_TIMEOUT_SECONDS
from bot.sandbox.errors import SandboxFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.people import Person
    from bot.sandbox.shown import Button, KeyboardButton, ShownMessage
    from bot.sandbox.transcript import Transcript


class StoryWrong(SandboxFailed):
    """The bot did something else than the story says."""


class Actor:
    """One person in one chat: the private one with the bot unless `chat_id` names a group.

    `patience`: seconds to wait for what must come. `insists`: whether every press must be
    answered; a bot that is killed now and then cannot do that.
    """

    def __init__(
        self,
        people: SandboxClient,
        person: Person,
        transcript: Transcript,
        *,
        chat_id: int | None = None,
        patience: float = DEFAULT_TIMEOUT_SECONDS,
        insists: bool = True,
    ) -> None:
        self.person = person
        self.chat_id = person.id if chat_id is None else chat_id
        self._people = people
        self._transcript = transcript
        self._patience = patience
        self.insists = insists

    async def say(self, text: str) -> ShownMessage:
        """Send a text."""
        return await self._people.send(self.person.id, text, self.chat_id)

    async def open_link(self, link: str) -> ShownMessage:
        """Follow a link to the bot and press START."""
        return await self._people.open_link(self.person.id, link)

    async def share_contact(self, after: int) -> ShownMessage:
        """Tap the button that shares the own number, which comes after message `after`."""
        offer = await self.reply(
            after, lambda shown: any(key.asks_contact for key in _keys(shown)), "a contact button"
        )
        label = next(key.text for key in _keys(offer) if key.asks_contact)
        self._transcript.pressed(self.person.name, label)
        return await self._people.tap(self.person.id, label)

    async def press(self, button: Button, message: ShownMessage) -> str:
        """Press a button and return the notice that popped up.

        Raises StoryWrong if the bot leaves the press unanswered.
        """
        self._transcript.pressed(self.person.name, button.text)
        answer = await self._people.press_old(
            self.person.id,
            button.value,
            message.message_id,
            chat_id=self.chat_id,
            wait=self._patience,
        )
        if self.insists and not answer.answered:
            raise StoryWrong(
                f"the bot did not answer when {self.person.name} pressed {button.text}"
            )
        if answer.text:
            self._transcript.notice(answer.text)
        return answer.text

    async def reply(
        self,
        after: int,
        fits: Callable[[ShownMessage], bool],
        expected: str,
        patience: float | None = None,
    ) -> ShownMessage:
        """Return the newest message of the bot from `after` on that fits, once there is one.

        Raises StoryWrong that names what was `expected` when it does not come.
        """
        try:
            found = await self._people.wait_message(
                self.chat_id,
                lambda shown: shown.is_from_bot and not shown.deleted and fits(shown),
                self._patience if patience is None else patience,
                after=after - 1,
            )
        except TimeoutError as error:
            await self.write_down()
            message = f"{self.person.name} waited for {expected}, which did not come"
            raise StoryWrong(message) from error
        await self.write_down()
        return found

    async def newest(self) -> int:
        """Return the id of the newest message of the chat, 0 in an empty one."""
        shown = await self._people.messages(self.chat_id, deleted=True)
        return shown[-1].message_id if shown else 0

    async def write_down(self) -> None:
        """Have everything said in the chat so far written down."""
        self._transcript.messages(await self._people.messages(self.chat_id))


def _keys(shown: ShownMessage) -> list[KeyboardButton]:
    return [key for row in shown.reply_keyboard or () for key in row]
