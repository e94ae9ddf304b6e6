"""Work and mission on a needs sheet, written by staff and checked against whose case it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.case_office import CLERK, MANAGER, PLANNING, STRANGER, SUB
from tests.integration.referral_office import Referrals
from tests.integration.staff_desk import OWNER, labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


@pytest.fixture
def office(counter: Counter) -> Referrals:
    return Referrals(counter)


async def stored(office: Referrals) -> list[tuple[str, int]]:
    rows = await office.counter.read("select text, written_by from missions order by text")
    return [(text, by) for text, by in rows]


async def write(office: Referrals, case: int, text: str, user: int = MANAGER) -> None:
    await office.press(user, f"mi:write:{case}")
    await office.counter.say(user, text)
    await office.counter.press(user, "要件票に載せる")


async def test_a_mission_stands_on_the_sheets_from_then_on(office: Referrals) -> None:
    case, agency = office.case(), office.agency()
    await office.press(MANAGER, f"rf:list:{case}:0")
    await office.tap("業務・ミッションを書く")
    assert "年齢・性別の条件は書かないでください" in office.counter.wire.asking(MANAGER).text
    await office.counter.say(MANAGER, "<県外>の販路を開く。\n\n週1日から。")
    assert "人材会社に伝わります" in office.counter.wire.asking(MANAGER).text
    assert await stored(office) == []
    await office.counter.press(MANAGER, "要件票に載せる")
    assert await stored(office) == [("<県外>の販路を開く。\n週1日から。", MANAGER)]
    shown = office.counter.wire.asking(MANAGER)
    assert "<blockquote>&lt;県外&gt;の販路を開く。\n週1日から。</blockquote>" in shown.text
    assert agency.name in labels(shown)
    await office.counter.press(MANAGER, agency.name)
    preview = office.counter.wire.asking(MANAGER).text
    assert "業務・ミッション：&lt;県外&gt;の販路を開く。\n週1日から。" in preview
    assert (MANAGER, "mission_write", "R8-0001") in await office.desk.audited()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("見本製作所の営業", "会社または所属機関の名前"),
        ("山田専務の補佐", "ご担当者のお名前"),
        ("川口の工場で働く", "所在地（川口）"),
    ],
)
async def test_a_mission_that_names_the_company_is_refused_and_can_be_mended(
    office: Referrals, text: str, why: str
) -> None:
    case = office.case()
    await write(office, case, text)
    assert why in office.counter.wire.alerts[-1]
    assert await stored(office) == []
    assert (MANAGER, "mission_write_refused", "R8-0001") in await office.desk.audited()
    await office.counter.press(MANAGER, "直す")
    await office.counter.press(MANAGER, "業務・ミッション")
    await office.counter.say(MANAGER, "営業の責任者")
    await office.counter.press(MANAGER, "要件票に載せる")
    assert await stored(office) == [("営業の責任者", MANAGER)]


@pytest.mark.parametrize("text", ["電話は 048-830-1111", "佐藤さんの後任", "販路🎉", "あ" * 301])
async def test_what_no_sheet_may_say_is_refused_as_it_is_typed(
    office: Referrals, text: str
) -> None:
    case = office.case()
    await office.press(MANAGER, f"mi:write:{case}")
    await office.counter.say(MANAGER, text)
    assert "要件票に載せる" not in str(office.counter.wire.last(MANAGER).buttons)
    await office.counter.say(MANAGER, "営業の責任者")
    await office.counter.press(MANAGER, "要件票に載せる")
    assert await stored(office) == [("営業の責任者", MANAGER)]


async def test_the_later_of_two_missions_stands(office: Referrals) -> None:
    case = office.case()
    await write(office, case, "営業の責任者")
    await write(office, case, "工場の責任者", SUB)
    assert await stored(office) == [("工場の責任者", SUB)]


async def test_an_old_last_button_writes_nothing(office: Referrals) -> None:
    first, second = office.case(), office.case()
    await office.press(MANAGER, f"mi:write:{first}")
    await office.counter.say(MANAGER, "一つめの案件の内容")
    shown = office.counter.wire.asking(MANAGER)
    data = next(b["callback_data"] for b in shown.buttons if b["text"] == "要件票に載せる")
    await office.press(MANAGER, f"mi:write:{second}")
    await office.press(MANAGER, data)
    assert await stored(office) == []
    await office.counter.say(MANAGER, "二つめの案件の内容")
    await office.press(MANAGER, data)
    assert await stored(office) == []
    await office.counter.press(MANAGER, "要件票に載せる")
    await office.press(MANAGER, data)
    rows = await office.counter.read("select consultation_id, text from missions")
    assert rows == [(second, "二つめの案件の内容")]


@pytest.mark.parametrize("user", [CLERK, PLANNING, STRANGER, OWNER])
async def test_other_roles_write_no_mission(office: Referrals, user: int) -> None:
    case = office.case()
    await office.press(user, f"mi:write:{case}")
    await office.press(user, "mi:submit-1")
    assert await office.counter.read("select count(*) from drafts") == [(0,)]
    assert await stored(office) == []


async def test_a_mission_written_after_a_referral_changes_nothing_of_what_was_sent(
    office: Referrals,
) -> None:
    case, agency = office.case(), office.agency()
    await office.refer(case, agency)
    await write(office, case, "営業の責任者")
    await office.press(MANAGER, "rf:see:1")
    assert "営業の責任者" not in office.shown().text
