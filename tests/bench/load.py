"""Requests sent as fast as a server answers, by plain sockets: the client costs little beside what it measures."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

PIECE = 1 << 18
HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
OK = b" 200 "


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


class Client:
    """One connection that is kept; it asks for one thing after the other."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self._socket: socket.socket | None = None
        self._buffer = bytearray(PIECE)

    def get(self, path: str) -> tuple[bool, int]:
        """Whether the answer was 200, and its size."""
        if self._socket is None:
            self._socket = socket.create_connection((self.host, self.port), timeout=120)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept: */*\r\n\r\n".encode())
        head, begun = self._head()
        size = self._body(head, begun)
        if b"connection: close" in head:
            self.close()
        return OK in head[:20], size

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _receive(self) -> memoryview:
        assert self._socket is not None
        got = self._socket.recv_into(self._buffer)
        if got == 0:
            raise ConnectionError("the server closed the connection")
        return memoryview(self._buffer)[:got]

    def _head(self) -> tuple[bytes, bytes]:
        """The lines before the body, in lower case, and the first bytes of the body."""
        seen = b""
        while HEAD_END not in seen:
            seen += self._receive()
        head, _, begun = seen.partition(HEAD_END)
        return head.lower(), begun

    def _body(self, head: bytes, begun: bytes) -> int:
        if b" 204 " in head[:20]:
            return 0
        _, named, rest = head.partition(b"content-length:")
        size = len(begun)
        if named:
            whole = int(rest.split(b"\r\n", 1)[0])
            while size < whole:
                size += len(self._receive())
            return size
        end = begun[-len(LAST_CHUNK) :]
        while not end.endswith(LAST_CHUNK):
            piece = bytes(self._receive())
            size += len(piece)
            end = (end + piece)[-len(LAST_CHUNK) :]
        return size


def run(base: str, paths: Sequence[str], *, clients: int = 1, seconds: float = 5.0, start: int = 0) -> Load:
    """As many requests as the clients get answered in the time; the paths in turn, each client on with the next."""
    turn, lock = count(start), threading.Lock()
    times: list[float] = []
    sizes: list[int] = []
    failed: list[int] = []
    begun = time.perf_counter()

    def work() -> None:
        client = Client(base)
        while (before := time.perf_counter()) - begun < seconds:
            good, size = client.get(paths[next(turn) % len(paths)])
            spent = time.perf_counter() - before
            with lock:
                times.append(spent)
                sizes.append(size)
                failed.append(not good)
        client.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _seen(times, sizes, sum(failed), time.perf_counter() - begun)


def _seen(times: list[float], sizes: list[int], failed: int, seconds: float) -> Load:
    ordered = sorted(times) or [0.0]
    at = [round(ordered[int(len(ordered) * share)] * 1000, 2) for share in (0.5, 0.95)]
    return Load(len(times), seconds, at[0], at[1], sum(sizes) // max(1, len(sizes)), failed)
