"""Integration and e2e tests reach the loopback and nobody else."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_only_the_loopback_can_be_reached() -> None:
    with (
        socket.socket() as outside,
        pytest.warns(UserWarning, match="127.0.0.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        outside.connect(("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as inside:
        inside.connect(server.getsockname())
