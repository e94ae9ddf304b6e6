"""Settings: what is accepted, and that every error names variable, fault and example."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bot.settings import Address, SettingsError, read_settings, read_store_settings

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {
    "BOT_TOKEN": "123456:abcdefghijklmnopqrstuvwxyz",
    "STAFF_CHAT_ID": "-1001",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("MADOGUCHI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in {**GOOD, **variables}.items():
        monkeypatch.setenv(f"MADOGUCHI_{name}", value)


def test_two_variables_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch)
    settings = read_settings()
    assert settings.staff_chat_id == -1001
    assert settings.admin_ids == ()
    assert settings.database_url == "sqlite:///madoguchi.db"
    assert settings.webhook_url is None
    assert settings.listen == Address("127.0.0.1", 8080)
    assert settings.api_url == "https://api.telegram.org"


def test_a_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MADOGUCHI_STAFF_CHAT_ID=-7\nMADOGUCHI_ADMIN_IDS=1\n")
    give(monkeypatch)
    settings = read_settings()
    assert (settings.staff_chat_id, settings.admin_ids) == (-1001, (1,))


@pytest.mark.parametrize(
    ("written", "ids"),
    [("1,2", (1, 2)), (" 1, 2 ,", (1, 2)), ("１、２", (1, 2)), ("1 2\n3", (1, 2, 3)), (",", ())],
)
def test_admin_ids_are_separated_as_people_do(
    monkeypatch: pytest.MonkeyPatch, written: str, ids: tuple[int, ...]
) -> None:
    give(monkeypatch, ADMIN_IDS=written)
    assert read_settings().admin_ids == ids


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("127.0.0.1:0", Address("127.0.0.1", 0)),
        ("0.0.0.0:65535", Address("0.0.0.0", 65535)),
        ("[::1]:8080", Address("::1", 8080)),
        ("localhost:80", Address("localhost", 80)),
    ],
)
def test_listen_is_host_and_port(
    monkeypatch: pytest.MonkeyPatch, written: str, address: Address
) -> None:
    give(monkeypatch, LISTEN=written)
    assert read_settings().listen == address
    assert str(address) == written


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("BOT_TOKEN", "", "is not set"),
        ("BOT_TOKEN", "secret-but-wrong", "does not look like a bot token"),
        ("STAFF_CHAT_ID", "", "is not set"),
        ("STAFF_CHAT_ID", "@staff", "whole number"),
        ("STAFF_CHAT_ID", "1001", "minus sign"),
        ("ADMIN_IDS", "1,two", "user ids"),
        ("PUBLIC_URL", "http://bot.example.jp", "must begin with https://"),
        ("PUBLIC_URL", "bot.example.jp", "a URL with a host"),
        ("PUBLIC_URL", "https://bot.example.jp/?a=b", "without ? and #"),
        ("ADMIN_IDS", "-1", "user ids"),
        ("API_URL", "api.telegram.org", "http"),
        ("API_URL", "http://[::1", "not a URL"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d", "sqlite:/// or postgresql://"),
        ("DATABASE_URL", "madoguchi.db", "sqlite:/// or postgresql://"),
        ("DATABASE_URL", "sqlite://", "name a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "name a file"),
        ("LISTEN", "8080", "host:port"),
        ("LISTEN", ":8080", "host:port"),
        ("LISTEN", "127.0.0.1:70000", "host:port"),
        ("PERSON_PACE", "-1", "negative"),
        ("PERSON_PACE", "fast", "number"),
        ("PERSON_PACE", "nan", "number"),
        ("WEBHOOK_URL", "http://bot.example.jp/x", "https://"),
        ("WEBHOOK_URL", "ftp://127.0.0.1/x", "http"),
        ("WEBHOOK_URL", "https://bot.example.jp:9000/x", "443, 80, 88 or 8443"),
        ("WEBHOOK_URL", "https://bot.example.jp:port/x", "not a URL"),
        ("WEBHOOK_URL", "https:///x", "host"),
        ("WEBHOOK_URL", "https://bot.example.jp/healthz", "/healthz"),
        ("WEBHOOK_SECRET", "ひみつ", "1 to 256"),
        ("WEBHOOK_SECRET", "x" * 257, "1 to 256"),
    ],
)
def test_an_error_names_variable_fault_and_example_but_no_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
) -> None:
    give(monkeypatch, **{variable: value})
    with pytest.raises(SettingsError) as caught:
        read_settings()
    (problem,) = caught.value.problems
    name, rest = problem.split(" ", 1)
    assert name == f"MADOGUCHI_{variable}"
    assert reason in rest
    assert f"; example: MADOGUCHI_{variable}=" in rest
    assert not any(secret in problem for secret in ("secret-but-wrong", "hunter2", "x" * 257))
    assert "\n" not in problem


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_LISTEN", "x")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert [problem.split()[0] for problem in caught.value.problems] == [
        "MADOGUCHI_BOT_TOKEN",
        "MADOGUCHI_STAFF_CHAT_ID",
        "MADOGUCHI_LISTEN",
    ]


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, WEBHOOK_URL="https://bot.example.jp/x")
    with pytest.raises(SettingsError, match=r"^MADOGUCHI_WEBHOOK_SECRET is required"):
        read_settings()
    give(monkeypatch, WEBHOOK_URL="https://bot.example.jp/x", WEBHOOK_SECRET="a_B-9")
    assert read_settings().webhook_secret == "a_B-9"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_on_the_loopback_a_webhook_may_be_plain_and_on_any_port(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    give(monkeypatch, WEBHOOK_URL=f"http://{host}:5000/x", WEBHOOK_SECRET="s")
    assert read_settings().webhook_url == f"http://{host}:5000/x"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8765", "http://localhost:1", "http://[::1]:1"])
def test_a_sandbox_may_move_the_clock(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("60\n")
    give(monkeypatch, API_URL=url, SANDBOX_CLOCK=str(clock))
    assert read_settings().sandbox_clock == clock


@pytest.mark.parametrize("url", ["https://api.telegram.org", "http://10.0.0.1:8081"])
def test_nothing_moves_the_clock_of_a_bot_on_a_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("60\n")
    give(monkeypatch, API_URL=url, SANDBOX_CLOCK=str(clock))
    with pytest.raises(SettingsError, match="MADOGUCHI_SANDBOX_CLOCK is for a sandbox only"):
        read_settings()


def test_a_clock_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    give(monkeypatch, API_URL="http://127.0.0.1:1", SANDBOX_CLOCK=str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="MADOGUCHI_SANDBOX_CLOCK must be a file"):
        read_settings()


@pytest.mark.parametrize(
    ("variables", "base"),
    [
        ({}, "http://127.0.0.1:4711"),
        ({"PUBLIC_URL": "https://bot.example.jp/"}, "https://bot.example.jp"),
        ({"PUBLIC_URL": "https://example.jp/madoguchi/"}, "https://example.jp/madoguchi"),
        ({"PUBLIC_URL": "http://localhost:9"}, "http://localhost:9"),
        (
            {"WEBHOOK_URL": "https://bot.example.jp:8443/telegram", "WEBHOOK_SECRET": "s"},
            "https://bot.example.jp:8443",
        ),
        (
            {
                "PUBLIC_URL": "https://calendar.example.jp",
                "WEBHOOK_URL": "https://bot.example.jp/telegram",
                "WEBHOOK_SECRET": "s",
            },
            "https://calendar.example.jp",
        ),
    ],
)
def test_calendars_are_told_the_address_that_reaches_us(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], base: str
) -> None:
    give(monkeypatch, **variables)
    assert read_settings().base_url(Address("127.0.0.1", 4711)) == base


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, ADMIN_ID="1")
    with pytest.raises(SettingsError, match=r"_ADMIN_ID is not a setting; \w+_ADMIN_IDS is"):
        read_settings()


def test_the_database_commands_need_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", "postgres://user@host/d")
    assert read_store_settings().database_url == "postgresql://user@host/d"


def test_secrets_are_not_in_the_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    give(
        monkeypatch,
        WEBHOOK_URL="https://h.jp/path-nobody-knows",
        WEBHOOK_SECRET="sesame",
        DATABASE_URL="postgresql://u:hunter2@h/d",
    )
    shown = repr(read_settings())
    for secret in ("abcdefghij", "path-nobody-knows", "sesame", "hunter2"):
        assert secret not in shown
