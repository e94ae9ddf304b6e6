"""What one Bot API call costs the caller: `python -m tests.benchmarks.request_cost`.

CPU microseconds per call of this process, 64 calls in flight, against a server in another
process; layer by layer, for our transport and the library's own, on both event loops.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any

import uvloop
from pydantic_core import from_json, to_json
from rich.console import Console
from rich.table import Table
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.telegram_http import AiohttpRequest
from tests.benchmarks.bot_api import TOKEN, BotApi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_IN_FLIGHT = 64
_ROUNDS = 3
_CHOICES = ("製造業", "建設業", "運輸業", "卸売業", "小売業", "サービス業", "情報通信業", "その他")
_TEXT = "<b>業種</b>（7／22）［必須］\n\n御社のおもな業種をお選びください。"
_PARAMETERS: dict[str, Any] = {
    "chat_id": 5_000_001,
    "text": _TEXT,
    "parse_mode": "HTML",
    "reply_markup": {
        "inline_keyboard": [
            [{"text": choice, "callback_data": f"q:needs:industry:{number}"}]
            for number, choice in enumerate(_CHOICES)
        ]
    },
}
_ANSWER = {
    "ok": True,
    "result": {
        "message_id": 7,
        "from": {"id": 1, "is_bot": True, "first_name": "窓口", "username": "madoguchi_bot"},
        "chat": {"id": 5_000_001, "first_name": "太郎", "type": "private"},
        "date": 1_790_000_000,
        "text": _TEXT,
        "reply_markup": _PARAMETERS["reply_markup"],
    },
}


def main() -> None:
    """Measure and show; with `serve` as argument, be the server."""
    if sys.argv[1:] == ["serve"]:
        uvloop.run(_serve())
        return
    # Calling a method by its name is one of the things compared here.
    warnings.filterwarnings("ignore", message="Please use 'Bot.")
    rows = [
        *_json_costs(),
        *uvloop.run(_call_costs("uvloop")),
        *asyncio.run(_call_costs("asyncio")),
    ]
    table = Table("what", "CPU µs", title="Cost of one call")
    for name, seconds in rows:
        table.add_row(name, f"{seconds * 1_000_000:,.1f}")
    Console(width=100).print(table)


async def _serve() -> None:
    api = BotApi(lambda _chat_id, _screen: None)
    sys.stdout.write(await api.start() + "\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().create_future()


async def _call_costs(loop: str) -> list[tuple[str, float]]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __spec__.name, "serve", stdout=asyncio.subprocess.PIPE
    )
    try:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        url = (await server.stdout.readline()).decode().strip()
        rows = []
        for kind, calls in ((AiohttpRequest, 6400), (HTTPXRequest, 1280)):
            async for name, seconds in _layers(kind, url, calls):
                rows.append((f"{loop}, {kind.__name__}: {name}", seconds))
        return rows
    finally:
        server.terminate()
        await server.wait()


async def _layers(
    kind: type[AiohttpRequest | HTTPXRequest], url: str, calls: int
) -> AsyncIterator[tuple[str, float]]:
    request: BaseRequest = kind()
    data = RequestData([RequestParameter(*item, None) for item in _PARAMETERS.items()])
    markup = _markup()
    async with Bot(TOKEN, f"{url}/bot", request=request, get_updates_request=kind(1)) as bot:
        layers: dict[str, Callable[[], Awaitable[object]]] = {
            "request.post": lambda: request.post(f"{url}/bot{TOKEN}/sendMessage", data),
            "bot.do_api_request, keyboard as dict": lambda: bot.do_api_request(
                "sendMessage", api_kwargs=_PARAMETERS
            ),
            "bot.send_message, no keyboard": lambda: bot.send_message(1, _TEXT, "HTML"),
            "bot.send_message, keyboard made before": lambda: bot.send_message(
                1, _TEXT, "HTML", reply_markup=markup
            ),
            "bot.send_message, keyboard made anew": lambda: bot.send_message(
                1, _TEXT, "HTML", reply_markup=_markup()
            ),
        }
        for name, call in layers.items():
            yield name, await _cost_in_flight(call, calls)


def _markup() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(choice, callback_data=f"q:needs:industry:{number}")]
            for number, choice in enumerate(_CHOICES)
        ]
    )


async def _cost_in_flight(call: Callable[[], Awaitable[object]], calls: int) -> float:
    async def some(count: int) -> None:
        for _ in range(count):
            await call()

    async def all_at_once(count: int) -> float:
        began = time.process_time()
        await asyncio.gather(*(some(count) for _ in range(_IN_FLIGHT)))
        return (time.process_time() - began) / (count * _IN_FLIGHT)

    await all_at_once(5)
    return min([await all_at_once(calls // _IN_FLIGHT) for _ in range(_ROUNDS)])


def _json_costs() -> list[tuple[str, float]]:
    answer = json.dumps(_ANSWER).encode()
    result = _ANSWER["result"]
    markup = _markup()
    return [
        ("json.dumps of a call", _cost(lambda: json.dumps(_PARAMETERS).encode())),
        ("pydantic_core.to_json of a call", _cost(lambda: to_json(_PARAMETERS))),
        ("json.loads of an answer", _cost(lambda: json.loads(answer.decode()))),
        ("pydantic_core.from_json of an answer", _cost(lambda: from_json(answer))),
        ("Message.de_json of an answer", _cost(lambda: Message.de_json(result, None))),  # type: ignore[arg-type]
        ("building a keyboard of eight", _cost(_markup)),
        ("InlineKeyboardMarkup.to_dict of it", _cost(markup.to_dict)),
    ]


def _cost(call: Callable[[], object], times: int = 2000) -> float:
    costs = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for _ in range(times):
            call()
        costs.append((time.process_time() - began) / times)
    return min(costs)


if __name__ == "__main__":
    main()
