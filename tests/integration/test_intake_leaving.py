"""Pausing, coming back, starting over, withdrawing: nothing lost, nothing lingering."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER = 100
TO_TELEPHONE = len(STEPS) - 1


def asking(counter: Counter, user: int) -> list[str]:
    """The texts of the messages that ask something of the intake."""
    shown = [s for (chat, _), s in counter.wire.shown.items() if chat == user]
    return [s.text for s in shown if any("q:" in b.get("callback_data", "")[:2] for b in s.buttons)]


def own_contact(user: int, number: str = "+819012345678") -> dict[str, Any]:
    return {"contact": {"phone_number": number, "first_name": "x", "user_id": user}}


async def test_a_pause_and_a_return_leave_one_message(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.press(OWNER, "経営者")
    question = counter.wire.asking(OWNER)
    await counter.press(OWNER, "中断")
    paused = counter.wire.asking(OWNER)
    assert paused.message_id == question.message_id
    assert "7日" in paused.text
    await counter.press(OWNER, "再開")
    assert counter.wire.asking(OWNER) == question
    assert len(asking(counter, OWNER)) == 1


async def test_start_on_the_way_offers_to_resume_and_moves_the_question(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.press(OWNER, "経営者")
    await counter.say(OWNER, "/start")
    assert "（3／22）" in counter.wire.last(OWNER).text
    await counter.press(OWNER, "再開")
    (only,) = asking(counter, OWNER)
    assert "事業の形" in only
    await counter.press(OWNER, "会社（")
    assert "会社名" in counter.wire.asking(OWNER).text


async def test_starting_over_is_asked_back_and_deletes(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:3])
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "最初から")
    assert await counter.read("select count(*) from drafts") == [(1,)]
    await counter.press(OWNER, "削除してやり直す")
    assert await counter.read("select count(*) from drafts") == [(0,)]
    assert asking(counter, OWNER) == []
    await counter.press(OWNER, "同意して進む")
    assert "（2／22）" in counter.wire.asking(OWNER).text


async def test_cancel_is_asked_back_and_leaves_no_question(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.say(OWNER, "/cancel")
    await counter.press(OWNER, "続ける")
    assert len(asking(counter, OWNER)) == 1
    await counter.say(OWNER, "/cancel")
    await counter.press(OWNER, "削除する")
    assert await counter.read("select count(*) from drafts") == [(0,)]
    assert asking(counter, OWNER) == []
    await counter.say(OWNER, "/cancel")
    assert "入力中の内容はありません" in counter.wire.last(OWNER).text


async def to_shared_number(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:TO_TELEPHONE])
    await counter.press(OWNER, "Telegram に登録した番号")
    assert OWNER in counter.wire.keyboards


@pytest.mark.parametrize(
    ("way_out", "then"),
    [
        ("048-830-0000", "まだ送信していません"),
        ("=メールにする", "メール"),
        ("=戻る", "ご担当者"),
        ("=中断", "保存しました"),
        ("=電話で相談", "お電話で承ります"),
        ("/cancel", "削除しますか"),
        ("/start", "21／22"),
    ],
)
async def test_the_contact_button_goes_with_every_way_out(
    counter: Counter, way_out: str, then: str
) -> None:
    await to_shared_number(counter)
    await walk(counter, OWNER, (way_out,))
    assert OWNER not in counter.wire.keyboards
    assert then in counter.wire.asking(OWNER).text
    assert await counter.read("select count(*) from drafts where contact_keyboard") == [(0,)]


async def test_a_refused_number_leaves_the_contact_button(counter: Counter) -> None:
    await to_shared_number(counter)
    await counter.say(OWNER, "110")
    assert OWNER in counter.wire.keyboards
    await counter.update(counter.message(OWNER, **own_contact(OWNER)))
    assert OWNER not in counter.wire.keyboards
    assert "まだ送信していません" in counter.wire.asking(OWNER).text


async def test_only_the_own_contact_counts(counter: Counter) -> None:
    await to_shared_number(counter)
    await counter.update(counter.message(OWNER, **own_contact(OWNER + 1)))
    assert "ご本人" in counter.wire.last(OWNER).text
    stranger = {"phone_number": "+819012345678", "first_name": "x"}
    await counter.update(counter.message(OWNER, contact=stranger))
    assert await counter.read("select count(*) from drafts where contact_keyboard") == [(1,)]


async def test_a_contact_is_no_company_name(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:2])
    await counter.update(counter.message(OWNER, **own_contact(OWNER)))
    assert "必要ありません" in counter.wire.last(OWNER).text
    assert "8190" not in str(await counter.read("select progress from drafts"))


async def test_a_language_changes_the_open_question_at_once(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.press(OWNER, "経営者")
    before = counter.wire.asking(OWNER)
    await counter.say(OWNER, "/language")
    await counter.press(OWNER, "English")
    after = counter.wire.shown[OWNER, before.message_id]
    assert "Form of business" in after.text
    assert [b["callback_data"] for b in after.buttons] == [
        b["callback_data"] for b in before.buttons
    ]


async def test_a_changed_notice_is_agreed_to_before_going_on(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:2])
    await change_notice(counter)
    await counter.say(OWNER, "株式会社見本製作所")
    assert "ご確認ください" in counter.wire.asking(OWNER).text
    assert "見本製作所" not in str(await counter.read("select progress from drafts"))
    await counter.press(OWNER, "詳しく見る")
    await counter.press(OWNER, "同意して進む")
    assert "会社名" in counter.wire.asking(OWNER).text
    versions = await counter.read("select consent_version from drafts")
    assert versions == [(counter.application.house.forms.notice_version,)]


async def test_refusing_a_changed_notice_deletes_what_was_entered(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:2])
    await change_notice(counter)
    await counter.say(OWNER, "株式会社見本製作所")
    await counter.press(OWNER, "同意しない")
    assert await counter.read("select count(*) from drafts") == [(0,)]


async def test_an_old_refusal_does_not_delete_an_intake(counter: Counter) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "始める")
    notice = counter.wire.asking(OWNER)
    await counter.press(OWNER, "同意して進む")
    await counter.update(counter.press_body(OWNER, "in:refuse", OWNER, notice.message_id))
    assert await counter.read("select count(*) from drafts") == [(1,)]
    assert "前の手順" in counter.wire.alerts[-1]


ASKED_LAST_ONCE = {"method": "online", "when": "any"}
"""Questions that a form before this one ended with."""


async def leave_a_draft_of_an_older_form(
    counter: Counter, answers: dict[str, str], detour: str | None
) -> None:
    """As if the person had come to the last questions, and another form had been put in place."""
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    ((stored,),) = await counter.read("select progress from drafts")
    progress = json.loads(stored)
    progress["answers"].update(answers)
    progress["detour"] = detour
    older = text("update drafts set questionnaire_version = 1, progress = :progress").bindparams(
        progress=json.dumps(progress)
    )
    counter.application.house.database.write(lambda tx: tx.connection.execute(older)).result()


@pytest.mark.parametrize(
    ("answers", "detour"),
    [({}, None), ({"method": "online"}, None), (ASKED_LAST_ONCE, None), (ASKED_LAST_ONCE, "when")],
    ids=["none answered", "one answered", "all answered", "one being corrected"],
)
async def test_a_draft_with_questions_that_are_gone_is_ready_to_be_sent(
    counter: Counter, answers: dict[str, str], detour: str | None
) -> None:
    await leave_a_draft_of_an_older_form(counter, answers, detour)
    for data in (
        "q:needs:method:online",
        "q:needs:when:any",
        "q:needs:when:_keep",
        "fix:needs:when",
    ):
        await counter.update(counter.press_body(OWNER, data, OWNER, 7))
        assert "前の手順" in counter.wire.alerts[-1], data
        assert "まだ送信していません" in counter.wire.asking(OWNER).text, data
    await counter.say(OWNER, "/start")
    assert "送信していません" in counter.wire.last(OWNER).text
    await counter.press(OWNER, "再開")
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text
    ((stored,),) = await counter.read("select answers from consultations")
    assert json.loads(stored)["tel"] == "+81488300000"
    assert ASKED_LAST_ONCE.keys().isdisjoint(json.loads(stored))


async def change_notice(counter: Counter) -> None:
    """As if the process had been started again with another notice."""
    await counter.close()
    await counter.open()
    house = counter.application.house
    object.__setattr__(house.forms, "notice_version", "2027-04")
