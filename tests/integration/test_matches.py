"""Matches through the chat: recording a person found, what becomes of them, and doing it wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.consultations import ConsultationState
from tests.integration.case_office import ADMIN, CLERK, MANAGER, PLANNING, STRANGER, SUB, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import data_of, labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

S = ConsultationState


class Desk:
    """A manager who records matches."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.office = Cases(counter)
        self.case = self.office.desk.case()
        self.office.put(self.case, S.INTERVIEW)

    async def press(self, label: str, user: int = MANAGER) -> Shown:
        await self.counter.press(user, label)
        return self.counter.wire.asking(user)

    async def say(self, text: str, user: int = MANAGER) -> Shown:
        await self.counter.say(user, text)
        return self.counter.wire.asking(user)

    async def data(self, data: str, user: int = MANAGER, chat: int | None = None) -> str:
        """Press a button of a message that may be gone; return what was said to the press."""
        await self.office.press(user, data, chat)
        return self.counter.wire.alerts[-1]

    async def fill_in(self, *answers: str, engagement: str = "常勤雇用") -> Shown:
        """Answer the questions up to the review: a label to press, or a text to type."""
        await self.data(f"ma:begin:{self.case}")
        await self.data(data_of(self.office.shown(MANAGER), engagement))
        shown = self.counter.wire.asking(MANAGER)
        for answer in answers:
            typed = not any(answer in label for label in labels(shown))
            shown = await (self.say(answer) if typed else self.press(answer))
        return shown

    async def record(self, agreed: str = "今日", engagement: str = "常勤雇用") -> Shown:
        trial = ("不明",) if engagement == "お試し" else ("不明", "不明")
        await self.fill_in("経営", agreed, "不明", *trial, engagement=engagement)
        return await self.press("成約を登録する")

    async def step(self, label: str, day: str = "今日") -> Shown:
        await self.press(label)
        await self.say(day)
        return await self.press("登録する")

    async def kpi(self) -> list[tuple[Any, ...]]:
        return await self.counter.read(
            "select delta, effective_date, match_id, reason from kpi_events"
            " where kind = 'matches' order by id"
        )

    async def total(self) -> int:
        return sum(delta for delta, *_ in await self.kpi())

    async def states(self) -> list[str]:
        return [state for (state,) in await self.counter.read("select state from matches")]


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


async def test_a_match_is_recorded_by_a_short_form_and_counts_on_its_day(desk: Desk) -> None:
    card = await desk.office.open(MANAGER, desk.case)
    assert "成約を登録する" in labels(card)
    await desk.data(f"ma:begin:{desk.case}")
    shown = desk.counter.wire.asking(MANAGER)
    assert shown.text.startswith("<b>R8-0001</b>\n<b>")
    assert "（1／6）" in shown.text
    assert "必須" in shown.text
    assert labels(shown) == ["常勤雇用", "副業・兼業", "出向", "業務委託", "お試し", "取りやめる"]
    shown = await desk.fill_in("経営", "Ｒ８．１１．２４", "12/1", "〜600万円", "県外")
    for line in (
        "R8-0001",
        "常勤雇用",
        "成約日：2026年11月24日（火）",
        "開始予定日：2026年12月1日（火）",
        "県外",
        "まだ登録していません",
    ):
        assert line in shown.text
    shown = await desk.press("成約を登録する")
    assert "成約1" in shown.text
    assert "令和8年度に計上" in shown.text
    assert await desk.kpi() == [(1, "2026-11-24", 1, "R4")]
    assert desk.office.state(desk.case) is S.MATCHED
    card = await desk.office.open(MANAGER, desk.case)
    assert "成約1：常勤雇用　成約　2026年11月24日（火）" in card.text
    assert {"成約1", "成約を登録する"} <= set(labels(card))
    acts = [("match", "interview", "matched", MANAGER, None)]
    assert await desk.office.events(desk.case) == acts
    audited = await desk.office.desk.audited()
    assert (MANAGER, "match_record", "R8-0001") in audited


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("R8.11.24", "2026-11-24"),
        ("令和8年11月24日", "2026-11-24"),
        ("2026/11/24", "2026-11-24"),
        ("１１／２４", "2026-11-24"),
        ("今日", "2026-11-24"),
        ("11月24日（火）", "2026-11-24"),
    ],
)
async def test_a_day_is_typed_as_people_write_it(desk: Desk, written: str, stored: str) -> None:
    await desk.record(written)
    assert await desk.counter.read("select agreed_on from matches") == [(stored,)]


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("明日", "まだ来ていない日"),
        ("R9.4.1", "まだ来ていない日"),
        ("😀", "日付の形を確認できません"),
        ("山田太郎", "日付の形を確認できません"),
        ("2/30", "暦にない日"),
    ],
)
async def test_what_is_no_day_that_has_come_is_not_taken(
    desk: Desk, written: str, answer: str
) -> None:
    await desk.fill_in("経営")
    await desk.counter.say(MANAGER, written)
    assert answer in desk.counter.wire.last(MANAGER).text
    for _ in range(2):
        await desk.counter.say(MANAGER, written)
    shown = desk.counter.wire.asking(MANAGER)
    # Staff are not told to telephone the office they sit in: the question comes again.
    assert "お電話" not in shown.text
    assert "例：" in shown.text
    assert await desk.states() == []


