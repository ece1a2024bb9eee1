"""Files that come as multipart/form-data: written to disk as they arrive, never whole in memory, up to a bound."""

from pathlib import Path
from typing import BinaryIO, ClassVar

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from gisreg.batches.previews import safe_name
from gisreg.errors import InputError
from gisreg.text import Text

MULTIPART = "multipart/form-data"
MEGABYTE = 1_000_000
AT_ONCE_BYTES = 1_000_000
MOST_FILES = 20
ENVELOPE_BYTES = 100_000
"""Boundaries and headers around the files."""


class UploadTooLarge(InputError):
    """More than is taken."""

    http_status: ClassVar[int] = 413
    what: ClassVar[Text] = Text("文件超过 {limit} MB", "the file is larger than {limit} MB")
    mend: ClassVar[Text] = Text(
        "请用命令行导入(gisreg parcels import),或设置 GISREG_IMPORT_MAX_MB",
        "import it on the command line (gisreg parcels import), or set GISREG_IMPORT_MAX_MB",
    )


class UploadUnreadable(InputError):
    """The body is no form with files."""

    what: ClassVar[Text] = Text("请求体不是带文件的表单({detail})", "the body is no form with files ({detail})")
    mend: ClassVar[Text] = Text(
        "请以 multipart/form-data 发送字段 file,其余参数写在网址里",
        "send multipart/form-data with the file in the field `file`; all else stands in the address",
    )


class NoFileSent(InputError):
    """A form without a file."""

    http_status: ClassVar[int] = 422
    what: ClassVar[Text] = Text("没有收到文件", "no file came")
    mend: ClassVar[Text] = Text("请在字段 file 中附上文件", "attach it in the field `file`")


class Incoming:
    """Takes the parts of a form as a parser tells of them, and writes the files into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value = b"", b""
        self._file: BinaryIO | None = None
        self.ended = False

    def callbacks(self) -> dict[str, object]:
        """As the parser wants them."""
        return {
            "on_part_begin": self._headers.clear,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self.close,
            "on_end": self._on_end,
        }

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if options.get(b"name") != b"file" or b"filename" not in options:
            raise UploadUnreadable(detail="name=file; filename=…")
        name = safe_name(_decoded(options[b"filename"]))
        if name in self.names or len(self.names) >= MOST_FILES:
            raise UploadUnreadable(detail=name)
        self.names.append(name)
        self._file = (self.folder / name).open("wb")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])

    def _on_end(self) -> None:
        self.ended = True

    def close(self) -> None:
        """Close the file that is being written, if any."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _decoded(name: bytes) -> str:
    """Browsers and curl send UTF-8; old Windows programs their own code page."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("latin-1")


async def receive(request: Request, folder: Path, limit_mb: int) -> list[str]:
    """Write the files of a form into the folder; their names there.

    Raises:
        UploadTooLarge, UploadUnreadable, NoFileSent.
    """
    limit = limit_mb * MEGABYTE + ENVELOPE_BYTES
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise UploadTooLarge(where="body", limit=limit_mb)
    incoming = Incoming(folder)
    parser = _parser(request, incoming)
    size, waiting = 0, bytearray()
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise UploadTooLarge(where="body", limit=limit_mb)
            waiting += chunk
            if len(waiting) >= AT_ONCE_BYTES:
                await run_in_threadpool(parser.write, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(parser.write, bytes(waiting))
    except FormParserError as error:
        raise UploadUnreadable(where="body", detail=type(error).__name__) from error
    finally:
        incoming.close()
    if not incoming.ended:
        raise UploadUnreadable(where="body", detail="cut off")
    if not incoming.names:
        raise NoFileSent(where="body.file")
    return incoming.names


def _parser(request: Request, incoming: Incoming) -> MultipartParser:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind.decode("latin-1") != MULTIPART or not options.get(b"boundary"):
        raise UploadUnreadable(where="Content-Type", detail=kind.decode("latin-1")[:80] or "-")
    try:
        return MultipartParser(options[b"boundary"], incoming.callbacks())  # type: ignore[arg-type]  # a TypedDict of callables
    except FormParserError as error:
        raise UploadUnreadable(where="Content-Type", detail="boundary") from error
