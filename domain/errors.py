"""What the rules and services can refuse, each with a text for the person; logs nothing itself."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal that a person can be told about.

    `message` is a msgid (English, marked with `N_`), `params` fill its named placeholders.
    """

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class InvalidAnswer(DomainError):
    """The answer cannot be accepted: says what was wrong and how to correct it."""


class StaleButton(DomainError):
    """The button belongs to a step that is over; the current state is shown instead."""
