"""What the staff chat, the staff's calendar files and the log tell of a meeting: never whose."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.schedule import tick
from tests.integration.booking_chat import press_data
from tests.integration.conftest import STAFF_CHAT
from tests.integration.meetings import jst
from tests.integration.test_figures import command_in_group
from tests.integration.test_intake import agree, walk

if TYPE_CHECKING:
    import pytest

    from tests.integration.conftest import Counter

OWNER, ADMIN = 1_234_567, 900
PERSONAL = ("見本製作所", "山田", "830-0000", "7123456789012", str(OWNER))
BLOCKED = (
    403,
    {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
)


class Reader:
    """Reads all that everybody in the staff chat can read, before and after pressing anything."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.read: set[str] = set()

    async def look(self, *moment: int) -> None:
        """Let all that is due go out, at a moment in Japan, and read."""
        if moment:
            self.counter.moment = jst(*moment)
        await tick(self.counter.application.house)
        while await self.counter.delivery.send_due():
            self.counter.moment += timedelta(seconds=1)
        self._note()

    async def press_everything(self) -> None:
        """Press each button there is in the staff chat."""
        for shown in [*self.counter.wire.shown.values()]:
            for button in shown.buttons if shown.chat == STAFF_CHAT else ():
                if "callback_data" in button:
                    data = button["callback_data"]
                    body = self.counter.press_body(ADMIN, data, STAFF_CHAT, shown.message_id)
                    await self.counter.update(body)
                    self._note()

    def _note(self) -> None:
        for shown in self.counter.wire.shown.values():
            if shown.chat == STAFF_CHAT:
                labels = [button["text"] for button in shown.buttons]
                name, content = shown.file or ("", b"")
                # A long line of a calendar file goes on behind a line end and a space.
                unfolded = content.decode().replace("\r\n ", "")
                self.read.update((shown.text, name, unfolded, *labels))


async def test_the_staff_chat_never_shows_whose_meeting_it_is(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    staff = Reader(counter)
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.press(OWNER, "日程は電話で決めたい")
    await counter.press(OWNER, "午前")
    await staff.look()
    await counter.press(OWNER, "やはり予約する")
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130", OWNER)
    await counter.press(OWNER, "9:30")
    await staff.look()
    for command in ("/today", "/slots"):
        await command_in_group(counter, ADMIN, STAFF_CHAT, command)
    await press_data(counter, ":20261130", STAFF_CHAT)
    await staff.look()
    await counter.say(OWNER, "/status")
    await counter.press(OWNER, "日時を変える")
    await press_data(counter, ":20261127", OWNER)
    await counter.press(OWNER, "15:00")
    await staff.look()
    counter.wire.refusing[OWNER] = BLOCKED
    await staff.look(2026, 11, 26, 10)
    await staff.look(2026, 11, 27, 14)
    await staff.look(2026, 11, 27, 16)
    await staff.press_everything()
    told = "\n".join([*staff.read, *counter.wire.alerts, caplog.text])
    for subject in (
        *("日程を決めて", "面談が予約されました", "面談の日時が変わりました", "変更前"),
        *("明日の面談", "本日の面談", "送れなくなりました", "いかがでしたか", "BEGIN:VEVENT"),
        *("今日の面談", "面談の枠", "1件"),
    ):
        assert subject in told, subject
    assert [fact for fact in PERSONAL if fact in told] == []
    private = "\n".join(s.text for s in counter.wire.shown.values() if s.chat == ADMIN)
    assert [fact for fact in PERSONAL[:3] if fact not in private] == []
