"""Consent to sharing: what staff record, what owners change themselves, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domain.consultations import ConsultationState
from domain.sharing import Sharing
from tests.integration.case_office import CLERK, MANAGER, PLANNING, STRANGER
from tests.integration.conftest import STAFF_CHAT
from tests.integration.referral_office import Referrals
from tests.integration.staff_desk import OWNER, labels
from tests.unit.sheets import TYPED

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

S = ConsultationState


@pytest.fixture
def office(counter: Counter) -> Referrals:
    return Referrals(counter)


async def stored(office: Referrals) -> list[tuple[str, str, int]]:
    rows = await office.counter.read("select value, said, actor from sharing_decisions order by id")
    return [(value, said, actor) for value, said, actor in rows]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ("both", "①②とも可"),
        ("agency", "①のみ可"),
        ("bank", "②のみ可"),
        ("later", "未定（面談後に決める）"),
        (None, "未定（面談後に決める）"),
    ],
)
async def test_the_intake_says_it_first(office: Referrals, share: str | None, words: str) -> None:
    case = office.case(share)
    await office.press(CLERK, f"sh:open:{case}")
    assert f"共有の同意：{words}\n問診票の回答です。" in office.shown(CLERK).text


async def test_staff_record_what_they_are_told_and_how(office: Referrals) -> None:
    office.case("later")
    await office.cases.open(CLERK)
    await office.tap("共有の同意", CLERK)
    assert labels(office.shown(CLERK))[:4] == ["①②とも可", "①のみ可", "②のみ可", "共有しない"]
    await office.tap("①のみ可", CLERK)
    assert labels(office.shown(CLERK)) == ["口頭で", "書面で", "このままにする"]
    await office.tap("書面で", CLERK)
    assert await stored(office) == [("agency", "written", CLERK)]
    assert "共有の同意：①のみ可\n11月24日（火） 10:00　書面で" in office.shown(CLERK).text
    assert (CLERK, "sharing_record", "R8-0001") in await office.desk.audited()
    await office.tap("案件へ戻る", CLERK)
    assert "共有の同意：①のみ可\n　Person 401　書面で" in office.shown(CLERK).text


@pytest.mark.parametrize("user", [PLANNING, STRANGER, OWNER])
async def test_others_record_nothing(office: Referrals, user: int) -> None:
    case = office.case("later")
    await office.press(user, f"sh:how:{case}:later:both")
    await office.press(user, f"sh:rec:{case}:later:both:orally")
    assert await stored(office) == []
    assert (user, "sharing_record_refused", "R8-0001") in await office.desk.audited()
    if user != PLANNING:
        assert not any("共有の同意：" in text for text in office.texts(user))


async def test_the_second_of_two_who_record_sees_what_the_first_did(office: Referrals) -> None:
    case = office.case("later")
    await office.press(CLERK, f"sh:rec:{case}:later:both:orally")
    await office.press(MANAGER, f"sh:rec:{case}:later:bank:orally")
    assert "その間に変更されました" in office.counter.wire.alerts[-1]
    assert "①②とも可" in office.shown().text
    await office.press(CLERK, f"sh:rec:{case}:later:both:orally")
    assert await stored(office) == [("both", "orally", CLERK)]


async def test_an_owner_changes_it_after_saying_yes_to_the_change(office: Referrals) -> None:
    case = office.case("both")
    await office.counter.say(OWNER, "/privacy")
    await office.counter.press(OWNER, "共有の同意を変更")
    shown = office.counter.wire.asking(OWNER)
    assert "①登録された人材紹介会社" in shown.text
    assert any("個人情報の取扱い" in text for text in office.texts(OWNER))
    assert labels(shown) == ["①のみ可", "②のみ可", "共有しない"]
    await office.counter.press(OWNER, "共有しない")
    assert "いま：①②とも可\n変更後：共有しない" in office.counter.wire.asking(OWNER).text
    assert "今後、人材会社には取り次ぎません" in office.counter.wire.asking(OWNER).text
    assert await stored(office) == []
    await office.counter.press(OWNER, "変更する")
    assert await stored(office) == [("none", "bot", OWNER)]
    assert "共有の同意：共有しない" in office.counter.wire.asking(OWNER).text
    await office.cases.open(MANAGER)
    assert "共有の同意：共有しない\n　ご本人　ボットで" in office.shown().text
    await office.press(MANAGER, f"rf:list:{case}:0")
    assert "同意をいただいていません" in office.shown().text


async def test_an_owner_leaves_it_as_it_is(office: Referrals) -> None:
    office.case("agency")
    await office.counter.say(OWNER, "/privacy")
    await office.counter.press(OWNER, "共有の同意を変更")
    await office.counter.press(OWNER, "②のみ可")
    await office.counter.press(OWNER, "このままにする")
    assert "共有の同意：①のみ可" in office.counter.wire.asking(OWNER).text
    assert await stored(office) == []


async def test_it_can_be_withdrawn_from_a_closed_case(office: Referrals) -> None:
    office.case("both", S.CLOSED_DONE)
    await office.counter.say(OWNER, "/privacy")
    await office.counter.press(OWNER, "共有の同意を変更")
    await office.counter.press(OWNER, "共有しない")
    await office.counter.press(OWNER, "変更する")
    assert await stored(office) == [("none", "bot", OWNER)]


async def test_with_several_cases_each_button_names_its_case(office: Referrals) -> None:
    office.case("both")
    office.case("agency")
    await office.counter.say(OWNER, "/privacy")
    await office.counter.press(OWNER, "共有の同意を変更 R8-0002")
    assert "R8-0002　共有の同意</b>\n共有の同意：①のみ可" in office.counter.wire.asking(OWNER).text


async def test_an_assignee_whom_the_bot_cannot_reach_is_named_in_the_staff_chat(
    office: Referrals,
) -> None:
    case = office.case("both")
    await office.cases.press(CLERK, f"cs:take:{case}")
    office.counter.wire.refusing[CLERK] = (
        403,
        {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
    )
    await office.press(OWNER, f"sh:own:{case}:both:none")
    await office.desk.deliver()
    texts = [one.text for one in office.all_shown(STAFF_CHAT)]
    told = next(text for text in texts if "共有の同意が変わりました" in text)
    assert "担当：Person 401" in told


async def test_who_has_no_case_gets_no_button(office: Referrals) -> None:
    await office.counter.say(STRANGER, "/privacy")
    assert office.counter.wire.last(STRANGER).buttons == []


async def test_nobody_changes_the_case_of_another(office: Referrals) -> None:
    case = office.case("both")
    for user in (STRANGER, MANAGER):
        for verb in ("below", "mine", "sure", "own"):
            arguments = "" if verb in {"below", "mine"} else ":both:none"
            await office.press(user, f"sh:{verb}:{case}{arguments}")
    assert await stored(office) == []
    assert not any("ご相談の内容を共有" in text for text in office.texts(STRANGER))


async def test_two_taps_of_an_owner_are_one_decision(office: Referrals) -> None:
    case = office.case("both")
    for _ in range(2):
        await office.press(OWNER, f"sh:own:{case}:both:none")
    assert "その間に変更されました" in office.counter.wire.alerts[-1]
    # An old button must not give a consent back that was withdrawn since.
    office.decide(case, Sharing.NONE, Sharing.BANK)
    await office.press(OWNER, f"sh:own:{case}:none:both")
    assert [value for value, *_ in await stored(office)] == ["none", "bank"]


async def test_the_assignee_is_told_with_the_agencies_to_tell(office: Referrals) -> None:
    case = office.case("both")
    await office.refer(case, office.agency("見本<人材>株式会社"))
    await office.cases.press(CLERK, f"cs:take:{case}")
    await office.press(OWNER, f"sh:own:{case}:both:none")
    await office.desk.deliver()
    told = office.counter.wire.last(CLERK)
    assert told.text.startswith("<b>R8-0001　共有の同意が変わりました</b>\n共有の同意：共有しない")
    assert "お伝えください。\n・見本&lt;人材&gt;株式会社" in told.text
    for typed in TYPED.values():
        assert str(typed) not in told.text


async def test_of_a_case_that_nobody_has_the_staff_chat_is_told(office: Referrals) -> None:
    case = office.case("both")
    await office.press(OWNER, f"sh:own:{case}:both:bank")
    await office.desk.deliver()
    told = office.counter.wire.last(STAFF_CHAT).text
    assert told.startswith("<b>R8-0001　共有の同意が変わりました</b>\n共有の同意：②のみ可")
    assert "お伝えください" not in told


async def test_what_changed_back_before_it_was_told_is_told_as_it_is(office: Referrals) -> None:
    office.counter.moment = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
    case = office.case("both")
    await office.press(OWNER, f"sh:own:{case}:both:none")
    office.counter.moment = datetime(2026, 11, 21, 13, 1, tzinfo=UTC)
    await office.press(OWNER, f"sh:own:{case}:none:agency")
    # It is a Saturday evening, and Monday is a holiday: nobody is told before Tuesday morning.
    await office.desk.deliver()
    due = await office.counter.read("select due_at from outbox where kind = 'sharing_changed'")
    assert {str(moment)[:16] for (moment,) in due} == {"2026-11-24 00:00"}
    office.counter.moment = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    await office.desk.deliver()
    texts = [one.text for one in office.all_shown(STAFF_CHAT)]
    told = [text for text in texts if "共有の同意が変わりました" in text]
    assert len(told) == 1
    assert "共有の同意：①のみ可" in told[0]


async def test_whoever_records_it_for_their_own_case_is_not_told(office: Referrals) -> None:
    case = office.case("both")
    await office.cases.press(CLERK, f"cs:take:{case}")
    office.decide(case, Sharing.BOTH, Sharing.NONE, by=CLERK)
    assert await office.counter.read(
        "select count(*) from outbox where kind = 'sharing_changed'"
    ) == [(0,)]