async def test_a_day_before_the_case_is_refused_and_the_form_stays(desk: Desk) -> None:
    await desk.fill_in("経営", "2026/11/23", "不明", "不明", "不明")
    await desk.counter.press(MANAGER, "成約を登録する")
    assert "令和8年11月24日" in desk.counter.wire.alerts[-1]
    assert await desk.states() == []
    await desk.press("直す")
    await desk.press("成約日")
    await desk.say("今日")
    shown = await desk.press("成約を登録する")
    assert "成約1" in shown.text


async def test_an_offer_counts_nothing_until_it_is_agreed(desk: Desk) -> None:
    await desk.record("まだ成約していない")
    assert (await desk.states(), await desk.kpi()) == (["offered"], [])
    assert desk.office.state(desk.case) is S.INTERVIEW
    shown = await desk.step("成約", "昨日")
    assert "11月24日" in desk.counter.wire.alerts[-1]
    await desk.press("直す")
    await desk.press("成約日")
    await desk.say("今日")
    shown = await desk.press("登録する")
    assert "令和8年度に計上" in shown.text
    assert await desk.kpi() == [(1, "2026-11-24", 1, "R4")]
    assert desk.office.state(desk.case) is S.MATCHED


async def test_work_begins_and_ends_and_takes_nothing_off(desk: Desk) -> None:
    await desk.record()
    desk.counter.moment = desk.counter.moment.replace(month=12, day=20)
    await desk.press("就業開始")
    shown = await desk.say("12/1")
    assert "登録する内容：就業開始" in shown.text
    assert "成約番号：1" in shown.text
    shown = await desk.press("登録する")
    assert "就業開始日：2026年12月1日（火）" in shown.text
    assert labels(shown) == ["就業終了", "誤登録", "案件へ戻る"]
    await desk.step("就業終了", "11/30")
    assert "就業開始日（令和8年12月1日）より前" in desk.counter.wire.alerts[-1]
    await desk.press("直す")
    await desk.press("就業終了日")
    await desk.say("12/19")
    shown = await desk.press("登録する")
    assert (await desk.states(), await desk.total()) == (["ended"], 1)
    assert labels(shown) == ["誤登録", "案件へ戻る"]


async def test_who_is_cancelled_before_the_start_counts_no_more(desk: Desk) -> None:
    await desk.record()
    desk.counter.moment = desk.counter.moment.replace(month=12)
    shown = await desk.press("開始前の取消")
    assert labels(shown) == [
        "本人の辞退",
        "企業からの取消",
        "条件が合わなかった",
        "その他の理由",
        "このままにする",
    ]
    shown = await desk.press("本人の辞退")
    assert "計上しない" in shown.text
    assert await desk.kpi() == [(1, "2026-11-24", 1, "R4"), (-1, "2026-11-24", 1, "person")]
    past = await desk.press("案件へ戻る")
    assert "開始前の取消　本人の辞退" in past.text
    # Nobody is found any more: the selection goes on.
    assert desk.office.state(desk.case) is S.INTERVIEW
    assert (await desk.office.events(desk.case))[-1][:3] == ("unmatch", "matched", "interview")


