"""A stock aiogram 3: FSM with `MemoryStorage`, its own webhook handler or polling, defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from tests.benchmarks.peers.questions import QUESTIONS, THANKS, Question, arguments

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext


class Form(StatesGroup):
    answering = State()


router = Router()
minimal = Router()


def keyboard(position: int, question: Question) -> InlineKeyboardMarkup | None:
    if not question.choices:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=choice, callback_data=f"q:{position}:{number}")]
            for number, choice in enumerate(question.choices)
        ]
    )


async def ask(message: Message, state: FSMContext, position: int) -> None:
    if position == len(QUESTIONS):
        await state.clear()
        await message.answer(THANKS)
        return
    question = QUESTIONS[position]
    await state.set_state(Form.answering)
    sent = await message.answer(
        f"（{position + 1}／{len(QUESTIONS)}）{question.text}",
        reply_markup=keyboard(position, question),
    )
    await state.update_data(message_id=sent.message_id)


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.set_data({"position": 0, "answers": {}})
    await ask(message, state, 0)


@router.callback_query(Form.answering)
async def tapped(query: CallbackQuery, state: FSMContext) -> None:
    assert query.data is not None
    assert isinstance(query.message, Message)
    position, number = map(int, query.data.split(":")[1:])
    question = QUESTIONS[position]
    answer = question.choices[number]
    data = await state.get_data()
    await state.update_data(position=position + 1, answers={**data["answers"], position: answer})
    await query.answer()
    await query.message.edit_text(f"{question.text}\n→ {answer}")
    await ask(query.message, state, position + 1)


@router.message(Form.answering)
async def typed(message: Message, state: FSMContext, bot: Bot) -> None:
    data = await state.get_data()
    position = data["position"]
    await state.update_data(
        position=position + 1, answers={**data["answers"], position: message.text}
    )
    await bot.edit_message_text(
        f"{QUESTIONS[position].text}\n→ {message.text}",
        chat_id=message.chat.id,
        message_id=data["message_id"],
    )
    await ask(message, state, position + 1)


@minimal.message(CommandStart())
async def start_minimal(message: Message, state: FSMContext) -> None:
    await state.set_data({"answers": []})
    await state.set_state(Form.answering)
    await message.answer(QUESTIONS[0].text)


@minimal.message(Form.answering)
async def typed_minimal(message: Message, state: FSMContext) -> None:
    answers = [*(await state.get_data())["answers"], message.text]
    await state.update_data(answers=answers)
    await message.answer(QUESTIONS[len(answers) % len(QUESTIONS)].text)


def serve(bot: Bot, dispatcher: Dispatcher, options: Any) -> None:
    async def on_startup(bot: Bot) -> None:
        url = f"http://127.0.0.1:{options.port}/telegram"
        await bot.set_webhook(url, secret_token=options.secret)

    dispatcher.startup.register(on_startup)
    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, secret_token=options.secret)
    handler.register(app, path="/telegram")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=options.port, print=None)


def main() -> None:
    options = arguments()
    session = AiohttpSession(api=TelegramAPIServer.from_base(options.api))
    bot = Bot(options.token, session=session)
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(minimal if options.shape == "minimal" else router)
    if options.transport == "webhook":
        serve(bot, dispatcher, options)
    else:
        dispatcher.run_polling(bot)


if __name__ == "__main__":
    main()
