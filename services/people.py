"""What a person chose for themselves: their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.drafts import latest
from storage import people

if TYPE_CHECKING:
    from domain.drafts import Draft
    from services.drafts import Forms
    from storage.database import Transaction


def choose_language(tx: Transaction, forms: Forms, user_id: int, chosen: str) -> Draft | None:
    """Store the language the person chose; return the draft whose question is to be re-read."""
    people.choose_language(tx, user_id, chosen)
    return latest(tx, forms, user_id)


def chosen_languages(tx: Transaction) -> dict[int, str]:
    """Return everybody's chosen language by user id."""
    return people.languages(tx)
