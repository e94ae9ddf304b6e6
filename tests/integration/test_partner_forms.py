"""Registering partners and renaming them by the form, and doing it wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from domain.partners import TOKEN_FORM, PartnerKind
from tests.integration.case_office import ADMIN, CLERK, MANAGER, MESSAGE, PLANNING, STRANGER, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.partner_office import end, register
from tests.integration.staff_desk import data_of

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


@pytest.fixture
def office(counter: Counter) -> Cases:
    return Cases(counter)


async def begin(counter: Counter, user: int = MANAGER) -> None:
    await counter.say(user, "/partners")
    await counter.press(user, "連携機関を登録")


async def fill_in(counter: Counter, name: str, kind: str = "金融機関", user: int = MANAGER) -> None:
    await begin(counter, user)
    await counter.press(user, kind)
    await counter.say(user, name)


async def names(counter: Counter) -> list[str]:
    return [name for (name,) in await counter.read("select name from partners order by id")]


async def audited(office: Cases) -> list[tuple[int, str, str]]:
    return [row for row in await office.desk.audited() if row[1] != "appoint"]


async def test_a_partner_is_registered_by_kind_and_name(counter: Counter, office: Cases) -> None:
    await fill_in(counter, "㈱見本銀行 浦和支店")
    # What is written out is asked back.
    assert "株式会社見本銀行 浦和支店" in counter.wire.asking(MANAGER).text
    await counter.press(MANAGER, "はい")
    review = counter.wire.asking(MANAGER)
    assert "まだ登録されていません" in review.text
    assert "新規" in review.text
    assert "金融機関" in review.text
    assert await names(counter) == []
    await counter.press(MANAGER, "登録する")
    card = counter.wire.asking(MANAGER)
    assert "<b>株式会社見本銀行 浦和支店</b>" in card.text
    token = re.search(r"start=p_([^<]+)", card.text)
    assert token is not None
    assert TOKEN_FORM.fullmatch(token[1])
    assert await counter.read("select kind, name, name_key from partners") == [
        ("bank", "株式会社見本銀行 浦和支店", "見本銀行浦和支店")
    ]
    assert await audited(office) == [(MANAGER, "partner_add", "1")]
    assert await counter.read("select count(*) from drafts") == [(0,)]


async def test_two_partners_have_different_links(counter: Counter, office: Cases) -> None:
    for name in ("見本信用金庫", "見本商工会"):
        await fill_in(counter, name)
        await counter.press(MANAGER, "登録する")
    tokens = {token for (token,) in await counter.read("select token from partners")}
    assert len(tokens) == 2


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("見本銀行🏦", "絵文字や記号"),
        ("🏦", "文字"),
        ("https://bank.example.jp", "アドレス"),
        ("株式会社", "会社の種類だけ"),
        ("あ" * 61, "60"),
        ("123456789018", "マイナンバー"),
    ],
)
async def test_what_is_no_name_is_refused_and_asked_again(
    counter: Counter, office: Cases, typed: str, why: str
) -> None:
    await fill_in(counter, typed)
    said = [s.text for (chat, _), s in counter.wire.shown.items() if chat == MANAGER]
    assert any(why in text for text in said), said
    await counter.say(MANAGER, "ＡＢＣ人材")
    await counter.press(MANAGER, "登録する")
    assert await names(counter) == ["ＡＢＣ人材"]


async def test_a_name_that_is_taken_is_corrected(counter: Counter, office: Cases) -> None:
    register(counter)
    await fill_in(counter, "見本銀行")
    await counter.press(MANAGER, "登録する")
    assert "株式会社見本銀行 はすでに登録されています" in counter.wire.alerts[-1]
    assert await names(counter) == ["株式会社見本銀行"]
    await counter.press(MANAGER, "直す")
    await counter.press(MANAGER, "名称")
    await counter.say(MANAGER, "見本銀行 大宮支店")
    await counter.press(MANAGER, "登録する")
    assert await names(counter) == ["株式会社見本銀行", "見本銀行 大宮支店"]


async def test_a_partner_gets_another_name_and_keeps_its_link(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter)
    await counter.say(MANAGER, "/partners")
    await counter.press(MANAGER, "見本銀行")
    await counter.press(MANAGER, "名称を変更")
    await counter.say(MANAGER, "株式会社新見本銀行")
    review = counter.wire.asking(MANAGER)
    assert "これまでの名称：株式会社見本銀行" in review.text
    assert "種別" not in review.text
    await counter.press(MANAGER, "登録する")
    assert bank.token in counter.wire.asking(MANAGER).text
    assert await counter.read("select name, token from partners") == [
        ("株式会社新見本銀行", bank.token)
    ]
    assert (await audited(office))[1:] == [(MANAGER, "partner_rename", str(bank.id))]


async def test_the_same_name_again_changes_nothing(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    await office.press(MANAGER, f"pt:name:{bank.id}")
    await counter.say(MANAGER, bank.name)
    await counter.press(MANAGER, "登録する")
    assert len(await audited(office)) == 1
    # Another spelling of it is no other partner's.
    await office.press(MANAGER, f"pt:name:{bank.id}")
    await counter.say(MANAGER, "見本銀行")
    await counter.press(MANAGER, "登録する")
    assert await names(counter) == ["見本銀行"]


async def test_a_name_of_another_partner_is_not_taken(counter: Counter, office: Cases) -> None:
    register(counter)
    agency = register(counter, "見本人材", PartnerKind.AGENCY)
    await office.press(MANAGER, f"pt:name:{agency.id}")
    await counter.say(MANAGER, "見本銀行")
    await counter.press(MANAGER, "登録する")
    assert "すでに登録されています" in counter.wire.alerts[-1]
    assert await names(counter) == ["株式会社見本銀行", "見本人材"]


async def test_a_partner_that_ended_meanwhile_keeps_its_name(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter)
    await office.press(MANAGER, f"pt:name:{bank.id}")
    await counter.say(MANAGER, "新見本銀行")
    end(counter, bank)
    await counter.press(MANAGER, "登録する")
    assert "先に再開してください" in counter.wire.alerts[-1]
    assert await names(counter) == [bank.name]
    await office.press(MANAGER, f"pt:name:{bank.id}")
    assert "先に再開してください" in counter.wire.alerts[-1]


async def test_registering_leaves_a_renaming_that_was_begun(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter)
    other = register(counter, "見本人材", PartnerKind.AGENCY)
    await office.press(MANAGER, f"pt:name:{bank.id}")
    await counter.say(MANAGER, "新見本銀行")
    old = data_of(counter.wire.asking(MANAGER), "登録する")
    await office.press(MANAGER, f"pt:name:{other.id}")
    await office.press(MANAGER, old)
    await begin(counter)
    await counter.press(MANAGER, "商工会・")
    await counter.say(MANAGER, "見本商工会")
    await office.press(MANAGER, old)
    await counter.say(MANAGER, "/start")
    assert await names(counter) == [bank.name, other.name]


async def test_two_taps_register_one(counter: Counter, office: Cases) -> None:
    await fill_in(counter, "見本信用金庫")
    send = data_of(counter.wire.asking(MANAGER), "登録する")
    for _ in range(2):
        await office.press(MANAGER, send)
    assert await names(counter) == ["見本信用金庫"]
    assert len(await audited(office)) == 1


async def test_a_form_that_is_withdrawn_registers_nothing(counter: Counter, office: Cases) -> None:
    await fill_in(counter, "見本信用金庫")
    send = data_of(counter.wire.asking(MANAGER), "登録する")
    await counter.press(MANAGER, "取りやめる")
    await counter.press(MANAGER, "削除する")
    await office.press(MANAGER, send)
    assert await names(counter) == []
    assert await counter.read("select count(*) from drafts") == [(0,)]


@pytest.mark.parametrize("user", [CLERK, PLANNING, STRANGER])
@pytest.mark.parametrize("data", ["pt:new", "pt:name:1", "pt:submit-1"])
async def test_who_may_not_is_refused_and_audited(
    counter: Counter, office: Cases, user: int, data: str
) -> None:
    register(counter)
    await office.press(user, data)
    assert (await audited(office))[1:] == [(user, "refused", data)] or user == STRANGER
    assert (await audited(office))[1][:2] == (user, "refused")
    assert await counter.read("select count(*) from drafts") == [(0,)]


async def test_a_manager_who_was_removed_cannot_send_the_form(
    counter: Counter, office: Cases
) -> None:
    await fill_in(counter, "見本信用金庫")
    send = data_of(counter.wire.asking(MANAGER), "登録する")
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "外す")
    await counter.press(ADMIN, f"Person {MANAGER}")
    await counter.press(ADMIN, "はい")
    await office.press(MANAGER, send)
    assert await names(counter) == []


async def test_the_form_is_not_asked_in_a_group(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    for data in ("pt:new", f"pt:name:{bank.id}", "pt:submit-1"):
        await office.desk.press_data(MANAGER, data, STAFF_CHAT, MESSAGE)
    assert not [chat for chat, _ in counter.wire.shown if chat == STAFF_CHAT]
    assert await counter.read("select count(*) from drafts") == [(0,)]
