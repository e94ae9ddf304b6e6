"""Runs units of work as transactions: one writer with group commit on SQLite, a pool on PostgreSQL.

A unit is a function of a `Transaction`. It commits when it returns and leaves no trace when it
raises; it may be run again, so its only effects are in the database. On SQLite whatever was
submitted while the last transaction ran goes into the next one, and every submitter is answered
after the commit.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool, QueuePool

T = TypeVar("T")
_LOGGER = logging.getLogger(__name__)
GROUP_LIMIT = 128
POOL_THREADS = 8


@dataclass(frozen=True, slots=True)
class Transaction:
    """One open transaction; only the modules of `storage` use its connections.

    `driver` is the DB-API connection under SQLAlchemy's, for statements compiled beforehand.
    """

    connection: Connection
    driver: Any
    topics: set[str] = field(default_factory=set)
    """What the commit is news of, for `Database.on_commit`."""

    @classmethod
    def on(cls, connection: Connection) -> Transaction:
        """Return the transaction of a connection."""
        return cls(connection, connection.connection.dbapi_connection)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.connection.dialect.name == "sqlite"

    def insert(self, row: type[Any]) -> Any:
        """Return the dialect's own INSERT into a table, which knows ON CONFLICT."""
        # Imported for the database in use only: PostgreSQL's dialect alone takes 3 MB.
        dialect = import_module(f"sqlalchemy.dialects.{self.connection.dialect.name}")
        return dialect.insert(row)


Unit: TypeAlias = Callable[[Transaction], T]
Outcome: TypeAlias = tuple[Any, Any, BaseException | None]
"""A submitter's ticket, with what its unit returned or raised; the ticket is a future of a kind."""
Settle: TypeAlias = Callable[[list[Outcome]], None]
"""Takes the outcomes of one commit that were submitted with it, in a thread of the database."""
_Item: TypeAlias = tuple[Unit[Any], Any, Settle]


def _json(value: Any) -> str:
    return to_json(value).decode()


