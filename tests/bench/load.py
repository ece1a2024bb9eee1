"""Requests sent as fast as a server answers, by plain sockets that one thread listens to.

The client shares the processors with what it measures: it costs little, and the same for everybody. Clients in threads
of their own would cost more than the answer of a quick server, for each waits for the interpreter of the others.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

PIECE = 1 << 18
HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
OK, NO_CONTENT = b" 200 ", b" 204 "
LONGEST_WAIT_S = 120


@dataclass(frozen=True)
class Load:
    """What a run saw."""

    requests: int
    seconds: float
    median_ms: float
    p95_ms: float
    mean_bytes: int
    failed: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


class Answer:
    """One answer, put together from what comes in."""

    def __init__(self) -> None:
        self.head = b""
        self.size = 0
        self._whole: int | None = None
        self._end = b""

    @property
    def is_good(self) -> bool:
        """It is a 200."""
        return OK in self.head[:20]

    def take(self, piece: bytes) -> bool:
        """Whether this was the last of it."""
        if self._whole is None and not self._end:
            self.head += piece
            if HEAD_END not in self.head:
                return False
            self.head, _, piece = self.head.partition(HEAD_END)
            self._whole = self._announced()
        self.size += len(piece)
        if self._whole is not None:
            return self.size >= self._whole
        self._end = (self._end + piece)[-len(LAST_CHUNK) :] or HEAD_END
        return self._end == LAST_CHUNK

    def _announced(self) -> int | None:
        """How large the body is; None where it comes in chunks."""
        if NO_CONTENT in self.head[:20]:
            return 0
        _, named, rest = self.head.lower().partition(b"content-length:")
        return int(rest.split(b"\r\n", 1)[0]) if named else None


class Client:
    """One connection that is kept; it asks for one thing after the other."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self._socket: socket.socket | None = None
        self._buffer = memoryview(bytearray(PIECE))
        self.answer = Answer()
        self.asked_at = 0.0

    def get(self, path: str) -> tuple[bool, int]:
        """Whether the answer was 200, and its size."""
        self.ask(path)
        while not self.hear():
            pass
        return self.answer.is_good, self.answer.size

    def ask(self, path: str) -> None:
        """Send the question; the answer is heard later."""
        self.asked_at, self.answer = time.perf_counter(), Answer()
        request = f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept: */*\r\n\r\n"
        self.connected().sendall(request.encode())

    def hear(self) -> bool:
        """Take what has come in; whether the answer is there."""
        got = self.connected().recv_into(self._buffer)
        if got == 0:
            raise ConnectionError("the server closed the connection")
        return self.answer.take(bytes(self._buffer[:got]))

    def connected(self) -> socket.socket:
        """The connection, opened where there is none."""
        if self._socket is None:
            self._socket = socket.create_connection((self.host, self.port), timeout=LONGEST_WAIT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    @property
    def is_dismissed(self) -> bool:
        """The server keeps the connection no longer."""
        return b"connection: close" in self.answer.head.lower()

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class _Run:
    """Clients that ask in turn until their time is over."""

    def __init__(self, paths: Sequence[str], start: int, end: float) -> None:
        self._paths, self._turn, self._end = paths, count(start), end
        self._listening = selectors.DefaultSelector()
        self.times: list[float] = []
        self.sizes: list[int] = []
        self.failed = 0

    def begin(self, client: Client) -> None:
        """Its first question by a new connection."""
        self._listening.register(client.connected(), selectors.EVENT_READ, client)
        self._ask(client)

    def hear_all(self) -> None:
        """Until nobody waits any more."""
        while self._listening.get_map():
            ready = self._listening.select(LONGEST_WAIT_S)
            if not ready:
                raise TimeoutError("the server answers nobody")
            for key, _ in ready:
                if key.data.hear():
                    self._go_on(key.data)
        self._listening.close()

    def _ask(self, client: Client) -> None:
        client.ask(self._paths[next(self._turn) % len(self._paths)])

    def _go_on(self, client: Client) -> None:
        now = time.perf_counter()
        self.times.append(now - client.asked_at)
        self.sizes.append(client.answer.size)
        self.failed += not client.answer.is_good
        is_over = now >= self._end
        if not is_over and not client.is_dismissed:
            self._ask(client)
            return
        self._listening.unregister(client.connected())
        client.close()
        if not is_over:
            self.begin(client)


def run(base: str, paths: Sequence[str], *, clients: int = 1, seconds: float = 5.0, start: int = 0) -> Load:
    """As many requests as the clients get answered in the time; the paths in turn, each client on with the next."""
    begun = time.perf_counter()
    made = _Run(paths, start, begun + seconds)
    for _ in range(clients):
        made.begin(Client(base))
    made.hear_all()
    return _seen(made.times, made.sizes, made.failed, time.perf_counter() - begun)


def _seen(times: list[float], sizes: list[int], failed: int, seconds: float) -> Load:
    ordered = sorted(times) or [0.0]
    at = [round(ordered[int(len(ordered) * share)] * 1000, 2) for share in (0.5, 0.95)]
    return Load(len(times), seconds, at[0], at[1], sum(sizes) // max(1, len(sizes)), failed)
