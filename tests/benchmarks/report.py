"""The figures for people (a table) and for machines (JSON)."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import asdict, fields, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from tests.benchmarks.measure import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_MEASURED = tuple(field.name for field in fields(Result) if field.type in {"float", "int"})
_HEADINGS = (
    "updates/s",
    "p50 ms",
    "p99 ms",
    "CPU µs/update",
    "RSS MB",
    "cold start s",
    "calls/update",
    "doubtful",
    "rig CPU",
)
_GIVEN = ("api_delay_ms", "pause_ms")
_SUMS = ("answered", "finished_chats", "unanswered", "surplus", "refused")


def medians(results: Iterable[Result]) -> list[Result]:
    """Sum up the rounds of each subject and load: medians of figures, sums of counts."""
    rounds = sorted(results, key=_load_and_subject)
    return [_median(list(group)) for _, group in groupby(rounds, _load_and_subject)]


def tables(results: Iterable[Result]) -> list[Table]:
    """Lay out medians, a table for each load."""
    return [_table(name, group) for name, group in groupby(results, load_name)]


def load_name(result: Result) -> str:
    """Say what a result was measured under."""
    name = f"{result.shape}, {result.transport}, API {result.api_delay_ms:.0f} ms"
    return f"{name}, pause {result.pause_ms:.0f} ms" if result.pause_ms else name


def write_json(path: Path, results: Sequence[Result]) -> None:
    """Write every round and the medians, with the machine they were measured on."""
    machine = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }
    content = {
        "machine": machine,
        "medians": [asdict(result) for result in medians(results)],
        "rounds": [asdict(result) for result in results],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _load_and_subject(result: Result) -> tuple[Any, ...]:
    return (
        result.shape != "questionnaire",
        result.transport,
        result.api_delay_ms,
        result.pause_ms,
        result.subject != "madoguchi",
        result.subject,
    )


def _median(rounds: Sequence[Result]) -> Result:
    figures = {
        name: statistics.median(getattr(each, name) for each in rounds)
        for name in _MEASURED
        if name not in (*_GIVEN, *_SUMS)
    }
    counts = {name: sum(getattr(each, name) for each in rounds) for name in _SUMS}
    return replace(rounds[0], **figures, **counts)


def _table(title: str, results: Iterable[Result]) -> Table:
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    made.add_column("bot", no_wrap=True)
    for heading in _HEADINGS:
        made.add_column(heading, justify="right")
    for result in results:
        made.add_row(*_cells(result))
    return made


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.subject,
        f"{result.updates_per_second:,.0f}",
        f"{result.p50_ms:,.1f}",
        f"{result.p99_ms:,.1f}",
        f"{result.cpu_us_per_update:,.0f}",
        f"{result.resident_mb:,.0f}",
        f"{result.cold_start_s:.2f}",
        f"{result.calls_per_update:.2f}",
        f"{result.unanswered + result.surplus + result.refused}",
        f"{result.rig_cpu_share:.0%}",
    )
