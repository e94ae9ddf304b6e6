"""What every handler has at hand: services through one call, the clock, the person's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot

from handlers import transactions
from services.inbox import applying
from services.occasion import Occasion

if TYPE_CHECKING:
    import gettext
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from domain.form import Questionnaire
    from domain.programme import Programme
    from domain.working_days import WorkingDays
    from services.drafts import Forms
    from storage.database import Database, Transaction, Unit

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Reach:
    """Where the process is reached over HTTP: scheme and host, and a path where there is one."""

    base: str


@dataclass
class Forum:
    """What Telegram said of the staff chat: if it has topics, and if the bot may make them."""

    is_forum: bool = False
    may_make_topics: bool = True


@dataclass(frozen=True)
class House:
    """What a running process is made of; built once in `bot.application`."""

    programme: Programme
    questionnaire: Questionnaire
    forms: Forms
    working_days: WorkingDays
    database: Database
    clock: Callable[[], datetime]
    translations: Mapping[str, gettext.GNUTranslations]
    default_language: str
    staff_chat: int
    reach: Reach
    forum: Forum = field(default_factory=Forum)
    languages: dict[int, str] = field(default_factory=dict)
    menus_owed: set[int] = field(default_factory=set)
    """Whose menu of commands could not be set yet."""

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit` as one transaction; return, or raise, what it did, after the commit."""
        return await transactions.write(self.database, unit)

    async def read(self, unit: Unit[T]) -> T:
        """Run `unit` on a consistent snapshot; it must not write."""
        return await transactions.read(self.database, unit)


class MadoguchiApplication(Application):  # type: ignore[type-arg]
    """The application with its `house`."""

    def __init__(self, *, house: House, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.house = house


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The context of one update."""

    update_id: int | None = None
    user_id: int | None = None
    applied: bool = False
    received_at: datetime | None = None
    topic: tuple[int, int] | None = None
    """The chat and the forum topic that a message came from: it is answered there."""

    def __init__(self, application: Any, chat_id: int | None = None, user_id: int | None = None):
        super().__init__(application=application, chat_id=chat_id, user_id=user_id)
        self.house: House = cast("MadoguchiApplication", application).house
        self.afterthoughts: list[Callable[[Transaction], object]] = []
        self.language = self.house.default_language

    @classmethod
    def from_update(cls, update: object, application: Any) -> Context:
        """Make the context of an update, in the language of the person who sent it."""
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.update_id = update.update_id
            message = update.message or update.edited_message
            if message is not None and message.is_topic_message and message.message_thread_id:
                context.topic = (message.chat.id, message.message_thread_id)
            if update.effective_user is not None:
                context.user_id = update.effective_user.id
                context.speak_to(context.user_id)
        return context

    def speak_to(self, user_id: int | None) -> None:
        """Go on in the language that a person has chosen; without one, as before."""
        if user_id is not None:
            self.language = self.house.languages.get(user_id, self.language)

    @property
    def now(self) -> datetime:
        """The moment the person acted (aware, UTC): when their update was received (R12).

        However late it is handled; without an update, the moment it is.
        """
        return self.received_at or self.house.clock()

    @property
    def occasion(self) -> Occasion:
        """The office, and the moment the person acted."""
        return Occasion(self.house.programme, self.house.staff_chat, self.now)

    async def transact(
        self,
        service: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a service as one transaction that also marks this update applied."""
        unit: Callable[[Transaction], T] = lambda tx: service(tx, *args, **kwargs)  # noqa: E731
        if self.update_id is not None:
            unit = applying(self.update_id, unit)
        result = await self.house.write(unit)
        self.applied = True
        return result

    async def read(
        self,
        service: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a service that only reads, on a snapshot."""
        return await self.house.read(lambda tx: service(tx, *args, **kwargs))

    def afterwards(
        self,
        service: Callable[Concatenate[Transaction, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Store what became known while answering, when the update is marked done."""
        self.afterthoughts.append(lambda tx: service(tx, *args, **kwargs))

    def gettext(self, msgid: str) -> str:
        """Translate a text into the person's language."""
        return self.house.translations[self.language].gettext(msgid)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Translate a text that depends on a number."""
        return self.house.translations[self.language].ngettext(singular, plural, number)
