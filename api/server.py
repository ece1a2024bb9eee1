"""uvicorn, set up for this application."""

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from api.unreadable import telling_protocol

GRACE_SECONDS = 5
"""How long a running request may take to finish after a stop."""


class AnnouncingServer(uvicorn.Server):
    """Says so once it accepts connections."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets)
        if self.started:
            self._announce()


def make_server(app: FastAPI, announce: Callable[[], None]) -> AnnouncingServer:
    """One process; warnings and failures go to stderr, requests are not logged."""
    config = uvicorn.Config(
        app,
        http=telling_protocol(app.state.settings.language),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return AnnouncingServer(config, announce)
