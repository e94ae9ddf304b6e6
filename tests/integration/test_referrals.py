"""Cases that are referred to agencies by buttons, and all that can come between."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from domain.consultations import ConsultationState
from domain.partners import PartnerKind
from domain.sharing import Sharing
from handlers import typesetting
from services import case_changes, referrals
from services.case_changes import Wanted
from storage import referrals as stored
from storage import staff
from tests.integration import partner_office
from tests.integration.case_office import ADMIN, CLERK, MANAGER, PLANNING, STRANGER, SUB
from tests.integration.referral_office import ON, Referrals
from tests.integration.staff_desk import OWNER, labels
from tests.unit.sheets import TYPED
from tests.unit.test_typesetting import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Counter

S = ConsultationState


@pytest.fixture
def office(counter: Counter) -> Referrals:
    return Referrals(counter)


@pytest.fixture
def no_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    typesetting._fonts.cache_clear()
    monkeypatch.setattr(typesetting, "_FONT_PACKAGE", "no-such-package")
    yield
    typesetting._fonts.cache_clear()


async def test_a_case_is_referred_after_a_look_at_its_sheet(office: Referrals) -> None:
    case, agency = office.case(), office.agency("見本<人材>株式会社")
    await office.cases.open(MANAGER)
    assert "共有の同意：①②とも可" in office.shown().text
    await office.tap("人材会社に取り次ぐ")
    assert "取次先をお選びください" in office.shown().text
    await office.tap("見本<人材>株式会社")
    preview = office.shown().text
    assert "<b>見本&lt;人材&gt;株式会社</b> に伝わる内容です" in preview
    assert "求人要件票（匿名）\n受付番号：R8-0001\n発行日：令和8年11月24日" in preview
    assert await office.referrals() == []
    await office.tap("この内容で取り次ぐ")
    assert await office.referrals() == [(case, agency.id, MANAGER)]
    assert office.cases.state(case) is S.REFERRED
    assert await office.counted() == 1
    assert "見本&lt;人材&gt;株式会社　11月24日（火）　連絡待ち" in office.shown().text
    assert (MANAGER, "refer", "R8-0001") in await office.desk.audited()
    await office.tap("案件へ戻る")
    assert "取次：見本&lt;人材&gt;株式会社\n　Person 400" in office.shown().text
    assert "取次中" in office.shown().text


async def test_the_member_gets_what_they_pass_on(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.refer(case, agency)
    ((name, content),) = office.documents()
    assert name == "needs-R8-0001.pdf"
    text = next(one for one in office.texts() if one.startswith("<pre>"))
    sheet = text.removeprefix("<pre>").removesuffix("</pre>")
    document = pypdfium2.PdfDocument(content)
    assert words(document[0].get_textpage().get_text_bounded()) == words(sheet)
    document.close()
    for typed in TYPED.values():
        assert str(typed) not in sheet
    assert "R8-0001（見本人材株式会社宛て）メールなどでお送りください。" in office.texts()


async def test_what_was_sent_can_be_seen_again_byte_for_byte(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.refer(case, agency)
    (sent,) = office.documents()
    text = next(one for one in office.texts() if one.startswith("<pre>"))
    # What the case says by now does not change what was sent.
    office.desk.do(lambda tx, at: stored.set_mission(tx, case, "別の内容", MANAGER, at.now))
    office.counter.moment += timedelta(days=30)
    await office.press(PLANNING, "rf:see:1")
    assert text.removeprefix("<pre>").removesuffix("</pre>") in office.shown(PLANNING).text
    await office.tap("要件票をもう一度受け取る", PLANNING)
    assert office.documents(PLANNING) == [sent]
    assert text in office.texts(PLANNING)


async def test_a_stored_sheet_that_was_touched_is_not_shown_as_sent(office: Referrals) -> None:
    await office.refer(office.case(), office.agency())
    office.desk.do(
        lambda tx, _at: tx.connection.exec_driver_sql(
            "update referrals set sheet = replace(sheet, 'R8-0001', 'R8-0002')"
        )
    )
    for data in ("rf:see:1", "rf:doc:1"):
        office.counter.wire.shown.clear()
        await office.press(MANAGER, data)
        assert any("一致しません" in text for text in office.texts())
    assert office.documents() == []


async def test_without_a_font_the_text_goes_all_the_same(office: Referrals, no_font: None) -> None:
    case, agency = office.case(), office.agency()
    await office.refer(case, agency)
    assert await office.referrals() == [(case, agency.id, MANAGER)]
    assert office.documents() == []
    assert any(one.startswith("<pre>求人要件票") for one in office.texts())
    assert any("PDFを作れませんでした" in text for text in office.texts())


async def test_the_preview_as_pdf_refers_nothing(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    await office.tap("PDFで確認")
    ((name, content),) = office.documents()
    assert (name, content[:5]) == ("needs-R8-0001.pdf", b"%PDF-")
    assert "R8-0001（確認用）まだ取り次いでいません。" in office.texts()
    assert await office.referrals() == []


@pytest.mark.parametrize("share", ["bank", "later", None])
async def test_without_consent_it_is_said_what_is_missing(
    office: Referrals, share: str | None
) -> None:
    case, agency = office.case(share), office.agency()
    await office.press(MANAGER, f"rf:list:{case}:0")
    assert "同意をいただいていません" in office.shown().text
    assert labels(office.shown()) == ["共有の同意", "案件へ戻る"]
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    await office.press(MANAGER, f"rf:go:{case}:{agency.id}:0123456789abcdef")
    assert office.counter.wire.alerts[-1].startswith("人材会社との共有（①）に同意")
    assert await office.referrals() == []
    assert (MANAGER, "refer_refused", "R8-0001") in await office.desk.audited()
    await office.press(MANAGER, f"rf:list:{case}:0")
    await office.tap("共有の同意")
    await office.tap("①のみ可")
    await office.tap("口頭で")
    await office.refer(case, agency)
    assert await office.counted() == 1


async def test_consent_that_is_withdrawn_between_look_and_tap(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    go = office.button("この内容で取り次ぐ")
    await office.press(OWNER, f"sh:own:{case}:both:none")
    await office.press(MANAGER, go)
    assert office.counter.wire.alerts[-1].startswith("人材会社との共有（①）に同意")
    assert await office.referrals() == []
    assert (await office.counted(), office.cases.state(case)) == (0, S.DEFINED)


async def test_an_agency_that_ends_between_look_and_tap(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    go = office.button("この内容で取り次ぐ")
    partner_office.end(office.counter, agency)
    await office.press(MANAGER, go)
    assert office.counter.wire.alerts[-1] == "登録中の人材会社ではありません。"
    assert await office.referrals() == []


async def test_a_sheet_that_changed_between_look_and_tap(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    go = office.button("この内容で取り次ぐ")
    office.desk.do(lambda tx, at: stored.set_mission(tx, case, "販路を開く", SUB, at.now))
    await office.press(MANAGER, go)
    assert "変わりました" in office.counter.wire.alerts[-1]
    # The day that is printed on it is part of it.
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    go = office.button("この内容で取り次ぐ")
    office.counter.moment += timedelta(days=1)
    await office.press(MANAGER, go)
    assert "変わりました" in office.counter.wire.alerts[-1]
    assert await office.referrals() == []
    await office.refer(case, agency)
    assert await office.counted() == 1


async def test_two_taps_refer_once(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    go = office.button("この内容で取り次ぐ")
    await office.press(MANAGER, go)
    await office.press(SUB, go)
    assert office.counter.wire.alerts[-1] == "この人材会社には取次済みです。"
    assert len(await office.referrals()) == await office.counted() == 1
    assert len(office.documents()) == 1
    assert office.documents(SUB) == []


async def test_each_further_agency_counts_and_leaves_the_case_as_it_is(office: Referrals) -> None:
    case = office.case()
    for number in range(3):
        await office.refer(case, office.agency(f"人材会社{number}"))
    assert office.cases.state(case) is S.REFERRED
    assert await office.counted() == 3
    events = await office.cases.events(case)
    assert [event[:3] for event in events] == [("refer", "defined", "referred")]
    await office.press(MANAGER, f"rf:list:{case}:0")
    assert "すべて取次済み" in office.shown().text


@pytest.mark.parametrize("state", list(S))
async def test_only_states_of_the_table_are_referred_from(
    office: Referrals, state: ConsultationState
) -> None:
    case, agency = office.case(state=state), office.agency()
    may = state in {S.DEFINED, S.CANDIDATE, S.MATCHED, S.REFERRED}
    form_digest = "0123456789abcdef"
    await office.press(MANAGER, f"rf:list:{case}:0")
    assert (agency.name in labels(office.shown())) is may
    if may:
        await office.refer(case, agency)
        assert office.cases.state(case) is S.REFERRED
    else:
        await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
        await office.press(MANAGER, f"rf:go:{case}:{agency.id}:{form_digest}")
        assert "課題・人材像を整理" in office.counter.wire.alerts[-1]
        assert office.cases.state(case) is state
    assert await office.counted() == int(may)


async def test_only_live_agencies_are_offered_a_page_at_a_time(office: Referrals) -> None:
    case = office.case()
    for number in range(10):
        office.agency(f"人材会社{number}")
    partner_office.register(office.counter, "見本銀行", PartnerKind.BANK)
    partner_office.end(office.counter, office.agency("もうない会社"))
    await office.press(MANAGER, f"rf:list:{case}:0")
    names = [f"人材会社{number}" for number in range(10)]
    further = ["業務・ミッションを書く", "案件へ戻る"]
    assert labels(office.shown()) == [*names[:8], "次へ ›", *further]
    await office.tap("次へ ›")
    assert labels(office.shown()) == [*names[8:], "‹ 前へ", *further]
    await office.press(MANAGER, f"rf:list:{case}:999")
    assert labels(office.shown()) == [*names[8:], "‹ 前へ", *further]


async def test_a_bank_is_no_agency(office: Referrals) -> None:
    case = office.case()
    bank = partner_office.register(office.counter, "見本銀行", PartnerKind.BANK)
    await office.press(MANAGER, f"rf:pv:{case}:{bank.id}")
    await office.press(MANAGER, f"rf:go:{case}:{bank.id}:0123456789abcdef")
    assert office.counter.wire.alerts[-1] == "登録中の人材会社ではありません。"
    assert await office.referrals() == []


async def test_without_agencies_it_is_said_where_they_are_added(office: Referrals) -> None:
    case = office.case()
    await office.press(MANAGER, f"rf:list:{case}:0")
    assert "/partners" in office.shown().text


@pytest.mark.parametrize("user", [CLERK, PLANNING, STRANGER, OWNER])
async def test_other_roles_refer_nothing(office: Referrals, user: int) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    go = office.button("この内容で取り次ぐ")
    for data in (f"rf:pv:{case}:{agency.id}", f"rf:pdf:{case}:{agency.id}", go):
        await office.press(user, data)
    assert await office.referrals() == []
    assert office.documents(user) == []
    assert not any("求人要件票" in text for text in office.texts(user))
    audited = await office.desk.audited()
    assert (user, "refer_refused", "R8-0001") in audited


@pytest.mark.parametrize("user", [STRANGER, OWNER])
async def test_who_is_no_staff_sees_no_referral(office: Referrals, user: int) -> None:
    case, agency = office.case(), office.agency()
    await office.refer(case, agency)
    for data in (f"rf:list:{case}:0", "rf:see:1", "rf:doc:1", "rf:news:1:replied"):
        await office.press(user, data)
    await office.press(user, "rf:on:1:replied:20261124")
    assert agency.name not in str(office.texts(user))
    assert office.documents(user) == []
    assert await office.counter.read("select count(*) from referral_news") == [(0,)]


async def test_nothing_of_it_is_drawn_into_a_group(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.refer(case, agency)
    before = dict(office.counter.wire.shown)
    for data in (
        f"rf:list:{case}:0",
        f"rf:pv:{case}:{agency.id}",
        "rf:see:1",
        "rf:doc:1",
        f"sh:open:{case}",
        f"sh:mine:{case}",
    ):
        await office.press(MANAGER, data, chat=-1001)
    assert {key for key in office.counter.wire.shown if key[0] < 0} == {
        key for key in before if key[0] < 0
    }


@pytest.mark.parametrize(
    "data",
    [
        "rf:go:1:1",
        "rf:go:1:99:0123456789abcdef",
        "rf:go:99:1:0123456789abcdef",
        "rf:go:1:1:" + "é" * 3,
        "rf:list:x:0",
        "rf:list:1:-1",
        "rf:see:99",
        "rf:on:1:replied:20261340",
        "rf:on:1:rumour:20261124",
        "rf:news:1:rumour",
        "rf:see:²",
        "rf:",
        "sh:rec:1:both:none:bot",
        "sh:rec:1:both:later:orally",
        "sh:own:1:both:x",
        "sh:sure:1:none:both",
        "sh:mine:99",
        "sh:",
    ],
)
async def test_buttons_that_were_never_there_do_nothing(office: Referrals, data: str) -> None:
    await office.refer(office.case(), office.agency())
    before = (await office.referrals(), await office.counted())
    for user in (MANAGER, OWNER, STRANGER):
        await office.press(user, data)
    assert (await office.referrals(), await office.counted()) == before
    assert await office.counter.read("select count(*) from referral_news") == [(0,)]
    assert await office.counter.read("select count(*) from sharing_decisions") == [(0,)]


async def test_an_excluded_case_takes_its_referrals_back_and_a_restored_gives_them(
    office: Referrals,
) -> None:
    case = office.case()
    for number in range(2):
        await office.refer(case, office.agency(f"人材会社{number}"))

    def change(before: ConsultationState, to: ConsultationState, why: str | None = None) -> None:
        wanted = Wanted(case, before, to, case_changes.Why(why) if why else None)
        refusal = office.desk.do(
            lambda tx, at: case_changes.change(tx, at, MANAGER, "Person", wanted)
        )
        assert refusal is None

    change(S.REFERRED, S.TEST)
    assert await office.counted() == 0
    change(S.TEST, S.REFERRED, "mistake")
    assert await office.counted() == 2


async def test_news_of_an_agency_by_day(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.refer(case, agency)
    office.counter.moment += timedelta(days=3)
    await office.press(MANAGER, "rf:see:1")
    await office.tap("返答あり")
    days = [label for label in labels(office.shown()) if label.startswith("11月")]
    assert days == ["11月27日（金）", "11月26日（木）", "11月25日（水）", "11月24日（火）"]
    await office.tap("11月25日（水）")
    assert "返答あり 11月25日（水）" in office.shown().text
    assert office.cases.state(case) is S.REFERRED
    await office.press(SUB, "rf:on:1:replied:20261125")
    assert office.counter.wire.alerts[-1] == "すでに記録されています。"
    await office.press(MANAGER, "rf:on:1:introduced:20261127")
    assert office.cases.state(case) is S.CANDIDATE
    assert (MANAGER, "agency_news", "R8-0001") in await office.desk.audited()
    await office.cases.open(MANAGER)
    assert "見本人材株式会社：候補者の紹介あり　11月27日（金）" in office.shown().text
    assert await office.counter.read("select count(*) from referral_news") == [(2,)]


@pytest.mark.parametrize("day", ["20261123", "20261125", "20261225", "20270101"])
async def test_news_is_of_no_day_before_the_referral_nor_to_come(
    office: Referrals, day: str
) -> None:
    await office.refer(office.case(), office.agency())
    await office.press(MANAGER, f"rf:on:1:replied:{day}")
    assert await office.counter.read("select count(*) from referral_news") == [(0,)]


@pytest.mark.parametrize("user", [CLERK, PLANNING])
async def test_other_roles_see_referrals_but_record_no_news(office: Referrals, user: int) -> None:
    case = office.case()
    await office.refer(case, office.agency())
    await office.press(user, "rf:see:1")
    assert labels(office.shown(user)) == ["要件票をもう一度受け取る", "戻る"]
    await office.press(user, "rf:on:1:introduced:20261124")
    assert office.cases.state(case) is S.REFERRED
    assert (user, "agency_news_refused", "R8-0001") in await office.desk.audited()


async def test_what_reminders_ask_for(office: Referrals) -> None:
    case = office.case()
    for number in range(3):
        await office.refer(case, office.agency(f"人材会社{number}"))
    other = office.case()
    await office.refer(other, office.agency("人材会社3"))
    office.cases.put(other, S.CLOSED_DONE)
    await office.press(MANAGER, "rf:on:2:declined:20261124")
    office.counter.moment += timedelta(days=5)
    await office.press(ADMIN, "rf:on:3:replied:20261129")

    def awaited(days: int) -> list[tuple[int, str]]:
        since = ON + timedelta(days=days)
        found = office.desk.do(lambda tx, at: referrals.awaited(tx, at, since))
        return [(one.referral.id, one.last_news_at.isoformat()) for one in found]

    assert awaited(-1) == []
    assert awaited(0) == [(1, "2026-11-24")]
    assert awaited(5) == [(1, "2026-11-24"), (3, "2026-11-29")]
    office.cases.put(case, S.CANDIDATE)
    assert awaited(5) == []


async def test_whoever_is_removed_refers_nothing_more(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:pv:{case}:{agency.id}")
    go = office.button("この内容で取り次ぐ")
    office.desk.do(lambda tx, at: staff.remove(tx, MANAGER, at.now))
    await office.press(MANAGER, go)
    assert await office.referrals() == []


async def test_a_withdrawal_lists_the_agencies_to_tell(office: Referrals) -> None:
    case = office.case()
    await office.refer(case, office.agency())
    office.decide(case, Sharing.BOTH, Sharing.BANK)
    await office.press(MANAGER, f"sh:open:{case}")
    assert "今後は使わないよう、お伝えください。\n・見本人材株式会社" in office.shown().text
