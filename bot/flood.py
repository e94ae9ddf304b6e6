"""Keeps one person from filling the inbox: a token bucket each, asked before any database work.

Time is the caller's. What was written while the bot was away counts when it was written, so a
backlog of honest messages is not taken for a flood.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum
from typing import Any, Final

BURST_SECONDS: Final = 10.0
"""A person may send at once what they may send in this time."""
MAX_WAITING: Final = 100
"""Updates of one chat that may wait for an answer; more would not be answered usefully."""
MAX_PERSONS: Final = 10_000

_MESSAGES: Final = (("message", "date"), ("edited_message", "edit_date"))


class Verdict(Enum):
    """What becomes of an update."""

    TAKE = "take"
    DROP = "drop"
    DROP_AND_SAY = "drop_and_say"
    """Dropped, and the first of this pause: the person is told."""


class _Bucket:
    __slots__ = ("at", "is_told", "tokens")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens = tokens
        self.at = at
        self.is_told = False


class Flood:
    """The buckets of the persons seen last; a person forgotten starts with a full one.

    Args:
        per_second: updates a person may send in the long run; 0 takes everything.
    """

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._burst = max(1.0, per_second * BURST_SECONDS)
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def judge(self, raw: dict[str, Any], now: float, waiting: int) -> Verdict:
        """Judge a raw update that arrives at `now` (Unix seconds).

        `waiting` is how many of its chat's updates are not answered yet. Updates of nobody, and
        those that only tell that somebody blocked or unblocked the bot, are always taken.
        """
        sender = _sender(raw, now)
        if sender is None or self._per_second == 0:
            return Verdict.TAKE
        person, at = sender
        bucket = self._bucket(person, at)
        if bucket.tokens >= 1 and waiting < MAX_WAITING:
            bucket.tokens -= 1
            return Verdict.TAKE
        if bucket.is_told:
            return Verdict.DROP
        bucket.is_told = True
        return Verdict.DROP_AND_SAY

    def give_back(self, raw: dict[str, Any]) -> None:
        """Undo the judgement of an update that was taken and could not be stored."""
        sender = _sender(raw, 0)
        bucket = self._buckets.get(sender[0]) if sender is not None else None
        if bucket is not None:
            bucket.tokens = min(self._burst, bucket.tokens + 1)

    def _bucket(self, person: int, at: float) -> _Bucket:
        bucket = self._buckets.get(person)
        if bucket is None:
            bucket = self._buckets[person] = _Bucket(self._burst, at)
            if len(self._buckets) > MAX_PERSONS:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(person)
        # A press carries no date and counts as of now, a message may be older than it.
        elapsed = max(0.0, at - bucket.at)
        bucket.at = max(at, bucket.at)
        bucket.tokens = min(self._burst, bucket.tokens + elapsed * self._per_second)
        if bucket.tokens >= self._burst:
            bucket.is_told = False
        return bucket


def _sender(raw: dict[str, Any], now: float) -> tuple[int, float] | None:
    """Return who caused an update and when, as far as it says."""
    for kind, date in _MESSAGES:
        body = raw.get(kind)
        if isinstance(body, dict):
            at = body.get(date)
            person = _id_of(body)
            moment = min(float(at), now) if isinstance(at, int) and at > 0 else now
            return None if person is None else (person, moment)
    body = raw.get("callback_query")
    person = _id_of(body) if isinstance(body, dict) else None
    return None if person is None else (person, now)


def _id_of(body: dict[str, Any]) -> int | None:
    sender = body.get("from")
    number = sender.get("id") if isinstance(sender, dict) else None
    return number if isinstance(number, int) else None