async def test_a_case_stays_matched_while_somebody_else_is_found(desk: Desk) -> None:
    await desk.record()
    await desk.record()
    await desk.data("ma:do:1:agreed:cancel:person")
    assert desk.office.state(desk.case) is S.MATCHED
    await desk.data("ma:do:2:agreed:void:twice")
    assert desk.office.state(desk.case) is S.INTERVIEW
    await desk.record()
    assert desk.office.state(desk.case) is S.MATCHED


async def test_another_offer_does_not_match_a_case_whose_selection_goes_on(desk: Desk) -> None:
    await desk.record()
    desk.office.put(desk.case, S.INTERVIEW)
    await desk.record("まだ成約していない")
    assert desk.office.state(desk.case) is S.INTERVIEW
    await desk.record(engagement="お試し")
    assert desk.office.state(desk.case) is S.INTERVIEW
    await desk.data("ma:step:2:offered:agree")
    await desk.say("今日")
    await desk.press("登録する")
    assert (await desk.total(), desk.office.state(desk.case)) == (2, S.MATCHED)


async def test_a_case_that_is_followed_up_goes_on_when_its_only_person_is_lost(desk: Desk) -> None:
    await desk.record()
    desk.office.put(desk.case, S.FOLLOWUP)
    await desk.data("ma:do:1:agreed:cancel:person")
    assert (await desk.total(), desk.office.state(desk.case)) == (0, S.INTERVIEW)
    assert (await desk.office.events(desk.case))[-1][:3] == ("unmatch", "followup", "interview")


async def test_somebody_found_without_an_agency_is_recorded_and_no_referral_counts(
    desk: Desk,
) -> None:
    desk.office.put(desk.case, S.DEFINED)
    await desk.office.open(MANAGER, desk.case)
    for label in ("候補者の紹介", "選考中"):
        shown = await desk.press(label)
    assert "成約を登録する" in labels(shown)
    await desk.record()
    assert (await desk.total(), desk.office.state(desk.case)) == (1, S.MATCHED)
    kinds = await desk.counter.read("select kind from kpi_events order by id")
    assert ("referrals",) not in kinds


async def test_a_mistake_is_taken_off_and_gone_from_the_card(desk: Desk) -> None:
    await desk.record()
    await desk.press("誤登録")
    await desk.press("成約の事実がない")
    assert (await desk.states(), await desk.total()) == (["void"], 0)
    card = await desk.office.open(MANAGER, desk.case)
    assert "成約1" not in labels(card)
    await desk.data(f"cs:past:{desk.case}")
    assert "誤登録　成約の事実がない" in desk.office.shown(MANAGER).text


async def test_a_trial_counts_by_the_contract_that_follows_it(desk: Desk) -> None:
    shown = await desk.record(engagement="お試し")
    assert "計上しない（お試しのため" in shown.text
    assert (await desk.kpi(), desk.office.state(desk.case)) == ([], S.INTERVIEW)
    await desk.step("就業開始")
    await desk.press("お試し後の本契約")
    await desk.press("業務委託")
    await desk.say("今日")
    await desk.press("〜5万円")
    shown = await desk.press("登録する")
    assert "業務委託" in shown.text
    assert "令和8年度に計上" in shown.text
    assert (await desk.states(), await desk.total()) == (["agreed"], 1)
    assert desk.office.state(desk.case) is S.MATCHED
    assert "お試し後の本契約" not in labels(shown)


