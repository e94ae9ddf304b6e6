"""Owner and staff write to each other over a local Telegram: files, edits, topics."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.sandbox import cast
from bot.sandbox.client import SandboxClient
from bot.sandbox.client_people import SentFile
from domain.staff import Role, StaffMember
from storage import consultations, staff
from storage.database import Database
from tests.e2e.conftest import PATIENCE
from tests.e2e.warm_bot import WarmBot
from tests.integration.ledger import Ledger
from tests.sandbox_calls import PNG

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.server import SandboxServer
    from bot.sandbox.shown import ShownMessage
    from tests.e2e.warm_bot import WarmStart

OWNER, CLERK, STAFF_CHAT = cast.OWNER_METAL.id, cast.STAFF.id, cast.STAFF_CHAT_ID


def a_case(path: Path, taken_by: int | None) -> None:
    """Register a clerk and log an owner's case."""
    database = Database(f"sqlite:///{path}")
    now = datetime.now(UTC)
    case = Ledger(database).consult(now.date(), user_id=OWNER)
    member = StaffMember(CLERK, "窓口 花子", Role.CLERK, now)
    database.write(lambda tx: staff.register(tx, member)).result()
    if taken_by is not None:
        database.write(lambda tx: consultations.take(tx, case, taken_by)).result()
    database.close()


@asynccontextmanager
async def counter(
    server: SandboxServer, environment: dict[str, str], path: Path, warm_start: WarmStart
) -> AsyncIterator[SandboxClient]:
    """A bot that both have started."""
    async with (
        SandboxClient(server.url) as people,
        WarmBot(environment, path.parent / "bot.log", warm_start),
    ):
        for person in (OWNER, CLERK):
            await people.send(person, "/start")
            await people.wait_message(person, lambda m: m.is_from_bot, PATIENCE)
        yield people


async def came(people: SandboxClient, chat: int, ending: str, after: int = 0) -> ShownMessage:
    """Wait for a message of the bot that ends so."""
    return await people.wait_message(
        chat, lambda m: m.is_from_bot and m.text.endswith(ending), PATIENCE, after=after
    )


async def test_texts_files_and_edits_go_both_ways(
    server: SandboxServer, environment: dict[str, str], database: Path, warm_start: WarmStart
) -> None:
    a_case(database, CLERK)
    async with counter(server, environment, database, warm_start) as people:
        question = await people.send(OWNER, "図面を送ります")
        copy = await came(people, CLERK, "図面を送ります")
        assert copy.is_protected
        assert copy.labels() == ["返信する"]
        album = [SentFile("photo", f"{n}.png", PNG + bytes([n]), "image/png") for n in range(3)]
        await people.send_album(OWNER, album, caption="三枚です")
        first = await came(people, CLERK, "三枚です")
        assert await people.file(first) == PNG + b"\0"
        await people.send_file(OWNER, "voice", "声.ogg", b"OggS" + bytes(8), mime_type="audio/ogg")
        voice = await people.wait_message(CLERK, lambda m: m.kind == "voice", PATIENCE)
        photos = [m for m in await people.messages(CLERK) if m.kind == "photo"]
        assert [await people.file(m) for m in photos] == [PNG + bytes([n]) for n in range(3)]
        assert all(m.message_id < voice.message_id for m in photos)

        await people.edit(OWNER, question.message_id, "図面を三枚送ります")
        edited = await came(people, CLERK, "図面を三枚送ります")
        assert edited.message_id == copy.message_id
        assert edited.labels() == ["返信する"]

        answer = await people.reply(CLERK, voice, "確認します")
        seen = await came(people, OWNER, "確認します")
        assert "窓口" not in seen.text
        await people.edit(CLERK, answer.message_id, "明日までに確認します")
        assert (await came(people, OWNER, "明日までに確認します")).message_id == seen.message_id
        await people.send_file(
            CLERK, "document", "資料.pdf", b"%PDF-1", caption="資料", reply_to=voice.message_id
        )
        document = await came(people, OWNER, "資料")
        assert await people.file(document) == b"%PDF-1"

        thanks = await people.send(OWNER, "ありがとうございます")
        signed = await people.wait_message(
            OWNER, lambda m: m.message_id == thanks.message_id and bool(m.reactions), PATIENCE
        )
        assert [one.emoji for one in signed.reactions] == ["👌"]


async def test_a_message_nobody_has_is_answered_in_the_topic_of_its_case(
    server: SandboxServer, environment: dict[str, str], database: Path, warm_start: WarmStart
) -> None:
    a_case(database, None)
    async with SandboxClient(server.url) as people:
        await people.set_forum(STAFF_CHAT, is_forum=True)
    async with counter(server, environment, database, warm_start) as people:
        await people.send(OWNER, "社外秘の質問")
        post = await people.wait_message(
            STAFF_CHAT, lambda m: m.kind == "text" and "R8-0001" in m.text, PATIENCE
        )
        topics = await people.topics(STAFF_CHAT)
        assert topics[post.topic or 0] == "R8-0001"
        assert "社外秘" not in post.text
        (link,) = [button for row in post.buttons for button in row]
        await people.open_link(CLERK, link.value)
        await came(people, CLERK, "社外秘の質問")
        await people.reply(CLERK, post, "承りました")
        await came(people, OWNER, "承りました")
