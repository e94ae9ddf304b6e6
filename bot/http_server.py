"""The process's own HTTP listener: a fixed table of routes and folders and nothing else."""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from aiohttp import web

from bot.settings import Address

if TYPE_CHECKING:
    from collections.abc import Mapping

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_LOGGER = logging.getLogger(__name__)
_STOP_SECONDS: Final = 5.0


class CannotListen(OSError):
    """The address cannot be listened on; one readable line."""


class HttpServer:
    """`async with HttpServer(address, routes) as server:`; routes by method and path.

    What `folders` names by method and first part of a path, such as `/calendar/`, answers for all
    that is beneath it and is no route of its own.

    Raises CannotListen on entry when the port is taken, forbidden or not this machine's.
    """

    def __init__(
        self,
        address: Address,
        routes: Mapping[tuple[str, str], Handler],
        folders: Mapping[tuple[str, str], Handler] = MappingProxyType({}),
    ) -> None:
        self._address = address
        self._routes = routes
        self._folders = folders
        self._runner: web.ServerRunner | None = None

    @property
    def address(self) -> Address:
        """Where it listens; the wanted address before it does."""
        return self._address

    async def __aenter__(self) -> Self:
        # Not web.Application: its routing costs more than the rest of accepting an update.
        self._runner = web.ServerRunner(
            web.Server(self._answer, access_log=None), shutdown_timeout=_STOP_SECONDS
        )
        await self._runner.setup()
        host, port = self._address
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise CannotListen(_sentence(self._address, error)) from error
        self._address = Address(host, self._runner.addresses[0][1])
        _LOGGER.info("listening on %s", self._address)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        method, path = request.method, request.path
        folder = path[: path.find("/", 1) + 1]
        handler = self._routes.get((method, path)) or self._folders.get((method, folder))
        if handler is None:
            known = any(each == path for _, each in self._routes)
            known = known or any(each == folder for _, each in self._folders)
            return web.Response(status=405 if known else 404)
        return await handler(request)


def _sentence(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        reason = "the port is taken by another program"
    else:
        reason = error.strerror or type(error).__name__
    return f"MADOGUCHI_LISTEN: cannot listen on {address}: {reason}; choose another address"
