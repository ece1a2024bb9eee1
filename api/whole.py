"""Head and body of an answer leave together: sent one after the other they wake the reader twice, and cost two calls.

uvicorn writes the head as soon as it is known. Here it is held until what follows it, which for nearly every answer
is there at once.
"""

import asyncio
from typing import Any

FINAL_HEADS = tuple(f"HTTP/1.1 {first}".encode() for first in (2, 3, 4, 5))
"""How the head of an answer begins; 1xx, which the reader waits for, is no answer yet."""


class WholeAnswers:
    """A transport that holds a head back. All else is the transport's own."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head: bytes | None = None
        self.awaits_head = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold the first piece of an answer; send it with the next."""
        if self.awaits_head and data.startswith(FINAL_HEADS):
            self._head, self.awaits_head = data, False
        elif self._head is None:
            self._transport.write(data)
        else:
            head, self._head = self._head, None
            self._transport.writelines([head, data])

    def end_answer(self) -> None:
        """No more comes; the next piece is a head."""
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)
        self.awaits_head = True

    def close(self) -> None:
        """Send what is held, then close."""
        self.end_answer()
        self._transport.close()
