"""What cannot even be read as a request: told by a problem document, as every other failure is."""

import asyncio
from typing import ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.guard import HEADERS
from api.problems import fault_of
from api.whole import WholeAnswers
from gisreg.errors import InputError
from gisreg.text import Language, Text

STATUS_LINE = b"HTTP/1.1 400 Bad Request\r\n"


class RequestUnreadable(InputError):
    """Not HTTP, or an address longer than any server reads."""

    what: ClassVar[Text] = Text(
        "请求无法读懂:不是 HTTP,或地址超过 64 KB", "the request cannot be read: no HTTP, or an address beyond 64 KB"
    )
    mend: ClassVar[Text] = Text("请缩短地址(如 filter)", "shorten the address, the filter for instance")


def telling_protocol(language: Language) -> type[HttpToolsProtocol]:
    """The server's protocol, with an answer of ours to what it cannot read; answers leave in one piece."""

    class Telling(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            self._answers = WholeAnswers(transport)
            super().connection_made(cast(asyncio.Transport, self._answers))

        def on_response_complete(self) -> None:
            self._answers.end_answer()
            super().on_response_complete()

        def send_400_response(self, msg: str) -> None:
            del msg  # the parser's own word, in English alone
            self.transport.write(_answer(language))
            self.transport.close()

    return Telling


def _answer(language: Language) -> bytes:
    response = fault_of(RequestUnreadable()).response("", language)
    headers = [*response.raw_headers, *((name.encode(), told.encode()) for name, told in HEADERS.items())]
    lines = b"".join(name + b": " + told + b"\r\n" for name, told in (*headers, (b"connection", b"close")))
    return STATUS_LINE + lines + b"\r\n" + bytes(response.body)
