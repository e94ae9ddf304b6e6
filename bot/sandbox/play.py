"""A whole story over HTTP: an owner's intake and booking, the staff who take it, the figures.

It needs no browser and prints what every chat shows. Also prepares a new sandbox: the staff
member of the cast joins by the admin's invitation, as a real one would.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox import cast
from bot.sandbox.actor import Actor, StoryWrong
from bot.sandbox.booking_walk import BookingWalk
from bot.sandbox.intake_walk import SHARED_CONTACT, IntakeWalk, Screen
from domain.slots import Method
from domain.staff import Role
from handlers.callbacks import CASE, STAFF, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.transcript import Transcript

_LINK = re.compile(r"https?://t\.me/\S+")
_MY_NUMBER_SHAPED = "123456789012"
_ANSWERS = {
    "role": ("owner",),
    "org_form": ("company",),
    "company": ("株式会社見本製作所",),
    "corporate_number": (_MY_NUMBER_SHAPED, "7123456789012"),
    "industry": ("E",),
    "capital": ("le10m",),
    "employees": ("6-20",),
    "issue": ("sales", "digital"),
    "issue_text": ("新しい取引先を県外に増やしたいが、営業の責任者がいない。",),
    "stage": ("plan",),
    "talent": ("marketing",),
    "engage": ("side",),
    "channel": ("bank",),
    "contact": ("見本 一郎（代表取締役）",),
    "tel": (SHARED_CONTACT,),
}
_CORRECTED = "stage", ("running",)


async def play(
    people: SandboxClient, transcript: Transcript, gettext: Callable[[str], str]
) -> None:
    """Play the story. Raises StoryWrong where the bot does something else."""
    _ = gettext
    transcript.scene(_("An owner fills in the form"))
    reference = await _owner(people, transcript)
    transcript.scene(_("The owner books the meeting"))
    booking = BookingWalk(Actor(people, cast.OWNER_METAL, transcript))
    transcript.edited(await booking.book(Method.HUB))
    transcript.scene(_("The staff channel is told"))
    channel = Actor(people, cast.STAFF, transcript, chat_id=cast.STAFF_CHAT_ID)
    card = Screen(
        await channel.reply(1, lambda shown: reference in shown.text, f"the notice of {reference}")
    )
    transcript.scene(_("A staff member joins by invitation"))
    await join_staff(people, transcript)
    transcript.scene(_("The staff member takes the case and reads the record"))
    await _take(people, transcript, channel, card)
    transcript.scene(_("The administrator looks at the figures"))
    await _figures(people, transcript)


async def _owner(people: SandboxClient, transcript: Transcript) -> str:
    walk = IntakeWalk(Actor(people, cast.OWNER_METAL, transcript), _ANSWERS)
    review = await walk.fill_in()
    return await walk.submit(await walk.correct(review, *_CORRECTED))


async def join_staff(people: SandboxClient, transcript: Transcript) -> None:
    """Have the admin invite the staff member, who joins. Raises StoryWrong."""
    admin = Actor(people, cast.MANAGER, transcript)
    member = Actor(people, cast.STAFF, transcript)
    asked = await admin.say("/staff")
    await _press_when_offered(admin, asked.message_id, pack(STAFF, "roles"))
    invite = pack(STAFF, "invite", Role.CLERK)
    pressed = await _press_when_offered(admin, asked.message_id, invite)
    invitation = await admin.reply(
        pressed + 1, lambda shown: "?start=" in shown.text, "an invitation"
    )
    link = _LINK.search(invitation.text)
    if link is None:
        raise StoryWrong("the invitation carries no link")
    opened = await member.open_link(link.group())
    await member.reply(opened.message_id, lambda _: True, "a welcome")


async def _press_when_offered(actor: Actor, after: int, data: str) -> int:
    """Press a button as soon as a message has it; return that message's id."""
    shown = await actor.reply(
        after, lambda shown: Screen(shown).button(data) is not None, f"the button {data}"
    )
    button = Screen(shown).button(data)
    if button is None:
        raise StoryWrong(f"the button {data} is gone")
    await actor.press(button, shown)
    return shown.message_id


async def _take(
    people: SandboxClient, transcript: Transcript, channel: Actor, card: Screen
) -> None:
    take, full = (card.button(f"{pack(CASE, action)}:") for action in ("take", "full"))
    if take is None or full is None:
        raise StoryWrong("the notice has no buttons to take the case and to read the record")
    await channel.press(take, card.message)
    taken = await channel.reply(
        card.message.message_id,
        lambda shown: shown.edits > 0 and cast.STAFF.name in shown.text,
        "the card to name who took the case",
    )
    transcript.edited(taken)
    member = Actor(people, cast.STAFF, transcript)
    before = await member.newest()
    await channel.press(full, card.message)
    await member.reply(
        before + 1,
        lambda shown: cast.OWNER_METAL.phone[-4:] in shown.text,
        "the full record",
    )


async def _figures(people: SandboxClient, transcript: Transcript) -> None:
    admin = Actor(people, cast.MANAGER, transcript)
    for command, replies in (("/stats", 1), ("/kpi", 2)):
        asked = await admin.say(command)
        await admin.reply(asked.message_id + replies, lambda _: True, f"an answer to {command}")
