"""Statements compiled once for each kind of database and run on the driver's own cursor.

The few statements of every update go through here: for them SQLAlchemy's execution costs several
times what the database does. Same connection, same transaction, same column types; errors are the
driver's own, and lists of values (IN) are not expanded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Executable
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

    from storage.database import Transaction

    Processor = Callable[[Any], Any]


class Prepared:
    """A statement whose values are `bindparam`s, given by name at each run.

    `build` receives the dialect's own `insert`, which knows ON CONFLICT; other statements may
    ignore it.
    """

    def __init__(self, build: Callable[[Callable[..., Any]], Executable]) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, tx: Transaction, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows, with the values that the columns' types give."""
        compiled = self._for(tx)
        cursor = tx.driver.cursor()
        cursor.execute(compiled.sql, compiled.bound(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return [compiled.row(row) for row in found] if compiled.results else found

    def first(self, tx: Transaction, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, None if there is none."""
        found = self.rows(tx, **values)
        return found[0] if found else None

    def run(self, tx: Transaction, **values: Any) -> int:
        """Run it; return how many rows it changed."""
        compiled = self._for(tx)
        cursor = tx.driver.cursor()
        cursor.execute(compiled.sql, compiled.bound(values))
        return int(cursor.rowcount)

    def run_many(self, tx: Transaction, values: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each set of values."""
        compiled = self._for(tx)
        tx.driver.cursor().executemany(compiled.sql, [compiled.bound(each) for each in values])

    def _for(self, tx: Transaction) -> _Compiled:
        dialect = tx.connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._build(tx.insert), dialect)
        return compiled


class _Compiled:
    """The SQL text of one dialect and the conversions of its values, both ways."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        names = compiled.bind_names
        self._fixed = {name: bind.value for bind, name in names.items() if not bind.required}
        self._binds: dict[str, Processor] = {
            name: process
            for bind, name in names.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        columns = statement.exported_columns if compiled.effective_returning else ()
        columns = statement.selected_columns if isinstance(statement, Select) else columns
        processors = [c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns]
        self.results = tuple(processors) if any(processors) else ()

    def bound(self, given: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        values = {**self._fixed, **given}
        for name, process in self._binds.items():
            values[name] = process(values[name])
        return values if self._order is None else [values[name] for name in self._order]

    def row(self, found: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            value if process is None else process(value)
            for process, value in zip(self.results, found, strict=True)
        )
