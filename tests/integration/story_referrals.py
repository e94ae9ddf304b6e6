"""How a case of the story comes to agencies: consent, referral, news, and the selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.story import FIRST, MANAGER, SUB

if TYPE_CHECKING:
    from tests.integration.story import Office


async def agencies_are_registered(office: Office) -> None:
    for name in ("見本人材", "見本キャリア"):
        await office.say(MANAGER, "/partners")
        await office.tap(MANAGER, "pt:new")
        await office.tap(
            MANAGER, next(one for one in newest(office) if one.endswith(":kind:agency"))
        )
        await office.say(MANAGER, name)
        await office.tap(MANAGER, "pt:submit-")


async def an_owner_decides_with_whom_to_share(office: Office) -> None:
    await office.say(FIRST, "/privacy")
    await office.taps(FIRST, "sh:below:1", "sh:sure:1:", "sh:mine:1", "sh:sure:1:", "sh:own:1:")
    await office.deliver()


async def a_case_is_referred(office: Office) -> None:
    office.database.rows("update consultations set state = 'defined' where id = 1")
    await office.say(SUB, "/case R8-0001")
    await office.tap(SUB, "sh:open:1")
    if any(one.startswith("sh:how:1:") and one.endswith(":both") for one in newest(office)):
        to_both = next(one for one in newest(office) if one.endswith(":both"))
        await office.taps(SUB, to_both, "sh:rec:1:")
    await office.taps(SUB, "cs:open:1", "rf:list:1:0", "mi:write:1")
    await office.say(SUB, "販路を県外に開く")
    await office.tap(SUB, "mi:submit-")
    for _ in range(2):
        await office.taps(SUB, "rf:pv:1:", "rf:pdf:1:", "rf:go:1:")
    await office.taps(SUB, "rf:see:1", "rf:doc:1", "rf:news:1:replied", "rf:on:1:replied:")
    await office.taps(SUB, "rf:news:1:introduced", "rf:on:1:introduced:")
    await office.say(SUB, "/case R8-0001")
    ((state,),) = office.database.rows("select state from consultations where id = 1")
    if state == "referred":
        await office.tap(SUB, "cs:set:1:re:ca")
    await office.tap(SUB, "cs:set:1:ca:iv")


def newest(office: Office) -> tuple[str, ...]:
    """Return the buttons that were shown last."""
    return next(one.data for one in reversed(office.wire.sent) if one.chat and one.data)
