"""What people press and type at the wrong moment: answered, the state shown, nothing changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domain.form import OneOf, SomeOf, Typed
from domain.questions import Progress, current_question
from handlers.context import Context
from handlers.questions import answer_sheet, shorten
from tests.integration.test_intake import STEPS, agree, walk
from tests.integration.test_intake_leaving import asking, own_contact

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER, OTHER = 100, 101
TABLES = ("drafts", "consultations", "kpi_events", "addenda", "return_calls", "outbox")
STALE = "前の手順のボタン"


async def everything(counter: Counter) -> list[Any]:
    dump = []
    for table in TABLES:
        # Where a question was moved to is no answer.
        columns = await counter.read(f"select name from pragma_table_info('{table}')")
        names = ", ".join(name for (name,) in columns if name != "live_message_id")
        dump.append(await counter.read(f"select {names} from {table}"))
    return dump


async def test_a_text_at_a_button_question_brings_the_buttons_down(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.say(OWNER, "経営者です")
    shown = counter.wire.last(OWNER)
    assert shown.text.startswith("恐れ入ります。下のボタンからお選びください。")
    assert "（2／22）" in shown.text
    assert len(asking(counter, OWNER)) == 1
    await counter.press(OWNER, "経営者")
    assert "（3／22）" in counter.wire.asking(OWNER).text


async def test_a_refused_answer_is_a_short_message_and_the_third_offers_help(
    counter: Counter,
) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:3])
    for _ in range(2):
        await counter.say(OWNER, "12345")
        assert counter.wire.last(OWNER).buttons == []
    await counter.say(OWNER, "12345")
    helped = counter.wire.last(OWNER)
    assert "048-830-0000" in helped.text
    assert {"電話で相談", "あとで"} <= {button["text"] for button in helped.buttons}
    assert len(asking(counter, OWNER)) == 1
    await counter.say(OWNER, "7123456789012")
    assert "地域" in counter.wire.asking(OWNER).text


async def test_a_required_name_can_be_skipped_after_three_failures_only(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:-2])
    question = current_question(
        counter.application.house.questionnaire, Progress(await given(counter))
    )
    assert isinstance(question, Typed)
    assert question.may_skip_after_failures
    assert "飛ばす" not in str(counter.wire.asking(OWNER).buttons)
    for _ in range(3):
        await counter.say(OWNER, "★")
    await counter.press(OWNER, "飛ばす")
    assert "電話番号" in counter.wire.asking(OWNER).text


async def given(counter: Counter) -> dict[str, Any]:
    ((progress,),) = await counter.read("select progress from drafts")
    return {
        k: tuple(v) if isinstance(v, list) else v
        for k, v in json.loads(progress)["answers"].items()
    }


PHOTO = [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}]
FILE = {"file_id": "x", "file_unique_id": "x"}
UNREADABLE: dict[str, dict[str, Any]] = {
    "photo": {"photo": PHOTO, "caption": "株式会社見本"},
    "sticker": {
        "sticker": {
            **FILE,
            "type": "regular",
            "width": 1,
            "height": 1,
            "is_animated": False,
            "is_video": False,
        }
    },
    "voice": {"voice": {**FILE, "duration": 1}},
    "document": {"document": FILE},
    "location": {"location": {"latitude": 35.8, "longitude": 139.6}},
    "forwarded": {
        "text": "株式会社見本",
        "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"},
    },
}


@pytest.mark.parametrize(("steps", "says"), [(1, "ボタンから"), (2, "文字で")])
async def test_what_cannot_be_read_gets_a_kind_word_and_the_question_stays(
    counter: Counter, steps: int, says: str
) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:steps])
    before = await everything(counter)
    for kind, content in UNREADABLE.items():
        await counter.update(counter.message(OWNER, **content))
        assert says in counter.wire.last(OWNER).text, kind
        counter.wire.shown.popitem()
    assert await everything(counter) == before
    await walk(counter, OWNER, STEPS[steps : steps + 2])


async def test_an_album_is_answered_once(counter: Counter) -> None:
    await agree(counter, OWNER)
    for _ in range(3):
        await counter.update(counter.message(OWNER, photo=PHOTO, media_group_id="7"))
    answers = [s for s in counter.wire.shown.values() if "お預かりできません" in s.text]
    assert len(answers) == 1


async def test_a_picture_at_the_review_points_to_the_buttons(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.update(counter.message(OWNER, photo=PHOTO))
    assert "ボタンから" in counter.wire.last(OWNER).text


async def test_yes_confirms_only_the_name_its_message_showed(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, ("=経営者", "=会社（", "㈲一番"))
    first = counter.wire.asking(OWNER)
    yes = next(each["callback_data"] for each in first.buttons if "はい" in each["text"])
    await counter.say(OWNER, "㈱二番")
    await counter.update(counter.press_body(OWNER, yes, OWNER, first.message_id))
    assert STALE in counter.wire.alerts[-1]
    assert "株式会社二番" in counter.wire.asking(OWNER).text
    await counter.press(OWNER, "はい")
    assert "法人番号" in counter.wire.asking(OWNER).text
    ((saved,),) = await counter.read("select progress from drafts")
    assert json.loads(saved)["answers"]["company"] == "株式会社二番"


async def test_the_record_of_a_typed_town_names_the_town(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, ("=経営者", "=会社（", "株式会社見本", "=あとで"))
    asked = counter.wire.asking(OWNER)
    await counter.say(OWNER, "三芳町")
    record = counter.wire.shown[OWNER, asked.message_id].text
    assert record.splitlines()[0].startswith("地域 → <b>南西部")
    assert record.splitlines()[1:] == ["市町村 → <b>三芳町</b>"]


async def test_decide_without_a_tick_shows_the_ticks_as_they_are(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[: STEPS.index("=販路開拓")])
    await counter.press(OWNER, "販路開拓")
    shown = counter.wire.asking(OWNER)
    ticked = list(shown.buttons)
    await counter.press(OWNER, "販路開拓")
    # The edit that took the tick off was lost.
    counter.wire.shown[OWNER, shown.message_id].buttons[:] = ticked
    await counter.press(OWNER, "決定")
    assert "1つ以上" in counter.wire.alerts[-1]
    now = counter.wire.shown[OWNER, shown.message_id]
    assert not any(each["text"].startswith("✓") for each in now.buttons)


async def test_a_question_whose_message_is_gone_is_asked_below(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.press(OWNER, "経営者")
    await counter.press(OWNER, "中断")
    paused = counter.wire.asking(OWNER)
    counter.wire.gone.add(paused.message_id)
    await counter.press(OWNER, "再開")
    asked = counter.wire.asking(OWNER)
    assert "事業の形" in asked.text
    assert asked.message_id > paused.message_id
    await counter.press(OWNER, "会社（")
    assert "会社名" in counter.wire.asking(OWNER).text


async def test_an_edited_message_changes_nothing_and_says_how_to_correct(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:3])
    before = await everything(counter)
    body = counter.message(OWNER, text="株式会社別の会社", edit_date=2)
    await counter.update({"edited_message": body["message"]})
    assert "直す" in counter.wire.last(OWNER).text
    assert await everything(counter) == before


async def test_a_picture_or_an_edit_without_an_intake_is_no_error(counter: Counter) -> None:
    body = counter.message(OWNER, text="x", edit_date=2)
    await counter.update({"edited_message": body["message"]})
    assert (OWNER, 1) not in counter.wire.shown
    await counter.update(counter.message(OWNER, photo=PHOTO))
    assert "相談受付" in counter.wire.last(OWNER).text
    await counter.update(counter.message(OWNER, **own_contact(OWNER)))
    assert await counter.read("select count(*) from dead_letters") == [(0,)]


OLD = (
    "q:needs:role:owner", "q:needs:tel:_skip", "q:needs:nothing:x", "q:nothing:role:owner",
    "q:call:tel:_back", "q:needs:role", "q:", "q:needs:method:hub", "q:needs:when:any",
    "fix:needs:when", "fix:needs:company", "fix:call:tel", "fix:x",
    "in:submit-1", "in:submit-999", "in:new-1", "in:append-1", "in:correct", "in:pause",
    "in:resume", "in:share", "in:cancel_yes", "in:what", "in:submit-x", "in:submit-" + "9" * 40,
    "rc:submit-1", "rc:correct", "rc:resume", "rc:cancel_yes", "rc:share", "rc:agreed",
    "case:take:1", "call:take:1", "call:details:1", "call:done:1", "add:full:1", "lang:xx",
    "garbage", "::::", "st:invite:king", "q:needs:employees:" + "x" * 40,
)  # fmt: skip
OLD_OF_BOOKING = (
    "bk:how:c1", "bk:cal:c1:hub", "bk:time:c1:hub:202611300930", "bk:drop_yes:b1.1",
    "bk:when:c1:any", "bk:call:c1", "bk:",
)  # fmt: skip


async def test_every_old_button_is_answered_and_changes_nothing(counter: Counter) -> None:
    before = await everything(counter)
    for data in (*OLD, *OLD_OF_BOOKING):
        counter.wire.alerts.clear()
        await counter.update(counter.press_body(OWNER, data, OWNER, 7))
        assert counter.wire.alerts != [], data
        assert await everything(counter) == before, data
    assert await counter.read("select count(*) from dead_letters") == [(0,)]


MEANT = {"in:correct", "in:pause", "in:resume", "in:cancel_yes", "fix:needs:company"}


async def test_an_old_button_during_an_intake_shows_the_open_question(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:3])
    before = await everything(counter)
    for data in (*OLD, *OLD_OF_BOOKING):
        if data in MEANT:
            continue
        await counter.update(counter.press_body(OWNER, data, OWNER, 7))
        assert counter.wire.alerts[-1] != "", data
        assert await everything(counter) == before, data
        assert len(asking(counter, OWNER)) == 1, data
        assert "法人番号" in counter.wire.asking(OWNER).text, data


async def test_a_button_of_a_submitted_intake_changes_nothing(counter: Counter) -> None:
    await submit(counter)
    before = await everything(counter)
    for data in ("q:needs:channel:bank", "in:submit-1", "in:new-1", "in:append-1", *OLD):
        await counter.update(counter.press_body(OWNER, data, OWNER, 7))
        assert counter.wire.alerts[-1] != "", data
        assert await everything(counter) == before, data
        assert "R8-0001" in counter.wire.told(OWNER).text, data


async def test_a_second_tap_on_send_adds_no_message(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    review = counter.wire.asking(OWNER)
    body = counter.press_body(OWNER, review.buttons[0]["callback_data"], OWNER, review.message_id)
    await counter.update(body)
    shown = dict(counter.wire.shown)
    await counter.update(body)
    assert counter.wire.shown == shown
    assert "送信済み" in counter.wire.alerts[-1]


async def test_nobody_submits_another_s_intake(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.update(counter.press_body(OTHER, "in:submit-1", OTHER, 7))
    assert await counter.read("select count(*) from consultations") == [(0,)]


async def test_a_text_at_the_review_brings_it_down(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.say(OWNER, "お願いします")
    assert counter.wire.last(OWNER).text.startswith("恐れ入ります。下のボタン")
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text


async def submit(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (datetime(2026, 11, 24, 1, 0, tzinfo=UTC), "2開庁日以内に、担当者からお電話します。"),
        (datetime(2026, 11, 24, 7, 59, tzinfo=UTC), "2開庁日以内に"),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "翌開庁日以降にご連絡します。"),
        (datetime(2026, 11, 23, 23, 59, tzinfo=UTC), "翌開庁日"),
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), "ただいま受付時間外です。"),
    ],
    ids=["open", "last minute", "closed", "too early", "holiday"],
)
async def test_the_receipt_knows_the_office_hours(
    counter: Counter, moment: datetime, says: str
) -> None:
    counter.moment = moment
    await submit(counter)
    assert says in counter.wire.told(OWNER).text


async def test_who_gave_an_e_mail_address_is_not_promised_a_call(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, (*STEPS[:-1], "=メールにする", "a@example.co.jp"))
    await counter.press(OWNER, "送信する")
    assert "メールをお送りします" in counter.wire.told(OWNER).text


async def test_an_answer_costs_one_transaction_and_no_read(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(counter, OWNER)
    calls: list[str] = []
    for name in ("transact", "read"):
        real = getattr(Context, name)

        async def counted(self: Any, *args: Any, _name: str = name, _real: Any = real) -> Any:
            calls.append(_name)
            return await _real(self, *args)

        monkeypatch.setattr(Context, name, counted)
    await walk(counter, OWNER, STEPS)
    assert calls == ["transact"] * len(STEPS)


def longest(counter: Counter) -> dict[str, Any]:
    """The longest answers that every question of the form takes, emoji in all texts."""
    answers: dict[str, Any] = {}
    for question in counter.application.house.questionnaire.questions:
        if isinstance(question, SomeOf):
            offered = sorted(question.offered(answers), key=lambda c: -len(c.label))
            answers[question.key] = tuple(c.code for c in offered[: question.limit])
        elif isinstance(question, OneOf):
            offered = sorted(question.offered(answers), key=lambda c: -len(c.label))
            answers[question.key] = offered[0].code if offered else None
        elif isinstance(question, Typed):
            answers[question.key] = "&🏭" * 2000
    answers["tel"] = "+819012345678"
    return answers


async def test_the_review_fits_one_message_whatever_was_typed(counter: Counter) -> None:
    context = Context(counter.application)
    sheet = answer_sheet(context, context.house.questionnaire, longest(counter))
    assert len(sheet.replace("&amp;", "&").encode("utf-16-le")) // 2 < 3900
    assert "&amp;🏭" in sheet


def test_shortening_keeps_whole_characters() -> None:
    assert shorten("あいう", 3) == "あいう"
    assert shorten("🏭🏭", 4) == "🏭🏭"
    assert shorten("🏭🏭🏭", 4) == "🏭…"