async def test_several_persons_are_found_for_one_case(desk: Desk) -> None:
    await desk.record()
    desk.office.put(desk.case, S.FOLLOWUP)
    await desk.record(engagement="副業・兼業")
    assert await desk.total() == 2
    card = await desk.office.open(MANAGER, desk.case)
    assert {"成約1", "成約2"} <= set(labels(card))
    assert desk.office.state(desk.case) is S.FOLLOWUP


async def test_of_two_taps_the_second_records_nothing(desk: Desk) -> None:
    await desk.fill_in("経営", "今日", "不明", "不明", "不明")
    submit = next(
        b["callback_data"]
        for b in desk.counter.wire.asking(MANAGER).buttons
        if "成約を登録する" in b["text"]
    )
    await desk.data(submit)
    assert await desk.data(submit) == "すでに登録されています。"
    assert (len(await desk.states()), await desk.total()) == (1, 1)
    do = "ma:do:1:agreed:cancel:company"
    assert await desk.data(do) == "登録しました。"
    assert "状態が変わっていました" in await desk.data(do)
    assert await desk.total() == 0


async def test_of_two_members_who_record_the_same_step_the_second_is_refused(desk: Desk) -> None:
    await desk.record()
    for user in (MANAGER, SUB):
        await desk.data("ma:step:1:agreed:start", user)
        await desk.say("今日", user)
    await desk.press("登録する", MANAGER)
    await desk.press("登録する", SUB)
    assert "今の状態では" in desk.counter.wire.alerts[-1]
    events = await desk.counter.read("select act, actor from match_events order by id")
    assert events == [("record", MANAGER), ("start", MANAGER)]


async def test_old_buttons_change_nothing_and_show_what_is(desk: Desk) -> None:
    await desk.record()
    for data in (
        "ma:step:1:offered:agree",
        "ma:do:1:offered:cancel:person",
        "ma:ask:1:started:void",
        "ma:step:1:agreed:end",
        "ma:do:1:agreed:void:person",
        "ma:do:1:agreed:start:person",
        "ma:card:99",
        "ma:nonsense",
        "ma:do:1:agreed:cancel:nobody",
        "ma:submit-99",
        "ms:submit-99",
        "ma:begin:99",
        "q:match-1:engage:full",
        "q:match:engage:full",
        "fix:match-1:engage",
        "ma:correct",
    ):
        await desk.data(data)
    assert (await desk.states(), await desk.total()) == (["agreed"], 1)


@pytest.mark.parametrize("user", [CLERK, PLANNING, STRANGER])
async def test_who_may_not_record_matches_is_refused_each_time(desk: Desk, user: int) -> None:
    await desk.record()
    for data in (
        f"ma:begin:{desk.case}",
        "ma:step:1:agreed:start",
        "ma:do:1:agreed:cancel:person",
        "ma:submit-1",
    ):
        await desk.data(data, user)
        refused = [one for one in await desk.office.desk.audited() if one[0] == user][-1]
        assert "refused" in refused[1]
    assert (await desk.states(), await desk.total()) == (["agreed"], 1)
    if user is not STRANGER:
        card = await desk.office.open(user, desk.case)
        assert "成約を登録する" not in labels(card)
        await desk.data("ma:card:1", user)
        assert labels(desk.office.shown(user)) == ["案件へ戻る"]


async def test_who_is_removed_meanwhile_loses_the_form(desk: Desk) -> None:
    await desk.fill_in("経営")
    old = desk.counter.wire.asking(MANAGER)
    since = int(desk.counter.moment.timestamp())
    await desk.data(f"st:remove:{MANAGER}:{since}", ADMIN)
    await desk.counter.say(ADMIN, "/staff")
    removed = await desk.counter.read("select removed_at from staff where user_id = 400")
    assert removed != [(None,)]
    assert await desk.counter.read("select count(*) from drafts") == [(0,)]
    skip = next(b["callback_data"] for b in old.buttons if "まだ" in b["text"])
    await desk.data(skip)
    assert (MANAGER, "refused", skip) in await desk.office.desk.audited()
    await desk.counter.say(MANAGER, "今日")
    assert await desk.states() == []


