"""When what is undone is said again, to whom, and how a snooze bears on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chasers import (
    Matter,
    NotYours,
    Said,
    Snooze,
    Stage,
    answer_refusal,
    managers,
    snoozed_until,
    stage_on,
    timetable,
    waited,
    waiting_since_before,
)
from domain.fiscal_year import JST, jst_date
from domain.programme_chasers import ChaserSettings
from domain.staff import NotPermitted, Role, RoleNotPermitted, StaffMember
from domain.working_days import WorkingDays

CALENDAR = WorkingDays(weekdays=frozenset(range(5)))
RULES = ChaserSettings(
    unassigned_after_working_days=1,
    no_contact_after_working_days=3,
    escalate_after_working_days=2,
    repeat_after_working_days=5,
    no_news_after_days=14,
    follow_up_after_months=(1, 3, 6),
)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
MOMENTS = st.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
CALENDARS = st.builds(
    lambda weekdays, first, days: WorkingDays(
        frozenset(weekdays), closures=((first, first + timedelta(days=days)),)
    ),
    st.sets(st.integers(0, 6), min_size=1),
    DAYS,
    st.integers(0, 40),
)
SETTINGS = st.builds(
    ChaserSettings,
    unassigned_after_working_days=st.integers(0, 5),
    no_contact_after_working_days=st.integers(0, 10),
    escalate_after_working_days=st.integers(1, 10),
    repeat_after_working_days=st.integers(1, 10),
    no_news_after_days=st.just(14),
    follow_up_after_months=st.just((1, 3, 6)),
)


WAITS = (Matter.UNASSIGNED, Matter.NO_CONTACT, Matter.NO_OUTCOME)


def jst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JST)  # type: ignore[misc, arg-type]


def said_in(
    days: int, since: datetime, matter: Matter, calendar: WorkingDays, rules: ChaserSettings
) -> list[Said]:
    """Return what is said in the rounds of so many days after a matter began."""
    found: list[Said] = []
    for number in range(days):
        today = jst_date(since) + timedelta(days=number)
        times = timetable(matter, since, calendar, rules)
        last = found[-1] if found else None
        if calendar.is_open(today) and (
            stage := stage_on(today, times, last, None, rules, calendar)
        ):
            found.append(Said(len(found) + 1, stage, today))
    return found


@pytest.mark.parametrize(
    ("since", "first", "escalated"),
    [
        # Tuesday: all of Wednesday is left, and managers hear of it two working days later.
        (jst(2026, 11, 24, 10), date(2026, 11, 26), date(2026, 11, 30)),
        (jst(2026, 11, 24, 23, 59), date(2026, 11, 26), date(2026, 11, 30)),
        (jst(2026, 11, 25, 0, 0), date(2026, 11, 27), date(2026, 12, 1)),
        # Friday evening is as Saturday and Sunday are.
        (jst(2026, 11, 27, 18), date(2026, 12, 1), date(2026, 12, 3)),
        (jst(2026, 11, 29, 9), date(2026, 12, 1), date(2026, 12, 3)),
        # The year's end, Golden Week, and the end of the fiscal year, which is nothing special.
        (jst(2026, 12, 28, 9), date(2027, 1, 5), date(2027, 1, 7)),
        (jst(2026, 4, 30, 9), date(2026, 5, 7), date(2026, 5, 11)),
        (jst(2027, 3, 30, 9), date(2027, 4, 1), date(2027, 4, 5)),
    ],
)
def test_an_untaken_case_is_said_once_a_working_day_is_over(
    since: datetime, first: date, escalated: date
) -> None:
    assert timetable(Matter.UNASSIGNED, since, CALENDAR, RULES).first == first
    assert timetable(Matter.UNASSIGNED, since, CALENDAR, RULES).managers == escalated


def test_a_company_is_to_be_contacted_within_three_working_days() -> None:
    times = timetable(Matter.NO_CONTACT, jst(2026, 11, 24, 10), CALENDAR, RULES)
    assert (times.first, times.managers) == (date(2026, 11, 30), date(2026, 12, 2))
    closed = replace(CALENDAR, closures=((date(2026, 11, 26), date(2026, 11, 27)),))
    times = timetable(Matter.NO_CONTACT, jst(2026, 11, 24, 10), closed, RULES)
    assert (times.first, times.managers) == (date(2026, 12, 2), date(2026, 12, 4))


def test_an_outcome_that_is_asked_for_each_day_is_only_brought_to_managers() -> None:
    times = timetable(Matter.NO_OUTCOME, jst(2026, 11, 26, 10, 30), CALENDAR, RULES)
    assert (times.first, times.managers) == (date(2026, 12, 1), date(2026, 12, 1))


def test_of_a_referral_calendar_days_are_counted() -> None:
    times = timetable(Matter.NO_NEWS, jst(2026, 11, 24), CALENDAR, RULES)
    assert (times.first, times.managers) == (date(2026, 12, 8), date(2026, 12, 10))
    # Two weeks after 20 December is in the new year's holidays.
    times = timetable(Matter.NO_NEWS, jst(2026, 12, 18), CALENDAR, RULES)
    assert (times.first, times.managers) == (date(2027, 1, 4), date(2027, 1, 6))


def test_what_stays_undone_goes_to_the_assignee_then_to_managers_and_then_now_and_then() -> None:
    assert said_in(30, jst(2026, 11, 24, 10), Matter.NO_CONTACT, CALENDAR, RULES) == [
        Said(1, Stage.FIRST, date(2026, 11, 30)),
        Said(2, Stage.MANAGERS, date(2026, 12, 2)),
        Said(3, Stage.MANAGERS, date(2026, 12, 9)),
        Said(4, Stage.MANAGERS, date(2026, 12, 16)),
        Said(5, Stage.MANAGERS, date(2026, 12, 23)),
    ]


@given(MOMENTS, st.sampled_from(WAITS), CALENDARS, SETTINGS)
def test_nobody_is_told_too_early_too_often_or_of_managers_first(
    since: datetime, matter: Matter, calendar: WorkingDays, rules: ChaserSettings
) -> None:
    found = said_in(120, since, matter, calendar, rules)
    began = jst_date(since)
    for one in found:
        assert calendar.is_open(one.on)
        assert calendar.between(began, one.on) > waited(matter, rules)
    for before, after in pairwise(found):
        assert after.number == before.number + 1
        assert after.stage is Stage.MANAGERS
        gap = calendar.between(before.on, after.on)
        is_first_of_managers = before.stage is Stage.FIRST
        wanted = rules.escalate_after_working_days
        assert gap == (wanted if is_first_of_managers else rules.repeat_after_working_days)
    if matter is not Matter.NO_OUTCOME and found:
        assert found[0].stage is Stage.FIRST


@given(MOMENTS, MOMENTS, st.integers(0, 12), CALENDARS)
def test_what_is_overdue_in_the_list_is_what_is_said(
    since: datetime, now: datetime, days: int, calendar: WorkingDays
) -> None:
    rules = RULES.model_copy(update={"no_contact_after_working_days": days})
    today = jst_date(now)
    is_overdue = since < waiting_since_before(calendar, now, days)
    assert is_overdue is (calendar.between(jst_date(since), today) > days)
    if calendar.is_open(today):
        times = timetable(Matter.NO_CONTACT, since, calendar, rules)
        assert is_overdue is (today >= times.first)


@given(MOMENTS, CALENDARS, SETTINGS, st.integers(0, 60))
def test_a_bot_that_was_down_says_only_what_is_due_now(
    since: datetime, calendar: WorkingDays, rules: ChaserSettings, days: int
) -> None:
    today = calendar.first_open_from(jst_date(since) + timedelta(days=days))
    times = timetable(Matter.NO_CONTACT, since, calendar, rules)
    stage = stage_on(today, times, None, None, rules, calendar)
    expected = Stage.MANAGERS if today >= times.managers else Stage.FIRST
    assert stage == (expected if today >= times.first else None)
    if stage is not None:
        said = Said(1, stage, today)
        assert stage_on(today, times, said, None, rules, calendar) is None


@given(DAYS, st.sampled_from(Snooze), CALENDARS)
def test_a_snooze_ends_on_a_later_working_day(
    today: date, snooze: Snooze, calendar: WorkingDays
) -> None:
    until = snoozed_until(snooze, today, calendar)
    assert until > today
    assert calendar.is_open(until)


def test_how_long_a_snooze_is() -> None:
    friday = date(2026, 12, 25)
    ends = {snooze: snoozed_until(snooze, friday, CALENDAR) for snooze in Snooze}
    assert ends == {
        Snooze.DAY: date(2026, 12, 28),
        Snooze.THREE: date(2027, 1, 5),
        Snooze.WEEK: date(2027, 1, 4),
    }


def test_a_snooze_buys_quiet_and_then_whoever_would_know_by_then_is_told() -> None:
    times = timetable(Matter.NO_CONTACT, jst(2026, 11, 24, 10), CALENDAR, RULES)
    said = Said(1, Stage.FIRST, date(2026, 11, 30))

    def told(day: int, until: int) -> Stage | None:
        quiet = date(2026, 12, until)
        return stage_on(date(2026, 12, day), times, said, quiet, RULES, CALENDAR)

    # Until tomorrow: again to the assignee. For three days: by then managers are due.
    assert told(1, until=1) is Stage.FIRST
    assert [told(day, until=3) for day in (1, 2, 3)] == [None, None, Stage.MANAGERS]
    again = replace(said, number=2, stage=Stage.FIRST, on=date(2026, 12, 1))
    until = date(2026, 12, 1)
    assert stage_on(date(2026, 12, 1), times, again, until, RULES, CALENDAR) is None
    assert stage_on(date(2026, 12, 2), times, again, until, RULES, CALENDAR) is Stage.MANAGERS


def member(user: int, role: Role) -> StaffMember:
    return StaffMember(user, "", role, jst(2026, 4, 1))


def test_a_matter_is_brought_to_managers_else_to_the_next_in_rank() -> None:
    everybody = [member(n, role) for n, role in enumerate((*Role, *Role))]
    assert [one.role for one in managers(everybody)] == [Role.MANAGER] * 2
    without = [one for one in everybody if one.role is not Role.MANAGER]
    assert [one.role for one in managers(without)] == [Role.SUB_MANAGER] * 2
    others = [one for one in without if one.role is not Role.SUB_MANAGER]
    assert [one.role for one in managers(others)] == [Role.ADMIN] * 2
    assert managers(one for one in others if one.role is not Role.ADMIN) == []


def test_a_chaser_is_put_off_by_those_it_is_for() -> None:
    clerk, other, boss = member(1, Role.CLERK), member(2, Role.CLERK), member(3, Role.MANAGER)
    told = [boss]
    assert answer_refusal(clerk, 1, told) is None
    assert answer_refusal(boss, 1, told) is None
    assert isinstance(answer_refusal(other, 1, told), NotYours)
    assert answer_refusal(other, None, told) is None
    assert isinstance(answer_refusal(None, None, told), NotPermitted)
    assert isinstance(answer_refusal(member(4, Role.PLANNING), 4, told), RoleNotPermitted)
