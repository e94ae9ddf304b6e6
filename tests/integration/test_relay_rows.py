"""The map of messages, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domain.consultations import ConsultationState
from domain.prompts import Prompt, PromptKind
from domain.relay import Content, Copy, Direction, Incoming, Kind, Side
from storage import consultations, prompts, relay, topics
from storage.database import Database
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.relay import RelayMessage
    from storage.database import Transaction

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
OWNER, CLERK = 100, 401


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def do(database: Database, unit: Callable[[Transaction], Any]) -> Any:
    return database.write(unit).result()


def write(
    database: Database, case: int, number: int, direction: Direction = Direction.FROM_OWNER
) -> RelayMessage:
    author = OWNER if direction is Direction.FROM_OWNER else CLERK
    incoming = Incoming(author, number, None, album="a")
    content = Content(Kind.TEXT, f"文 {number}")
    found: RelayMessage = do(
        database,
        lambda tx: relay.add(tx, case, direction, author, incoming, content, "", NOW),
    )
    return found


def test_a_message_is_found_by_what_it_is_and_where_it_is_shown(database: Database) -> None:
    case = Ledger(database).consult(NOW.date())
    message = write(database, case, 1)
    assert do(database, lambda tx: relay.by_original(tx, OWNER, 1)) == message
    assert do(database, lambda tx: relay.of_album(tx, OWNER, "a")) == message
    assert do(database, lambda tx: relay.of_album(tx, CLERK, "a")) is None
    assert do(database, lambda tx: relay.by_copy(tx, CLERK, 9)) is None
    copy = Copy(CLERK, 9, 0, None, has_header=True)
    do(database, lambda tx: relay.add_copy(tx, message, Side.STAFF, relay.CONTENT, copy))
    assert do(database, lambda tx: relay.by_copy(tx, CLERK, 9)) == (message, Side.STAFF)
    revision = do(database, lambda tx: relay.rewrite(tx, message, Content(Kind.TEXT, "新")))
    assert revision == 1
    newer = Copy(CLERK, 9, 1, None, has_header=True)
    do(database, lambda tx: relay.add_copy(tx, message, Side.STAFF, relay.CONTENT, newer))

    def shown(side: Side, *part: str) -> Copy | None:
        found: Copy | None = do(
            database, lambda tx: relay.copy_in(tx, message.id, side, CLERK, *part)
        )
        return found

    assert shown(Side.STAFF) == newer
    assert shown(Side.STAFF, relay.HEADER) is None
    # Who is an owner too has nothing of it as that.
    assert shown(Side.OWNER) is None
    assert do(database, lambda tx: relay.readers(tx, message)) == {CLERK}


def test_what_is_answered_and_what_nobody_got(database: Database) -> None:
    case = Ledger(database).consult(NOW.date())
    first, second = write(database, case, 1), write(database, case, 2)

    def waiting(of: Callable[[Transaction, int], list[RelayMessage]]) -> list[int]:
        return [one.id for one in do(database, lambda tx: of(tx, case))]

    assert waiting(relay.unanswered) == [first.id, second.id]
    write(database, case, 3, Direction.TO_OWNER)
    third = write(database, case, 4)
    assert waiting(relay.unanswered) == [third.id]
    assert waiting(relay.left_over) == [first.id, second.id, third.id]
    copy = Copy(CLERK, 9, 0, None, has_header=True)
    do(database, lambda tx: relay.add_copy(tx, first, Side.STAFF, relay.CONTENT, copy))
    assert waiting(relay.left_over) == [second.id, third.id]
    assert do(database, lambda tx: relay.is_first_of_owner(tx, first))
    assert not do(database, lambda tx: relay.is_first_of_owner(tx, third))


def test_the_case_in_talk_is_the_open_one_written_about_last(database: Database) -> None:
    ledger = Ledger(database)
    first, second = ledger.consult(NOW.date()), ledger.consult(NOW.date())
    assert do(database, lambda tx: relay.case_in_talk(tx, OWNER)) is None
    write(database, second, 1)
    write(database, first, 2)
    assert do(database, lambda tx: relay.case_in_talk(tx, OWNER)) == first
    do(database, lambda tx: consultations.set_state(tx, first, ConsultationState.SPAM))
    assert do(database, lambda tx: relay.case_in_talk(tx, OWNER)) == second


def test_prompts_and_topics_are_one_each(database: Database) -> None:
    case = Ledger(database).consult(NOW.date())
    do(database, lambda tx: prompts.ask(tx, CLERK, Prompt(PromptKind.NOTE, case), NOW))
    do(database, lambda tx: prompts.ask(tx, CLERK, Prompt(PromptKind.DESK_NAME), NOW))
    asked = do(database, lambda tx: prompts.find(tx, CLERK, NOW))
    assert asked == Prompt(PromptKind.DESK_NAME)
    do(database, lambda tx: prompts.drop(tx, CLERK))
    assert do(database, lambda tx: prompts.find(tx, CLERK, NOW)) is None
    for thread in (7, 8):
        do(database, lambda tx, t=thread: topics.keep(tx, case, -1, t))  # type: ignore[misc]
    assert do(database, lambda tx: topics.find(tx, case, -1)) == 8
    do(database, lambda tx: topics.forget(tx, -1, 8))
    assert do(database, lambda tx: topics.find(tx, case, -1)) is None
