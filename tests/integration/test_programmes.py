"""What a programme file alone changes: another prefecture, another year's targets."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from bot.programme_file import SAITAMA, ProgrammeFileError, load_programme
from bot.schedule import tick
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Open: TypeAlias = "Callable[[Path], Awaitable[Counter]]"

OWNER, STAFF = 100, 900
AOMI = Path(__file__).parents[1] / "unit" / "data" / "aomi.toml"
IN_AOMI = tuple({"=南部": "=海岸", "=川口市": "=四日市市"}.get(step, step) for step in STEPS)
OFFICE = {
    "telephone": "048-830-0000",
    "hours": "平日 9:00〜17:00",
    "opens": "09:00",
    "closes": "17:00",
    "address": "見本市見本町1-1",
}


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A copy of the shipped programme with the office's settings filled in."""
    shutil.copy(SAITAMA.parent / "saitama_municipalities.csv", tmp_path)
    copied = tmp_path / "plan.toml"
    copied.write_text(SAITAMA.read_text("utf-8"), "utf-8")
    for key, value in OFFICE.items():
        edit(copied, f'\n{key} = ""\n', f'\n{key} = "{value}"\n')
    return copied


def edit(file: Path, old: str, new: str, times: int = 1) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == times
    file.write_text(text.replace(old, new), "utf-8")


def said(counter: Counter, chat: int) -> list[str]:
    """What a chat shows, oldest first, without the spaces that align figures."""
    shown = [shown.text for (where, _), shown in counter.wire.shown.items() if where == chat]
    return [text.replace("\u2007", "") for text in shown]


async def test_another_prefecture_is_served_by_its_file_and_csv(counter_of: Open) -> None:
    counter = await counter_of(AOMI)
    await counter.say(OWNER, "/start")
    assert "青海県プロ人材拠点" in counter.wire.last(OWNER).text
    await agree(counter, OWNER)
    at = IN_AOMI.index("０４８-830-0000")
    await walk(counter, OWNER, IN_AOMI[:at])
    assert "例：03-3581-0000" in counter.wire.last(OWNER).text
    await counter.say(OWNER, "119")
    assert "例：03-3581-0000" in counter.wire.last(OWNER).text
    await walk(counter, OWNER, IN_AOMI[at:])
    assert "四日市市" in counter.wire.asking(OWNER).text
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text
    assert "03-3581-0101" in counter.wire.told(OWNER).text
    await counter.delivery.send_due()
    card = counter.wire.asking(STAFF_CHAT).text
    assert "海岸" in card
    assert "KPI対象" in card
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    await counter.say(STAFF, "/kpi")
    consulted = said(counter, STAFF)[-2]
    assert "基準値 10" in consulted
    assert "実績 +1／目標 +9　11.1%" in consulted
    # Friday 17:30, the file's own time, of the week of the intake.
    await tick(counter.application.house)
    counter.moment = datetime(2026, 11, 27, 8, 29, tzinfo=UTC)
    await tick(counter.application.house)
    assert await counter.read("select count(*) from outbox where kind = 'summary'") == [(0,)]
    counter.moment = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
    await tick(counter.application.house)
    await counter.delivery.send_due()
    assert "【週次】" in counter.wire.last(STAFF_CHAT).text
    everything = "\n".join(shown.text for shown in counter.wire.shown.values())
    assert [name for name in ("埼玉", "さいたま", "川口") if name in everything] == []


async def test_a_firm_outside_another_prefecture_is_told_its_hub_and_counted_apart(
    counter_of: Open,
) -> None:
    counter = await counter_of(AOMI)
    await agree(counter, OWNER)
    away = [*IN_AOMI]
    away[4:6] = ["=県外のみ", "=東京都"]
    await walk(counter, OWNER, tuple(away[:6]))
    assert "東京都には、同じ制度の拠点がありません" in counter.wire.asking(OWNER).text
    await walk(counter, OWNER, ("=この窓口で続ける", *away[6:]))
    await counter.press(OWNER, "送信する")
    assert await counter.read("select eligibility from kpi_events") == [("not_eligible",)]
    await counter.say(STAFF, "/kpi")
    assert "実績 ±0／目標 +9" in said(counter, STAFF)[-2]


async def test_the_plan_today_has_no_target_and_says_so(counter_of: Open, plan: Path) -> None:
    counter = await counter_of(plan)
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.say(STAFF, "/kpi")
    consulted, matched = said(counter, STAFF)[-2:]
    assert consulted.split("\n\n")[0] == (
        "<b>県内中堅・中小企業の相談件数</b>\n"
        "基準値 453（事業開始前）\n"
        "計画　令和元年度（平成31年度）末までに +600（現在値 1,053）"
    )
    assert "<b>令和8年度</b>　今年度\n実績 +1　目標未設定\n累計 +1\n現在値 454" in consulted
    assert "期間比例" not in consulted
    assert "令和8年度</b>　今年度\n実績 ±0　目標未設定" in matched


async def test_a_year_s_targets_are_added_in_the_file_alone(counter_of: Open, plan: Path) -> None:
    old = "increments_by_year = { 2017 = 200, 2018 = 200, 2019 = 200 }\nincrements_total = 600"
    edit(plan, old, old.replace(" }", ", 2026 = 250 }").replace("600", "850"))
    with pytest.raises(ProgrammeFileError) as refused:
        load_programme(plan)
    assert str(refused.value) == (
        f"{plan}: kpis.consultations.increments_by_year[2026]: "
        "lies outside the project's fiscal years 2017 to 2019"
    )
    edit(plan, "ends_on = 2020-03-31", "ends_on = 2027-03-31")
    counter = await counter_of(plan)
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.say(STAFF, "/kpi")
    consulted, matched = said(counter, STAFF)[-2:]
    assert "末までに +850（現在値 1,303）" in consulted
    assert "<b>令和8年度</b>　今年度\n実績 +1／目標 +250　0.4%" in consulted
    assert "期間比例 +163（238／365日）\n期間比例との差 <b>−162</b>" in consulted
    assert "目標未設定" in matched.split("\n\n")[-2]
