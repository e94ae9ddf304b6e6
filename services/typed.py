"""What a person sends outside buttons: for a form, a reply, what was asked for, or their case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from domain.prompts import PromptKind
from domain.relay import CannotPassOn
from services import case_desk, case_notes, drafts, prompts, relay
from services.case_desk import Handled
from services.drafts import Step
from services.relay import Ended, Passed, Refused
from storage import drafts as stored_drafts

if TYPE_CHECKING:
    from domain.prompts import Prompt
    from domain.relay import Incoming
    from services.drafts import Forms
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class Named:
    """A member's desk name, as it is now."""

    name: str


@dataclass(frozen=True)
class FormOpen:
    """Something other than a text came while a form is open: it takes none."""


@dataclass(frozen=True)
class Written:
    """What a member was asked to write to an owner, and what came of it."""

    outcome: Passed | Refused


Outcome: TypeAlias = Step | Handled | Passed | Refused | Ended | Named | FormOpen | Written | None


def typed(tx: Transaction, at: Occasion, forms: Forms, user_id: int, incoming: Incoming) -> Outcome:
    """Take a typed text: for a form that is open, else for what else it may be.

    None if nothing was asked and there is no case. Raises ConsentOutdated, InvalidAnswer.
    """
    raw = incoming.content.text if incoming.content is not None else ""
    # A form goes first, so that owners' answers cost no further question to the database.
    step = drafts.answer(tx, forms, user_id, raw, at.now)
    return step if step is not None else _beyond_forms(tx, at, user_id, incoming)


def shared_contact(
    tx: Transaction, at: Occasion, forms: Forms, user_id: int, number: str, incoming: Incoming
) -> Outcome:
    """Take a person's own telephone number: for a form that asks for one, else for nothing.

    None if nothing was asked and there is no case. Raises ConsentOutdated, CannotPassOn.
    """
    step = drafts.answer_by_contact(tx, forms, user_id, number, at.now)
    return step if step is not None else _beyond_forms(tx, at, user_id, incoming)


def sent(tx: Transaction, at: Occasion, user_id: int, incoming: Incoming) -> Outcome:
    """Take a file, a forwarded message or anything else that is no answer to a form.

    None if nothing was asked and there is no case. Raises InvalidAnswer, CannotPassOn.
    """
    if stored_drafts.latest(tx, user_id) is not None:
        return FormOpen()
    return _beyond_forms(tx, at, user_id, incoming)


def _beyond_forms(tx: Transaction, at: Occasion, user_id: int, incoming: Incoming) -> Outcome:
    # Whoever swipes a message says more clearly what they mean than a button of a while ago.
    reply = relay.answered(tx, at, user_id, incoming)
    if reply is not None:
        return reply
    asked = prompts.asked_for(tx, at, user_id)
    if asked is not None:
        return _as_asked(tx, at, user_id, asked, incoming)
    return relay.from_owner(tx, at, user_id, incoming)


def _as_asked(
    tx: Transaction, at: Occasion, user_id: int, asked: Prompt, incoming: Incoming
) -> Outcome:
    if asked.kind is PromptKind.WRITE and asked.case is not None:
        outcome = relay.write(tx, at, user_id, incoming, asked.case)
        prompts.drop(tx, user_id)
        return Written(outcome)
    if incoming.content is None or incoming.content.file_id is not None:
        raise CannotPassOn
    raw = incoming.content.text
    if asked.kind is PromptKind.DESK_NAME or asked.case is None:
        return Named(relay.set_desk_name(tx, user_id, raw))
    refusal = case_notes.add(tx, at, user_id, asked.case, raw)
    return case_desk.handled(tx, at, user_id, asked.case, refusal)
