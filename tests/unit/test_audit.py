"""What the audit log lets in, and what it is called."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.audit import (
    SENTENCES,
    AuditAction,
    button_asked,
    checked_subject,
    command_asked,
    without_arguments,
)


def test_every_action_has_a_kind_and_a_sentence_of_its_own() -> None:
    assert {action: action.sentence for action in AuditAction} == SENTENCES
    assert len(set(SENTENCES.values())) == len(AuditAction)
    for action in AuditAction:
        assert action.kind in {"look", "change", "refused", "staff"}


@pytest.mark.parametrize(
    "subject",
    [
        "R8-0042",
        "17",
        "sub_manager",
        "2026-12-25/2026-12-28 13:00-15:00",
        "sl:close:20261126-20261126-0-1440",
        "bk:move:b12.3:202611260930",
        "/stats",
    ],
)
def test_references_days_roles_buttons_and_commands_come_in(subject: str) -> None:
    assert checked_subject(subject) == subject


@pytest.mark.parametrize(
    "subject", ["", "山田 太郎", "yamada@example.co.jp", "R8-0042\n", "=1+1", "x" * 65, "０４８"]
)
def test_names_and_addresses_stay_out(subject: str) -> None:
    with pytest.raises(ValueError, match="references and codes"):
        checked_subject(subject)


@given(st.text(max_size=200))
@example("/today。株式会社見本製作所 山田")
@example("sl:close:山田")
@example("st:ask:1:2\n")
def test_whatever_is_typed_leaves_a_command_or_a_button_or_nothing_of_itself(typed: str) -> None:
    for asked in (button_asked(typed), command_asked(typed)):
        assert checked_subject(asked) == asked
        assert asked.isascii()
        assert asked == "other" or typed.startswith(asked)


def test_what_follows_a_command_is_left_out() -> None:
    assert command_asked("/today。山田 太郎") == "/today"
    assert command_asked("/staff@madoguchi_bot") == "/staff"
    assert command_asked("山田 太郎") == "other"


def test_a_button_is_kept_as_the_bot_made_it() -> None:
    assert button_asked("st:remove:301:1790000000") == "st:remove:301:1790000000"
    assert button_asked("case:full:山田 太郎") == "other"
    assert button_asked("yamada@example.co.jp") == "other"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("mt:card:12", "mt:card"),
        ("case:0488300000", "case"),
        ("st:list", "st:list"),
        ("bk:ask.0488300000", "bk"),
        ("/stats", "/stats"),
        ("other", "other"),
    ],
)
def test_what_a_button_is_about_can_be_left_out(asked: str, kept: str) -> None:
    assert without_arguments(asked) == kept
