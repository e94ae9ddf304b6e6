"""The real `madoguchi run`: a case from its intake to an agency, by buttons and words only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2
import pytest

from bot.sandbox import cast
from tests.e2e.booking_people import Visitor, monday_in_june
from tests.unit.test_typesetting import words

if TYPE_CHECKING:
    from bot.sandbox.booking_walk import Find
    from bot.sandbox.client import SandboxClient

AGENCY = "株式会社見本人材"
MISSION = "県外の新しい取引先を開拓する。\n週2日から。"


def labelled(label: str) -> Find:
    """Return what finds the first button that begins with a label."""
    return lambda shown: next(
        (each for row in shown.buttons for each in row if each.text.startswith(label)), None
    )


@pytest.mark.usefixtures("bot")
async def test_a_case_is_brought_to_an_agency_and_its_owner_withdraws(
    people: SandboxClient,
) -> None:
    await people.move_to(monday_in_june(await people.now()))
    owner, manager = Visitor(people, cast.OWNER_METAL), Visitor(people, cast.MANAGER)
    reference = await owner.submit()
    await manager.say("/partners")
    for label in ("連携機関を登録", "人材"):
        await manager.press(labelled(label))
    await manager.say(AGENCY)
    await manager.press(labelled("登録する"))
    await manager.sees(AGENCY)

    await manager.say(f"/case {reference}")
    for label in ("担当する", "面談した"):
        await manager.press(labelled(label))
    await manager.sees("面談した日")
    await manager.press(labelled("6月"))
    await manager.press(labelled("「課題・人材像を整理」にする"))
    await manager.press(labelled("人材会社に取り次ぐ"))
    await manager.sees("同意をいただいていません")
    for label in ("共有の同意", "①のみ可", "書面で", "案件へ戻る", "人材会社に取り次ぐ"):
        await manager.press(labelled(label))
    await manager.press(labelled("業務・ミッションを書く"))
    await manager.sees("どのような業務")
    await manager.say(MISSION)
    for label in ("要件票に載せる", AGENCY):
        await manager.press(labelled(label))
    preview = await manager.sees("に伝わる内容です")
    assert f"受付番号：{reference}" in preview.text
    assert "県外の新しい取引先を開拓する。" in preview.text
    await manager.press(labelled("この内容で取り次ぐ"))

    sent = await manager.sees(lambda shown: shown.file is not None)
    assert sent.file is not None
    assert sent.file.name == f"needs-{reference}.pdf"
    document = pypdfium2.PdfDocument(await people.file(sent))
    page = words(document[0].get_textpage().get_text_bounded())
    document.close()
    text = await manager.sees(lambda shown: shown.text.startswith("求人要件票（匿名）"))
    assert page == words(text.text)
    for withheld in ("株式会社見本", "見本一郎", f"048830{cast.OWNER_METAL.id % 10_000:04d}"):
        assert withheld not in page.replace("-", "")

    await owner.say("/privacy")
    for label in ("共有の同意を変更", "共有しない", "変更する"):
        await owner.press(labelled(label))
    await owner.sees("共有の同意：共有しない")
    told = await manager.sees("共有の同意が変わりました")
    assert f"お伝えください。\n・{AGENCY}" in told.text
