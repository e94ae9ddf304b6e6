"""Nothing secret or personal reaches the log, and each record is one line in UTC."""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING

import pytest
from telegram import Update

from bot.logs import REDACTED, LineFormatter, RedactingFilter, configure_logging

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "123456789:AAExampleExampleExampleExampleExamp"
OTHER_TOKEN = "987654321:BBExampleExampleExampleExampleExam-_"


def fail() -> None:
    raise RuntimeError(f"because of {OTHER_TOKEN}") from ValueError(f"/bot{TOKEN}/getMe")


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {
        name: logger.level
        for name, logger in root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger)
    }
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, logger in root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger):
            logger.setLevel(levels.get(name, logging.NOTSET))


class Log:
    """The lines that reach stderr once logging is configured."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], level: str = "INFO", token: str = TOKEN
    ) -> None:
        self._capsys = capsys
        configure_logging(level, token)

    def lines(self) -> list[str]:
        return self._capsys.readouterr().err.splitlines()

    def line(self) -> str:
        (line,) = self.lines()
        return line


class TestTokens:
    @pytest.mark.parametrize("token", [TOKEN, OTHER_TOKEN, OTHER_TOKEN.replace(":", "%3A")])
    def test_none_in_the_message(self, capsys: pytest.CaptureFixture[str], token: str) -> None:
        log = Log(capsys)
        logging.getLogger("some.library").warning(f"GET /bot{token}/getMe failed")
        assert log.line().endswith(f"GET /bot{REDACTED}/getMe failed")

    def test_none_in_the_arguments(self, capsys: pytest.CaptureFixture[str]) -> None:
        log = Log(capsys)
        logger = logging.getLogger("some.library")
        logger.warning("%s took %d ms", f"https://api.test/file/bot{TOKEN}/a.pdf", 12)
        logger.warning("%(url)s", {"url": f"/bot{OTHER_TOKEN}/"})
        first, second = log.lines()
        assert first.endswith(f"https://api.test/file/bot{REDACTED}/a.pdf took 12 ms")
        assert second.endswith(f"/bot{REDACTED}/")

    def test_none_in_the_exception_or_its_causes(self, capsys: pytest.CaptureFixture[str]) -> None:
        log = Log(capsys)
        try:
            fail()
        except RuntimeError:
            logging.getLogger("some.library").exception("it failed")
        line = log.line()
        assert TOKEN not in line
        assert OTHER_TOKEN not in line
        assert f"RuntimeError: because of {REDACTED}" in line
        assert f"ValueError: /bot{REDACTED}/getMe" in line

    def test_none_in_the_stack(self) -> None:
        record = logging.makeLogRecord({"msg": "here", "stack_info": f"Stack\n{OTHER_TOKEN}"})
        assert RedactingFilter().filter(record)
        assert LineFormatter().format(record).endswith(f"here\\nStack\\n{REDACTED}")

    def test_no_address_of_a_calendar(self) -> None:
        secret = "AAbb-_00" * 4
        text = f'400, message: Invalid HTTP version "GET /calendar/{secret}.ics HTTP/9.9"'
        redacted = RedactingFilter().redact(text)
        assert secret not in redacted
        assert redacted.endswith(f'"GET /calendar/{REDACTED} HTTP/9.9"')

    def test_the_own_token_whatever_it_looks_like(self) -> None:
        assert RedactingFilter("sandbox").redact("/botsandbox/getMe") == f"/bot{REDACTED}/getMe"

    @pytest.mark.parametrize("text", ["12:30:45", "case 20260401: done", "1234567:short"])
    def test_other_numbers_stay(self, text: str) -> None:
        assert RedactingFilter().redact(text) == text


class TestPeoplesWords:
    @pytest.mark.parametrize(
        ("logger", "level"),
        [
            ("telegram.Bot", logging.DEBUG),
            ("telegram.ext.ExtBot", logging.DEBUG),
            ("telegram.ext.Application", logging.DEBUG),
            ("httpx", logging.INFO),
            ("httpcore.http11", logging.DEBUG),
            ("aiohttp.access", logging.INFO),
            ("sqlalchemy.engine.Engine", logging.INFO),
        ],
    )
    def test_chatty_loggers_are_quiet_even_when_debugging(
        self, capsys: pytest.CaptureFixture[str], logger: str, level: int
    ) -> None:
        log = Log(capsys, "DEBUG")
        logging.getLogger(logger).log(level, "電話は090-0000-0000です")
        logging.getLogger("bot.something").debug("seen")
        assert log.line().endswith("bot.something seen")

    def test_an_update_that_the_library_could_not_handle_is_named_only(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        log = Log(capsys)
        raw = [{"update_id": 5, "message": {"text": "資金が足りない"}}]
        logger = logging.getLogger("telegram.ext.Application")
        logger.critical("Received data was %r", raw)
        logger.critical("for update %s after %d tries", Update(5), 3)
        logger.critical("for %(update)s", {"update": raw})
        first, second, third = log.lines()
        assert first.endswith("Received data was '<list >'")
        assert second.endswith("for update <Update 5> after 3 tries")
        assert third.endswith("for <list >")


class TestLines:
    def test_time_in_utc_level_and_logger_come_first(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        log = Log(capsys)
        logging.getLogger("bot.delivery").info("sent outbox row %d", 7)
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO bot\.delivery sent outbox row 7",
            log.line(),
        )

    def test_the_time_is_the_records_own(self) -> None:
        record = logging.makeLogRecord({"msg": "x", "created": 1_775_001_600.0, "msecs": 0.0})
        assert LineFormatter().format(record).startswith("2026-04-01T00:00:00.000Z ")

    def test_no_text_can_forge_a_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        log = Log(capsys)
        logging.getLogger("bot").warning("name %s", "a\r\nb\x1b[2J\u2028c 窓口")
        assert log.line().endswith(r"name a\r\nb\x1b[2J\u2028c 窓口")

    @pytest.mark.parametrize(
        ("message", "argument"), [("%d items", "three"), ("%s items", Unprintable())]
    )
    def test_a_record_that_cannot_be_printed_does_not_break_the_caller(
        self, message: str, argument: object
    ) -> None:
        record = logging.makeLogRecord({"name": "bot", "msg": message, "args": (argument,)})
        assert RedactingFilter().filter(record)
        assert LineFormatter().format(record).endswith(f"{message} (arguments do not fit)")

    def test_warnings_become_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        log = Log(capsys)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old way", UserWarning, stacklevel=1)
        assert "WARNING py.warnings" in log.line()


class TestConfiguring:
    def test_again_replaces_the_handler_and_the_token(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Log(capsys)
        log = Log(capsys, "warning", "sandbox")
        logging.getLogger("bot").info("not seen")
        logging.getLogger("bot").warning("/botsandbox/")
        assert log.line().endswith(f"/bot{REDACTED}/")

    def test_an_unknown_level_is_refused(self) -> None:
        with pytest.raises(ValueError, match="Unknown level"):
            configure_logging("LOUD")
