"""Members of the staff at the real bot, each with a message of their own that they work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox import cast
from domain.staff import PERMISSIONS, Action, Role
from tests.e2e.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.shown import ShownMessage

STAFF = {
    Role.ADMIN: cast.MANAGER.id,
    Role.MANAGER: 5_400_000_001,
    Role.SUB_MANAGER: 5_400_000_002,
    Role.CLERK: cast.STAFF.id,
    Role.PLANNING: 5_400_000_003,
}
STRANGER = cast.OWNER_SWEETS.id
NOT_STAFF = "恐れ入ります。このボタンは登録された職員だけが使えます。"
NOT_THE_ROLE = "恐れ入ります。ご自身の役割では、この操作はできません。管理者にご相談ください。"


@dataclass
class Desk:
    """Somebody in private with the bot; `role` is None for who is not on the staff."""

    people: SandboxClient
    person: int
    role: Role | None
    screen: int = 0

    async def arrive(self) -> None:
        """Get the first message of the bot, to press on."""
        sent = await self.people.send(self.person, "/help")
        shown = await self.people.wait_message(
            self.person, lambda m: m.is_from_bot, PATIENCE, after=sent.message_id
        )
        self.screen = shown.message_id

    def may(self, action: Action) -> bool:
        return self.role is not None and action in PERMISSIONS[self.role]

    async def sees(self, fits: Callable[[ShownMessage], bool]) -> ShownMessage:
        """Wait until a message of the bot fits, and go on with that one."""
        shown = await self.people.wait_message(
            self.person, lambda m: m.is_from_bot and not m.deleted and fits(m), PATIENCE
        )
        self.screen = shown.message_id
        return shown

    async def sees_button(self, start: str) -> str:
        """Wait for a button that begins like this; return what it says of itself."""
        shown = await self.sees(lambda m: bool(_starting(m, start)))
        return _starting(shown, start)[0]

    async def press(self, data: str) -> str:
        """Press a button of the message worked on, be it a copied one; return the answer."""
        answer = await self.people.press_old(self.person, data, self.screen, wait=PATIENCE)
        assert answer.answered
        return answer.text

    async def follow(self, *starts: str) -> None:
        """Press buttons one after the other, each as soon as it is there."""
        for start in starts:
            await self.press(await self.sees_button(start))

    async def open(self, case: int, title: str) -> ShownMessage:
        """Open a case's card, whose first line is known."""
        await self.press(f"cs:open:{case}")
        return await self.sees(lambda m: m.text.splitlines()[0] == title)

    async def answer(self, *answers: str) -> None:
        """Answer the questions of a form one after the other, by a button or else in writing."""
        for number, answer in enumerate(answers, 1):
            shown = await self.sees(lambda m, n=number: f"（{n}／" in m.text)  # type: ignore[misc]
            found = [b.value for row in shown.buttons for b in row if answer in b.text]
            if found:
                await self.press(found[0])
            else:
                await self.people.send(self.person, answer)

    async def is_refused(self, data: str) -> bool:
        """Whether a copied button is refused to them, in words that say why."""
        return await self.press(data) == (NOT_STAFF if self.role is None else NOT_THE_ROLE)


def _starting(shown: ShownMessage, start: str) -> list[str]:
    return [each.value for row in shown.buttons for each in row if each.value.startswith(start)]