def _sqlite_engine(url: URL, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=NullPool if writes else QueuePool,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 10},
        json_serializer=_json,
        json_deserializer=from_json,
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "cache_size=-16000",
            # What is blanked leaves no trace in free pages; "fast" costs no further writes.
            "secure_delete=FAST",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer can fail with "database is locked".
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def make_engine(database_url: str, *, writes: bool = True) -> Engine:
    """Return an engine for a `sqlite:///…` or `postgresql://…` URL.

    Raises ValueError for any other kind of database.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        _prepare_file(url)
        return _sqlite_engine(url, writes=writes)
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=POOL_THREADS,
            pool_pre_ping=True,
            hide_parameters=True,
            json_serializer=_json,
            json_deserializer=from_json,
        )
    message = f"{url.get_backend_name()}: only sqlite and postgresql are supported"
    raise ValueError(message)


def _snapshots(engine: Engine) -> Engine:
    """Return a PostgreSQL engine whose transactions see one moment only, and cannot write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _prepare_file(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        message = "an SQLite database needs a file, for example sqlite:///madoguchi.db"
        raise ValueError(message)
    path = Path(url.database)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


class _Spoilt(Exception):
    """A unit failed after it had changed something, so the group cannot commit as it is."""


class _GroupWriter(threading.Thread):
    """Owns the one writing connection of an SQLite file."""

    def __init__(self, engine: Engine, committed: Callable[[set[str]], None]) -> None:
        super().__init__(name="storage-writer", daemon=True)
        # Here and not in the thread: whoever opens the database is told if it cannot be.
        self._connection = engine.connect()
        self._committed = committed
        self.queue: SimpleQueue[_Item | None] = SimpleQueue()

    def run(self) -> None:
        with self._connection as connection:
            while (first := self.queue.get()) is not None:
                group, stop = self._gather(first)
                # What was given up before it began is not run.
                group = [item for item in group if not item[1].cancelled()]
                _settle(group, self._commit(Transaction.on(connection), group))
                if stop:
                    return

    def _gather(self, first: _Item) -> tuple[list[_Item], bool]:
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                item = self.queue.get_nowait()
            except Empty:
                break
            if item is None:
                return group, True
            group.append(item)
        return group, False

    def _commit(self, transaction: Transaction, group: list[_Item]) -> list[Outcome]:
        try:
            try:
                with transaction.connection.begin():
                    outcomes = [_attempt(transaction, item) for item in group]
            except _Spoilt:
                # Savepoints cost as much as the work of a short unit: only a group that needs
                # them pays for them.
                transaction.topics.clear()
                with transaction.connection.begin():
                    outcomes = [_attempt_in_savepoint(transaction, item) for item in group]
        except Exception as error:  # noqa: BLE001 - the commit failed for all: tell every submitter
            return [(ticket, None, error) for _, ticket, _ in group]
        self._committed(transaction.topics)
        return outcomes


def _attempt(transaction: Transaction, item: _Item) -> Outcome:
    unit, ticket, _ = item
    changes = transaction.driver.total_changes
    try:
        return ticket, unit(transaction), None
    except Exception as error:
        if transaction.driver.total_changes != changes:
            raise _Spoilt from error
        return ticket, None, error


def _attempt_in_savepoint(transaction: Transaction, item: _Item) -> Outcome:
    unit, ticket, _ = item
    transaction.connection.exec_driver_sql("SAVEPOINT unit")
    try:
        outcome: Outcome = ticket, unit(transaction), None
    except Exception as error:  # noqa: BLE001 - handed to the submitter
        transaction.connection.exec_driver_sql("ROLLBACK TO unit")
        outcome = ticket, None, error
    transaction.connection.exec_driver_sql("RELEASE unit")
    return outcome


def _settle(group: list[_Item], outcomes: list[Outcome]) -> None:
    together: defaultdict[Settle, list[Outcome]] = defaultdict(list)
    for (_, _, settle), outcome in zip(group, outcomes, strict=True):
        together[settle].append(outcome)
    for settle, settled in together.items():
        settle(settled)


def _settle_futures(outcomes: list[Outcome]) -> None:
    for future, result, error in outcomes:
        if not future.set_running_or_notify_cancel():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


class Database:
    """The database of one process: `write` for transactions, `read` for snapshots.

    Both return a future; `submit_write` and `submit_read` answer through a `Settle` instead, once
    for all the units of a commit.
    """

    def __init__(self, url: str) -> None:
        """Open `url`. Raises ValueError if it is of an unsupported kind."""
        self._closed = False
        self._engine = make_engine(url)
        self.is_sqlite = self._engine.dialect.name == "sqlite"
        self._readers = (
            make_engine(url, writes=False) if self.is_sqlite else _snapshots(self._engine)
        )
        self._listeners: dict[str, tuple[Callable[[], None], ...]] = {}
        self._threads = ThreadPoolExecutor(POOL_THREADS, thread_name_prefix="storage")
        self._writer: _GroupWriter | None = None
        if self.is_sqlite:
            self._writer = _GroupWriter(self._engine, self._tell)
            self._writer.start()

    def write(self, unit: Unit[T]) -> Future[T]:
        """Run `unit` in a transaction; the future is answered after the commit."""
        future: Future[T] = Future()
        self.submit_write(unit, future, _settle_futures)
        return future

    def read(self, unit: Unit[T]) -> Future[T]:
        """Run `unit` on a consistent snapshot; it must not write."""
        future: Future[T] = Future()
        self.submit_read(unit, future, _settle_futures)
        return future

    def submit_write(self, unit: Unit[Any], ticket: object, settle: Settle) -> None:
        """Run `unit` in a transaction; after the commit `settle` gets `ticket` and outcome."""
        if self._closed:
            # Behind the writer's end nobody would ever be answered.
            message = "the database is closed"
            raise RuntimeError(message)
        if self._writer is None:
            self._threads.submit(self._run, self._engine, (unit, ticket, settle))
        else:
            self._writer.queue.put((unit, ticket, settle))

    def submit_read(self, unit: Unit[Any], ticket: object, settle: Settle) -> None:
        """Run `unit` on a consistent snapshot; then `settle` gets `ticket` and outcome."""
        self._threads.submit(self._run, self._readers, (unit, ticket, settle))

    def on_commit(self, topic: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each commit of this process that is news of `topic`.

        It is called in a thread of the database's and must return at once. Returns what takes it
        off again.
        """
        self._listeners[topic] = (*self._listeners.get(topic, ()), listener)

        def remove() -> None:
            rest = tuple(each for each in self._listeners[topic] if each is not listener)
            self._listeners[topic] = rest

        return remove

    def _tell(self, topics: set[str]) -> None:
        for topic in topics:
            for listener in self._listeners.get(topic, ()):
                try:
                    listener()
                except Exception:
                    # The commit stands, and the one writing thread must go on.
                    _LOGGER.exception("a listener to %s failed", topic)

    def _run(self, engine: Engine, item: _Item) -> None:
        unit, ticket, settle = item
        outcome: Outcome
        try:
            with engine.begin() as connection:
                transaction = Transaction.on(connection)
                outcome = ticket, unit(transaction), None
        except Exception as error:  # noqa: BLE001 - handed to the submitter
            outcome = ticket, None, error
        else:
            self._tell(transaction.topics)
        settle([outcome])

    def close(self) -> None:
        """Finish what was submitted, then close every connection."""
        self._closed = True
        if self._writer is not None:
            self._writer.queue.put(None)
            self._writer.join()
        self._threads.shutdown()
        self._readers.dispose()
        self._engine.dispose()
