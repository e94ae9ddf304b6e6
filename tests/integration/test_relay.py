"""Owner and assignee write to each other through the bot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domain.consultations import ConsultationState
from domain.relay import DESK_NAME_LIMIT
from tests.integration.relay_office import CLERK, OWNER, STAFF_CHAT, Relay, file, photo
from tests.integration.staff_desk import labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


@pytest.fixture
def office(counter: Counter) -> Relay:
    return Relay(counter)


async def test_a_text_reaches_the_assignee_and_the_answer_the_owner(office: Relay) -> None:
    office.case()
    await office.send(OWNER, "見積の <件> ですが & 質問です")
    confirmation = office.newest(OWNER).text
    assert "R8-0001 の担当者にお伝えします" in confirmation
    assert "開庁日以内にお返事" in confirmation
    await office.deliver()
    got = office.newest(CLERK)
    assert got.text.startswith("<b>R8-0001</b>　企業　")
    assert got.text.endswith("見積の &lt;件&gt; ですが &amp; 質問です")
    assert got.is_protected
    assert labels(got) == ["返信する"]
    assert STAFF_CHAT not in {chat for chat, _ in office.counter.wire.shown}

    number = await office.send(CLERK, "お答え<b>します", to=got)
    assert office.counter.wire.reactions[CLERK, number] == "👌"
    await office.deliver()
    answer = office.newest(OWNER)
    assert answer.text == "<b>担当者から（R8-0001）</b>\n\nお答え&lt;b&gt;します"
    assert not answer.buttons
    assert not answer.is_protected
    assert "Person" not in answer.text


async def test_hours_are_told_once_for_a_case_then_only_a_sign(office: Relay) -> None:
    office.case()
    await office.send(OWNER, "一")
    told = office.texts(OWNER)
    second = await office.send(OWNER, "二")
    assert office.texts(OWNER) == told
    assert office.counter.wire.reactions[OWNER, second] == "👌"
    await office.deliver()
    assert [text.split("\n\n")[1] for text in office.texts(CLERK)] == ["一", "二"]


async def test_out_of_hours_it_is_said_that_the_office_is_closed(office: Relay) -> None:
    office.counter.moment = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
    office.case()
    await office.send(OWNER, "土曜ですが")
    assert "受付時間外です。受付時間になってから" in office.newest(OWNER).text


async def test_every_kind_is_passed_on_with_its_file(office: Relay) -> None:
    office.case()
    await office.send(OWNER, **photo("p1", "図面 <1>"))
    await office.send(OWNER, **file("document", "d1", caption="書類"))
    for kind in ("voice", "video", "audio", "animation", "sticker", "video_note"):
        await office.send(OWNER, **file(kind, f"id-{kind}"))
    for _ in range(3):
        await office.deliver()
    shown = [one for one in office.counter.wire.shown.values() if one.chat == CLERK]
    files = [(one.kind, one.file_id) for one in shown if one.kind != "message"]
    assert files == [
        ("photo", "p1"),
        ("document", "d1"),
        ("voice", "id-voice"),
        ("video", "id-video"),
        ("audio", "id-audio"),
        ("animation", "id-animation"),
        ("sticker", "id-sticker"),
        ("videonote", "id-video_note"),
    ]
    assert shown[0].text.endswith("\n\n図面 &lt;1&gt;")
    # What has no caption has its header ahead of it.
    headers = [one.text for one in shown if one.kind == "message"]
    assert len(headers) == 2
    assert all(text.startswith("<b>R8-0001</b>") for text in headers)
    assert all(one.is_protected for one in shown)


async def test_an_album_arrives_item_by_item_and_is_confirmed_once(office: Relay) -> None:
    office.case()
    for n in range(3):
        await office.send(OWNER, **photo(f"p{n}", f"{n}枚目", album="a"))
    assert len(office.texts(OWNER)) == 1
    assert not office.counter.wire.reactions
    await office.deliver()
    shown = [one for one in office.counter.wire.shown.values() if one.chat == CLERK]
    assert [one.file_id for one in shown] == ["p0", "p1", "p2"]

    for n in range(3):
        to = shown[0] if n == 0 else None
        await office.send(CLERK, to=to, **photo(f"s{n}", album="b"))
    await office.deliver()
    got = [one.file_id for one in office.counter.wire.shown.values() if one.chat == OWNER]
    assert got == ["", "s0", "s1", "s2"]


async def test_what_cannot_be_passed_on_is_said_at_once(office: Relay) -> None:
    office.case()
    await office.send(OWNER, location={"latitude": 35.0, "longitude": 139.0})
    assert "お届けできません" in office.newest(OWNER).text
    seen = len(office.texts(OWNER))
    card = {"phone_number": "819012345678", "first_name": "x", "user_id": OWNER}
    for shared in (card, {**card, "user_id": CLERK}):
        await office.send(OWNER, contact=shared)
    assert len(office.texts(OWNER)) == seen + 2
    assert all("お届けできません" in text for text in office.texts(OWNER)[seen:])
    await office.deliver()
    assert office.texts(CLERK) == []
    assert await office.counter.read("select count(*) from relay_messages") == [(0,)]


async def test_edits_of_text_caption_and_file_are_mirrored(office: Relay) -> None:
    office.case()
    text = await office.send(OWNER, "10時です")
    picture = await office.send(OWNER, **photo("p1", "前"))
    await office.deliver()
    first, second = sorted(
        (one for one in office.counter.wire.shown.values() if one.chat == CLERK),
        key=lambda one: one.message_id,
    )
    await office.edit(OWNER, text, text="11時です")
    await office.edit(OWNER, picture, **photo("p2", "後"))
    await office.deliver()
    wire = office.counter.wire
    assert wire.shown[CLERK, first.message_id].text.endswith("\n\n11時です")
    assert labels(wire.shown[CLERK, first.message_id]) == ["返信する"]
    assert wire.shown[CLERK, second.message_id].text.endswith("\n\n後")
    assert wire.shown[CLERK, second.message_id].file_id == "p2"
    assert len(office.texts(CLERK)) == 2

    answer = await office.send(CLERK, "はい", to=first)
    await office.deliver()
    await office.edit(CLERK, answer, text="いいえ")
    await office.deliver()
    assert office.newest(OWNER).text.endswith("\n\nいいえ")
    assert "10時です" not in str(await office.counter.read("select text from relay_messages"))


async def test_an_edit_before_the_delivery_is_what_arrives(office: Relay) -> None:
    office.case()
    number = await office.send(OWNER, "まちがい")
    await office.edit(OWNER, number, text="正しい")
    await office.deliver()
    assert [text.split("\n\n")[1] for text in office.texts(CLERK)] == ["正しい"]


async def test_a_long_text_has_its_header_ahead_and_loses_nothing(office: Relay) -> None:
    office.case()
    text = "あ" * 4096
    number = await office.send(OWNER, text)
    caption = "い" * 1024
    await office.send(OWNER, **photo("p1", caption))
    await office.deliver()
    header, whole, second_header, picture = sorted(
        (one for one in office.counter.wire.shown.values() if one.chat == CLERK),
        key=lambda one: one.message_id,
    )
    assert header.text.startswith("<b>R8-0001</b>")
    assert whole.text == text
    assert second_header.text.startswith("<b>R8-0001</b>")
    assert (picture.text, picture.file_id) == (caption, "p1")
    # A reply to the header is one too.
    await office.send(CLERK, "読みました", to=header)
    await office.deliver()
    assert office.newest(OWNER).text.endswith("読みました")
    await office.edit(OWNER, number, text="短い")
    await office.deliver()
    assert office.counter.wire.shown[CLERK, whole.message_id].text == "短い"


async def test_a_caption_longer_than_a_bots_goes_ahead_as_a_text(office: Relay) -> None:
    office.case()
    await office.send(OWNER, **photo("p1", "う" * 2000))
    await office.deliver()
    text, picture = sorted(
        (one for one in office.counter.wire.shown.values() if one.chat == CLERK),
        key=lambda one: one.message_id,
    )
    assert text.text == "う" * 2000
    assert picture.text.startswith("<b>R8-0001</b>")


async def test_the_button_and_the_card_take_the_next_message(office: Relay) -> None:
    case = office.case()
    await office.send(OWNER, "質問")
    await office.deliver()
    await office.press(CLERK, office.newest(CLERK), "返信する")
    assert "次に送るもの" in office.newest(CLERK).text
    await office.send(CLERK, "答え")
    assert "R8-0001 の企業に送ります" in office.newest(CLERK).text
    await office.send(CLERK, "これは送られない")
    await office.deliver()
    assert [text for text in office.texts(OWNER) if "答え" in text]
    assert not [text for text in office.texts(OWNER) if "送られない" in text]

    card = await office.cases.open(CLERK, case)
    await office.press(CLERK, card, "企業に連絡する")
    await office.send(CLERK, **photo("p9", "資料"))
    await office.deliver()
    assert office.newest(OWNER).file_id == "p9"
    await office.press(CLERK, card, "企業に連絡する")
    await office.press(CLERK, office.counter.wire.asking(CLERK), "送らない")
    await office.send(CLERK, "やめた")
    await office.deliver()
    assert not [text for text in office.texts(OWNER) if "やめた" in text]


async def test_the_desk_name_is_told_and_never_the_name_on_telegram(office: Relay) -> None:
    office.case()
    await office.send(OWNER, "質問")
    await office.deliver()
    got = office.newest(CLERK)
    await office.send(CLERK, "一", to=got)
    assert "/name" in office.newest(CLERK).text
    hints = len(office.texts(CLERK))
    await office.send(CLERK, "二", to=got)
    assert len(office.texts(CLERK)) == hints
    await office.send(CLERK, "/name 佐藤 <花>")
    assert "「佐藤 &lt;花&gt;」" in office.newest(CLERK).text
    third = await office.send(CLERK, "三", to=got)
    await office.deliver()
    assert office.newest(OWNER).text.startswith("<b>担当　佐藤 &lt;花&gt;（R8-0001）</b>")
    # What was signed stays so.
    await office.send(CLERK, "/name 鈴木")
    await office.edit(CLERK, third, text="三の二")
    await office.deliver()
    assert office.newest(OWNER).text == "<b>担当　佐藤 &lt;花&gt;（R8-0001）</b>\n\n三の二"


async def test_a_name_is_asked_for_and_refused_when_it_is_none(office: Relay) -> None:
    office.case()
    await office.send(CLERK, "/name")
    assert "「担当者」と表示されています" in office.newest(CLERK).text
    await office.send(CLERK, "あ" * (DESK_NAME_LIMIT + 1))
    assert "1〜20文字" in office.newest(CLERK).text
    await office.send(CLERK, **photo("p1"))
    assert "お届けできません" in office.newest(CLERK).text
    await office.send(CLERK, "  山本　 ")
    assert "「山本」" in office.newest(CLERK).text
    await office.send(OWNER, "/name 社長")
    assert "/help" in office.newest(OWNER).text


async def test_the_history_tells_that_messages_were_written_and_not_what(office: Relay) -> None:
    case = office.case()
    await office.send(OWNER, "秘密の相談")
    await office.send(OWNER, "その続き")
    await office.deliver()
    await office.send(CLERK, "秘密の答え", to=office.newest(CLERK))
    await office.cases.press(CLERK, f"cs:past:{case}")
    past = office.cases.shown(CLERK).text
    assert "企業からのメッセージ 2件" in past
    assert "企業へのメッセージ 1件\n　Person 401" in past
    assert "秘密" not in past
    audited = [(who, what) for who, what, _ in await office.desk.audited()]
    assert audited.count((CLERK, "read_messages")) == 2
    assert audited.count((CLERK, "write_to_owner")) == 1
    assert "秘密" not in str(await office.counter.read("select * from audit_log"))
    assert "秘密" not in str(await office.counter.read("select payload from outbox"))


async def test_a_closed_case_takes_no_message_and_says_where_to_turn(office: Relay) -> None:
    case = office.case()
    await office.send(OWNER, "質問")
    await office.deliver()
    got = office.newest(CLERK)
    office.cases.put(case, ConsultationState.CLOSED_DONE)
    await office.send(OWNER, "まだですか")
    assert "ご相談 R8-0001 は終了しているため" in office.newest(OWNER).text
    assert "/start" in office.newest(OWNER).text
    await office.send(CLERK, "すみません", to=got)
    assert "R8-0001 は終了しています" in office.newest(CLERK).text
    await office.deliver()
    assert not [text for text in office.texts(OWNER) if "すみません" in text]
    assert await office.counter.read("select count(*) from relay_messages") == [(1,)]