@pytest.mark.parametrize("state", [s for s in S if s not in {S.INTERVIEW, S.MATCHED, S.FOLLOWUP}])
async def test_a_match_is_recorded_only_where_persons_are_found(
    desk: Desk, state: ConsultationState
) -> None:
    desk.office.put(desk.case, state)
    assert "成約を登録する" not in labels(await desk.office.open(MANAGER, desk.case))
    assert "今の状態ではできません" in await desk.data(f"ma:begin:{desk.case}")
    assert await desk.counter.read("select count(*) from drafts") == [(0,)]


async def test_a_case_that_moved_on_while_the_form_was_filled_in_is_refused(desk: Desk) -> None:
    await desk.fill_in("経営", "今日", "不明", "不明", "不明")
    desk.office.put(desk.case, S.CLOSED_DECLINED)
    await desk.counter.press(MANAGER, "成約を登録する")
    assert "今の状態ではできません" in desk.counter.wire.alerts[-1]
    assert (MANAGER, "match_record_refused", "R8-0001") in await desk.office.desk.audited()
    assert await desk.states() == []


async def test_a_button_of_a_form_that_is_over_does_not_greet_staff_as_a_company(
    desk: Desk,
) -> None:
    await desk.record()
    await desk.data("q:match-1:engage:full")
    assert "開いている入力はありません" in desk.counter.wire.last(MANAGER).text
    await desk.data("ma:resume")
    assert "開いている入力はありません" in desk.counter.wire.last(MANAGER).text


@pytest.mark.parametrize(("user", "is_told"), [(CLERK, True), (PLANNING, False)])
async def test_staff_whose_text_belongs_to_nothing_are_told_how_to_write_to_a_company(
    desk: Desk, user: int, is_told: bool
) -> None:
    await desk.counter.say(user, "お世話になっております")
    text = desk.counter.wire.last(user).text
    assert "開いている入力はありません" in text
    assert ("「企業に連絡する」" in text) == is_told


async def test_a_form_is_not_sent_from_a_group(desk: Desk) -> None:
    await desk.fill_in("経営", "今日", "不明", "不明", "不明")
    submit = data_of(desk.counter.wire.asking(MANAGER), "成約を登録する")
    await desk.data(submit, MANAGER, STAFF_CHAT)
    assert await desk.states() == []
    assert (STAFF_CHAT, 50) not in desk.counter.wire.shown


async def test_the_staff_chat_sees_a_number_and_opens_no_match(desk: Desk) -> None:
    await desk.record()
    await desk.data("ma:card:1", MANAGER, STAFF_CHAT)
    assert (STAFF_CHAT, 50) not in desk.counter.wire.shown
    await desk.data(f"case:take:{desk.case}", MANAGER, STAFF_CHAT)
    shown = desk.counter.wire.shown[STAFF_CHAT, 50]
    assert "成約　1件" in shown.text
    assert "成約日" not in shown.text


async def test_the_figures_show_the_match(desk: Desk) -> None:
    await desk.record()
    shown = await desk.office.desk.say(MANAGER, "/stats")
    assert "マッチング　1件" in shown.text


async def test_an_excluded_case_takes_its_matches_off_and_gives_them_back(desk: Desk) -> None:
    await desk.record()
    await desk.office.set(MANAGER, desk.case, S.MATCHED, S.DUPLICATE)
    assert await desk.total() == 0
    assert "今の状態では" in await desk.data("ma:do:1:agreed:void:mistake")
    await desk.office.set(MANAGER, desk.case, S.DUPLICATE, S.MATCHED, "mistake")
    assert await desk.total() == 1
    await desk.data("ma:do:1:agreed:void:mistake")
    assert await desk.total() == 0


async def test_withdrawing_the_form_leads_back_to_the_case(desk: Desk) -> None:
    await desk.fill_in("経営")
    await desk.press("取りやめる")
    shown = await desk.press("削除")
    assert labels(shown) == ["案件へ戻る"]
    assert await desk.counter.read("select count(*) from drafts") == [(0,)]
