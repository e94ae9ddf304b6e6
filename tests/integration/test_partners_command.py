"""/partners: the list, a partner's card with link and QR code, ending and reopening it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domain.partners import PartnerKind
from tests.integration.case_office import (
    ADMIN,
    CLERK,
    MANAGER,
    MESSAGE,
    PLANNING,
    STRANGER,
    SUB,
    Cases,
)
from tests.integration.conftest import STAFF_CHAT
from tests.integration.partner_office import end, register
from tests.integration.staff_desk import data_of, labels
from tests.qr import read_qr

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


@pytest.fixture
def office(counter: Counter) -> Cases:
    return Cases(counter)


async def audited(office: Cases) -> list[tuple[int, str, str]]:
    return [row for row in await office.desk.audited() if row[1] != "appoint"]


async def listed(counter: Counter, user: int = MANAGER) -> list[str]:
    await counter.say(user, "/partners")
    return labels(counter.wire.asking(user))


async def opened(counter: Counter, user: int = MANAGER, name: str = "見本銀行") -> list[str]:
    await listed(counter, user)
    await counter.press(user, name)
    return labels(counter.wire.asking(user))


@pytest.mark.parametrize(
    ("user", "manages"),
    [(ADMIN, True), (MANAGER, True), (SUB, False), (CLERK, False), (PLANNING, False)],
)
async def test_all_staff_read_the_partners_and_managers_change_them(
    office: Cases, user: int, manages: bool
) -> None:
    register(office.counter)
    found = await opened(office.counter, user)
    assert "リンクをコピー" in found
    assert ("終了する" in found) is manages


async def test_others_learn_nothing_of_the_command(office: Cases) -> None:
    register(office.counter)
    shown = await office.desk.say(STRANGER, "/partners")
    assert "わかりません" in shown.text or "コマンド" in shown.text
    assert "銀行" not in shown.text
    assert (STRANGER, "refused", "/partners") in await office.desk.audited()


async def test_the_list_is_paged_and_can_be_of_one_kind(counter: Counter, office: Cases) -> None:
    for number in range(9):
        register(counter, f"見本人材{number}", PartnerKind.AGENCY)
    ended = register(counter, "見本商工会", PartnerKind.CHAMBER)
    end(counter, ended)
    first = await listed(counter)
    assert "見本人材0" in first
    assert "見本商工会" not in first
    assert "10件　1／2ページ" in counter.wire.asking(MANAGER).text
    await counter.press(MANAGER, "次")
    shown = counter.wire.asking(MANAGER)
    assert "見本商工会</b>　商工会・商工会議所（終了）" in shown.text
    assert "見本人材8" in labels(shown)
    await counter.press(MANAGER, "商工会・")
    shown = counter.wire.asking(MANAGER)
    assert "1件" in shown.text
    assert "見本人材" not in shown.text
    await counter.press(MANAGER, "金融機関")
    assert "まだ登録がありません。" in counter.wire.asking(MANAGER).text


async def test_the_card_has_the_link_to_copy_and_its_qr_code(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter, "株式会社A&B銀行")
    await opened(counter, CLERK, "A&B")
    url = f"https://t.me/mihon_bot?start=p_{bank.token}"
    shown = counter.wire.asking(CLERK)
    assert "<b>株式会社A&amp;B銀行</b>" in shown.text
    assert f"<code>{url}</code>" in shown.text
    assert {"text": url} in [button.get("copy_text") for button in shown.buttons]
    await counter.press(CLERK, "QRコード")
    sent = counter.wire.last(CLERK)
    assert "<b>株式会社A&amp;B銀行</b>" in sent.text
    assert "相談受付" in sent.text
    assert sent.file is not None
    name, content = sent.file
    assert name.endswith(".png")
    assert read_qr(content) == [url]


async def test_a_partner_is_ended_after_a_question_and_reopened_by_the_same_link(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter)
    await opened(counter)
    await counter.press(MANAGER, "終了する")
    assert "株式会社見本銀行 を連携機関から外しますか" in counter.wire.asking(MANAGER).text
    await counter.press(MANAGER, "終了する")
    shown = counter.wire.asking(MANAGER)
    assert "に終了" in shown.text
    assert labels(shown) == ["再開する", "連携機関の一覧"]
    counter.moment += timedelta(days=1)
    await counter.press(MANAGER, "再開する")
    assert bank.token in counter.wire.asking(MANAGER).text
    assert await audited(office) == [
        (ADMIN, "partner_add", str(bank.id)),
        (MANAGER, "partner_end", str(bank.id)),
        (MANAGER, "partner_reopen", str(bank.id)),
    ]
    await counter.say(ADMIN, "/audit")
    assert "連携機関を終了" in counter.wire.last(ADMIN).text
    assert f"第{bank.id}号" in counter.wire.last(ADMIN).text


async def test_one_is_not_reopened_under_the_name_of_another(
    counter: Counter, office: Cases
) -> None:
    ended = end(counter, register(counter))
    register(counter, "㈱見本銀行")
    assert ended.ended_at is not None
    await office.press(MANAGER, f"pt:reopen:{ended.id}:{int(ended.ended_at.timestamp())}")
    assert "すでに登録されています" in counter.wire.alerts[-1]
    assert await counter.read("select count(*) from partners where ended_at is null") == [(1,)]


async def test_old_buttons_and_second_taps_change_nothing(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    await opened(counter)
    await counter.press(MANAGER, "終了する")
    yes = data_of(counter.wire.asking(MANAGER), "終了する")
    for _ in range(2):
        await office.press(MANAGER, yes)
    counter.moment += timedelta(days=1)
    again = data_of(counter.wire.asking(MANAGER), "再開する")
    for _ in range(2):
        await office.press(MANAGER, again)
    # The question was about the first time of being a partner.
    await office.press(MANAGER, yes)
    assert await counter.read("select count(*) from partners where ended_at is null") == [(1,)]
    assert [action for _, action, _ in await audited(office)] == [
        "partner_add",
        "partner_end",
        "partner_reopen",
    ]
    assert bank.token in counter.wire.asking(MANAGER).text


@pytest.mark.parametrize(
    "data",
    [
        "pt:open:99",
        "pt:open:x",
        "pt:open:９",
        "pt:open:" + "9" * 40,
        "pt:open",
        "pt:qr:99",
        "pt:list:all:999999999999999",
        "pt:list:nobody:0",
        "pt:list:all:-1",
        "pt:end:1:0",
        "pt:end:1",
        "pt:reopen:1:0",
        "pt:ask:99",
        "pt:drop:1",
        "pt:",
    ],
)
async def test_altered_buttons_show_what_is_and_change_nothing(
    counter: Counter, office: Cases, data: str
) -> None:
    bank = register(counter)
    await office.press(MANAGER, data)
    assert await counter.read("select ended_at from partners") == [(None,)]
    assert len(await audited(office)) == 1
    assert bank.name in counter.wire.last(MANAGER).text


@pytest.mark.parametrize("verb", ["ask:1", "end:1:{since}", "reopen:1:{since}"])
@pytest.mark.parametrize("user", [SUB, CLERK, PLANNING, STRANGER])
async def test_who_may_not_change_partners_is_refused_and_audited(
    counter: Counter, office: Cases, user: int, verb: str
) -> None:
    bank = register(counter)
    data = "pt:" + verb.format(since=int(bank.since.timestamp()))
    await office.press(user, data)
    assert await counter.read("select ended_at from partners") == [(None,)]
    refused = [(actor, action) for actor, action, _ in await audited(office)][1:]
    assert refused == [(user, "refused")]


async def test_a_stranger_sees_no_partner_by_any_button(counter: Counter, office: Cases) -> None:
    register(counter)
    for data in ("pt:list:all:0", "pt:open:1", "pt:qr:1", "pt:open:99", "pt:nothing"):
        await office.press(STRANGER, data)
    shown = [s.text for (chat, _), s in counter.wire.shown.items() if chat == STRANGER]
    assert not any("銀行" in text for text in shown)


async def test_nothing_of_it_is_drawn_into_a_group(counter: Counter, office: Cases) -> None:
    register(counter)
    for data in ("pt:list:all:0", "pt:open:1", "pt:qr:1"):
        await office.desk.press_data(MANAGER, data, STAFF_CHAT, MESSAGE)
    assert not [key for key in counter.wire.shown if key[0] == STAFF_CHAT]


async def test_an_ended_partner_has_no_qr_code(counter: Counter, office: Cases) -> None:
    bank = end(counter, register(counter))
    await office.press(MANAGER, f"pt:qr:{bank.id}")
    assert counter.wire.last(MANAGER).file is None
