"""How the control API reads a JSON body and answers in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic_core import to_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.sandbox.control_bodies import Body

Json = dict[str, Any]
Act = tuple["type[Body]", "Callable[[Any], Awaitable[Any]]"]


def add_acts(app: web.Application, acts: Mapping[str, Act]) -> None:
    """Add `POST /sandbox/<name>` for every act: what its body is, and what to do with it."""
    for name, (model, act) in acts.items():
        app.router.add_post(f"/sandbox/{name}", _doing(model, act))


def _doing(
    model: type[Body], act: Callable[[Any], Awaitable[Any]]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return answer(await act(model.model_validate_json(await request.read() or b"{}")))

    return handle


def answer(body: Any) -> web.Response:
    """Return a body as JSON that nobody keeps."""
    return web.Response(
        body=to_json(body), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
