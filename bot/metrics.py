"""Figures of the running process in Prometheus' text format: counts and times, never people.

A writer of its own, as the client library would cost every start 20 ms and 4 MB for these few
lines. Counters belong to the process, as in every Prometheus client.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Counter:
    """How often each of a fixed set of outcomes was met; no other label is possible."""

    def __init__(self, name: str, meaning: str, outcomes: tuple[str, ...]) -> None:
        self.name = name
        self._meaning = meaning
        self._counts = dict.fromkeys(outcomes, 0)

    def add(self, outcome: str, count: int = 1) -> None:
        """Count an outcome. Raises KeyError for one that was not declared."""
        self._counts[outcome] += count

    def of(self, outcome: str) -> int:
        """Return the count so far."""
        return self._counts[outcome]

    def lines(self) -> Iterator[str]:
        """Write the counter."""
        yield f"# HELP {self.name} {self._meaning}"
        yield f"# TYPE {self.name} counter"
        for outcome, count in self._counts.items():
            yield f'{self.name}{{outcome="{outcome}"}} {count}'


class Histogram:
    """How long something took, in seconds, in cumulative buckets."""

    def __init__(self, name: str, meaning: str, bounds: tuple[float, ...]) -> None:
        self.name = name
        self._meaning = meaning
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def lines(self) -> Iterator[str]:
        """Write the histogram."""
        yield f"# HELP {self.name} {self._meaning}"
        yield f"# TYPE {self.name} histogram"
        total = 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            yield f'{self.name}_bucket{{le="{bound}"}} {total}'
        yield f"{self.name}_sum {self._sum:.6f}"
        yield f"{self.name}_count {total}"


UPDATES: Final = Counter(
    "madoguchi_updates_total",
    "Updates by what became of them; failed counts tries, flooded were dropped unread.",
    ("stored", "done", "failed", "buried", "flooded"),
)
NOTICES: Final = Counter(
    "madoguchi_notices_total",
    "Messages of the outbox by what became of a try to send them.",
    ("sent", "missed", "put_off", "failed"),
)
POLLS: Final = Counter(
    "madoguchi_polls_total", "Calls of getUpdates by how they ended.", ("good", "failed")
)
WEBHOOK: Final = Counter(
    "madoguchi_webhook_requests_total",
    "Requests to the webhook by the answer they got.",
    ("accepted", "unauthorized", "malformed", "too_large", "unavailable"),
)
ANSWER_SECONDS: Final = Histogram(
    "madoguchi_answer_seconds",
    "From an update's arrival to the end of its handling.",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0),
)
_ALL: Final = (UPDATES, NOTICES, POLLS, WEBHOOK, ANSWER_SECONDS)


def render(gauges: Mapping[str, tuple[str, float]]) -> str:
    """Write all figures; `gauges` are present values by name, each with its meaning."""
    lines = [line for each in _ALL for line in each.lines()]
    for name, (meaning, value) in gauges.items():
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge", f"{name} {value:g}"]
    return "\n".join(lines) + "\n"
