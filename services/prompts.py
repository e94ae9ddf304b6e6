"""What a staff member's next message is taken for, for half an hour after they asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.texts import N_
from storage import drafts, prompts

if TYPE_CHECKING:
    from domain.prompts import Prompt
    from services.occasion import Occasion
    from storage.database import Transaction

TAKEN_FOR = timedelta(minutes=30)
"""How long after the button what is sent is taken for what it asked for."""


class FormFirst(DomainError):
    """The member is filling in a form: what they type belongs to it."""

    def __init__(self) -> None:
        super().__init__(N_("You have an unfinished form. Please send or cancel it first."))


def ask(tx: Transaction, at: Occasion, user_id: int, prompt: Prompt) -> FormFirst | None:
    """Take what a member sends next for what `prompt` says; return why not."""
    if drafts.latest(tx, user_id) is not None:
        return FormFirst()
    prompts.ask(tx, user_id, prompt, at.now)
    return None


def asked_for(tx: Transaction, at: Occasion, user_id: int) -> Prompt | None:
    """Return what a member's message is taken for now."""
    return prompts.find(tx, user_id, at.now - TAKEN_FOR)


def drop(tx: Transaction, user_id: int) -> None:
    """Take nothing that a member sends for anything."""
    prompts.drop(tx, user_id)
