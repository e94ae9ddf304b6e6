"""Notices that carry a file, and those that come too late, through the whole bot."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import metrics
from domain.outbox import Missed, Notice, NoticeKind
from handlers import notices
from handlers.messages import File, Message
from storage import outbox
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.test_delivery import FLOOD, FORBIDDEN, GROUP, MOVED, SECOND, submit
from tests.integration.test_intake import OWNER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.context import Context

FILE = File("R8-0001.ics", b"BEGIN:VCALENDAR\r\n")


def rendering(monkeypatch: pytest.MonkeyPatch, renderer: notices.Renderer) -> None:
    monkeypatch.setitem(notices._RENDERERS, NoticeKind.INCIDENT, renderer)


@pytest.fixture
def with_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    async def render(context: Context, payload: Mapping[str, Any]) -> Message:
        button = InlineKeyboardButton("変更する", callback_data="x:1")
        return Message("<b>予約しました。</b>", InlineKeyboardMarkup([[button]]), FILE)

    rendering(monkeypatch, render)


async def owe_one(counter: Counter, recipient: int) -> None:
    notice = Notice(recipient, NoticeKind.INCIDENT, {}, f"file:{recipient}", counter.moment)
    database = counter.application.house.database
    await asyncio.wrap_future(database.write(lambda tx: outbox.add(tx, notice)))


def assert_file_at(counter: Counter, chat: int) -> None:
    shown = counter.wire.last(chat)
    assert shown.text == "<b>予約しました。</b>"
    assert [button["text"] for button in shown.buttons] == ["変更する"]
    assert shown.file == (FILE.name, FILE.content)


@pytest.mark.usefixtures("with_a_file")
async def test_a_notice_carries_its_file_with_the_text_as_caption(counter: Counter) -> None:
    await owe_one(counter, OWNER)
    assert await counter.delivery.send_due() == 1
    assert_file_at(counter, OWNER)
    assert await counter.read("select status, error from outbox") == [("sent", None)]


@pytest.mark.usefixtures("with_a_file")
async def test_a_file_waits_out_a_flood(counter: Counter) -> None:
    await owe_one(counter, OWNER)
    counter.wire.fail_next = [(429, FLOOD)]
    await counter.delivery.send_due()
    counter.moment += timedelta(seconds=16)
    assert await counter.delivery.send_due() == 0
    counter.moment += SECOND
    assert await counter.delivery.send_due() == 1
    assert_file_at(counter, OWNER)


@pytest.mark.usefixtures("with_a_file")
async def test_a_file_follows_a_group_that_moved(counter: Counter) -> None:
    await owe_one(counter, GROUP)
    counter.wire.fail_next = [(400, MOVED)]
    await counter.delivery.send_due()
    counter.moment += SECOND
    await counter.delivery.send_due()
    assert_file_at(counter, -2002)


@pytest.mark.usefixtures("with_a_file")
async def test_a_file_for_somebody_who_blocked_the_bot_fails_and_staff_are_told(
    counter: Counter,
) -> None:
    await submit(counter)
    await counter.delivery.send_due()
    await owe_one(counter, OWNER)
    counter.wire.refusing[OWNER] = (403, FORBIDDEN)
    for _ in range(2):
        counter.moment += SECOND
        await counter.delivery.send_due()
    assert "電話" in counter.wire.last(STAFF_CHAT).text
    assert await counter.read(f"select status from outbox where recipient = {OWNER}") == [
        ("failed",)
    ]


@pytest.mark.usefixtures("with_a_file")
async def test_a_caption_telegram_refuses_is_a_fault_of_ours(counter: Counter) -> None:
    await owe_one(counter, OWNER)
    too_long = {"ok": False, "error_code": 400}
    too_long |= {"description": "Bad Request: message caption is too long"}
    counter.wire.refusing[OWNER] = (400, too_long)
    await counter.delivery.send_due()
    assert await counter.read("select status, tries from outbox") == [("pending", 1)]


async def test_a_notice_too_late_to_be_useful_is_missed_and_the_next_goes_on(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def render(context: Context, payload: Mapping[str, Any]) -> Message:
        if payload["n"] == 0:
            raise Missed
        return Message("間に合いました。")

    rendering(monkeypatch, render)
    database = counter.application.house.database
    for n in range(2):
        notice = Notice(OWNER, NoticeKind.INCIDENT, {"n": n}, f"late:{n}", counter.moment)
        await asyncio.wrap_future(database.write(lambda tx, each=notice: outbox.add(tx, each)))
    before = metrics.NOTICES.of("missed")
    await counter.delivery.send_due()
    counter.moment += SECOND
    await counter.delivery.send_due()
    assert metrics.NOTICES.of("missed") == before + 1
    assert await counter.read("select status, error from outbox order by id") == [
        ("missed", None),
        ("sent", None),
    ]
    assert await counter.read("select count(*) from outbox where finished_at is null") == [(0,)]
    assert [shown.text for shown in counter.wire.shown.values()] == ["間に合いました。"]
