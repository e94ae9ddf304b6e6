"""A stock python-telegram-bot: `ConversationHandler` in memory, default HTTPXRequest and settings.

Polling is `Application.run_polling`. The webhook is the library's custom webhook example
(an application without updater behind a web server of one's own), with aiohttp as the server,
because the built-in one needs tornado.
"""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from aiohttp import web
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from tests.benchmarks.peers.questions import QUESTIONS, THANKS, Question, arguments

ANSWERING = 0
TEXT = filters.TEXT & ~filters.COMMAND
Context = ContextTypes.DEFAULT_TYPE


def keyboard(position: int, question: Question) -> InlineKeyboardMarkup | None:
    if not question.choices:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(choice, callback_data=f"q:{position}:{number}")]
            for number, choice in enumerate(question.choices)
        ]
    )


async def ask(update: Update, context: Context) -> int:
    user_data: dict[str, Any] = context.user_data or {}
    chat = update.effective_chat
    assert chat is not None
    position = user_data["position"]
    if position == len(QUESTIONS):
        await chat.send_message(THANKS)
        return ConversationHandler.END
    question = QUESTIONS[position]
    sent = await chat.send_message(
        f"（{position + 1}／{len(QUESTIONS)}）{question.text}",
        reply_markup=keyboard(position, question),
    )
    user_data["message_id"] = sent.message_id
    return ANSWERING


async def start(update: Update, context: Context) -> int:
    assert context.user_data is not None
    context.user_data.update(position=0, answers={})
    return await ask(update, context)


async def tapped(update: Update, context: Context) -> int:
    query, user_data = update.callback_query, context.user_data
    assert query is not None
    assert query.data is not None
    assert user_data is not None
    position, number = map(int, query.data.split(":")[1:])
    question = QUESTIONS[position]
    answer = question.choices[number]
    user_data["answers"][position] = answer
    user_data["position"] = position + 1
    await query.answer()
    await query.edit_message_text(f"{question.text}\n→ {answer}")
    return await ask(update, context)


async def typed(update: Update, context: Context) -> int:
    user_data, chat, message = context.user_data, update.effective_chat, update.message
    assert user_data is not None
    assert chat is not None
    assert message is not None
    position = user_data["position"]
    user_data["answers"][position] = message.text
    user_data["position"] = position + 1
    await context.bot.edit_message_text(
        f"{QUESTIONS[position].text}\n→ {message.text}",
        chat_id=chat.id,
        message_id=user_data["message_id"],
    )
    return await ask(update, context)


async def start_minimal(update: Update, context: Context) -> int:
    assert context.user_data is not None
    assert update.message is not None
    context.user_data["answers"] = []
    await update.message.reply_text(QUESTIONS[0].text)
    return ANSWERING


async def typed_minimal(update: Update, context: Context) -> int:
    assert context.user_data is not None
    assert update.message is not None
    answers = context.user_data["answers"]
    answers.append(update.message.text)
    await update.message.reply_text(QUESTIONS[len(answers) % len(QUESTIONS)].text)
    return ANSWERING


def conversation(shape: str) -> ConversationHandler[Context]:
    if shape == "minimal":
        return ConversationHandler(
            [CommandHandler("start", start_minimal)],
            {ANSWERING: [MessageHandler(TEXT, typed_minimal)]},
            [CommandHandler("start", start_minimal)],
        )
    return ConversationHandler(
        [CommandHandler("start", start)],
        {ANSWERING: [CallbackQueryHandler(tapped, r"^q:"), MessageHandler(TEXT, typed)]},
        [CommandHandler("start", start)],
    )


async def serve(application: Application[Any, Any, Any, Any, Any, Any], port: int) -> None:
    secret = OPTIONS.secret

    async def receive(request: web.Request) -> web.Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != secret:
            return web.Response(status=403)
        update = Update.de_json(await request.json(), application.bot)
        await application.update_queue.put(update)
        return web.Response()

    server = web.Application()
    server.router.add_post("/telegram", receive)
    runner = web.AppRunner(server)
    await runner.setup()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with application:
        await application.start()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await application.bot.set_webhook(f"http://127.0.0.1:{port}/telegram", secret_token=secret)
        await stop.wait()
        await runner.cleanup()
        await application.stop()


def main() -> None:
    builder = Application.builder().token(OPTIONS.token).base_url(f"{OPTIONS.api}/bot")
    if OPTIONS.transport == "webhook":
        builder = builder.updater(None)
    application = builder.build()
    application.add_handler(conversation(OPTIONS.shape))
    if OPTIONS.transport == "webhook":
        asyncio.run(serve(application, OPTIONS.port))
    else:
        application.run_polling()


OPTIONS = arguments()
if __name__ == "__main__":
    main()
