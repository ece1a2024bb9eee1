"""``gisreg serve``: pages and API on this machine's loopback address."""

import errno
import gc
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from gisreg.cli.output import context, print_line
from gisreg.errors import AccessError, InputError, ResourceError
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.settings import Settings

READY = Text("已就绪：{url}（Ctrl-C 停止）", "serving {url} (Ctrl-C stops it)")
BACKLOG = 256
PYTHONS_OWN_THRESHOLDS = (700, 10, 10)
"""Of the garbage collector, which a server needs again once it runs; a short command does without."""


class NotLoopback(InputError):
    """The address to listen on can be reached from other machines."""

    what: ClassVar[Text] = Text(
        "不能监听 {host}：目前没有登录，只能在本机服务", "will not listen on {host}: there is no sign-in yet"
    )
    mend: ClassVar[Text] = Text("请用 127.0.0.1、::1 或 localhost", "use 127.0.0.1, ::1 or localhost")


class PortInUse(ResourceError):
    """Another program listens there."""

    what: ClassVar[Text] = Text("端口 {port} 已被占用", "port {port} is in use")
    mend: ClassVar[Text] = Text("请停止占用的程序，或加 --port 换一个端口", "stop what uses it, or give another --port")


class PortForbidden(AccessError):
    """The system keeps the port from this user."""

    what: ClassVar[Text] = Text("没有权限使用端口 {port}", "port {port} may not be used by this user")
    mend: ClassVar[Text] = Text("请用 --port 选 1024 以上的端口", "choose a port above 1023 with --port")


def command(
    host: Annotated[str | None, typer.Option(help="监听地址，只限本机 · address, loopback only")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口 · port")] = None,
) -> None:
    """启动本机网页与接口服务 · serve the pages and the API on this machine."""
    now = context()
    chosen = {"host": host or now.settings.host, "port": port or now.settings.port}
    settings = now.settings.model_copy(update=chosen)
    with listen(settings.host, settings.port) as listening:
        _check_database(settings)
        _check_base_map(settings)
        url = address_of(listening)
        run(settings, listening, lambda: print_line(now.say(READY, url=url)))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on a loopback address; taken before anything slow, so that a conflict shows at once.

    Raises:
        NotLoopback, PortInUse, PortForbidden.
    """
    from api.guard import is_loopback  # noqa: PLC0415 - the web framework is loaded by this command only

    if not is_loopback(host):
        raise NotLoopback(where=f"--host {host}", host=host)
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    # asyncio turns Nagle's delay (40 ms an answer) off only where the protocol is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1" if family == socket.AF_INET and not name[:1].isdigit() else name, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise _explained(error, name, port) from error
    return listening


def _explained(error: OSError, host: str, port: int) -> Exception:
    where = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return PortInUse(where=where, port=port)
    if error.errno in (errno.EACCES, errno.EPERM):
        return PortForbidden(where=where, port=port)
    return NotLoopback(where=f"--host {host}", host=host) if error.errno == errno.EADDRNOTAVAIL else error


def address_of(listening: socket.socket) -> str:
    """What to type into the browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if listening.family == socket.AF_INET6 else f"http://{host}:{port}"


def _check_database(settings: "Settings") -> None:
    """Start the private cluster where that is the one, and fail now rather than on the first page."""
    from gisreg.cli.database import open_engine  # noqa: PLC0415 - the driver is loaded after the port is taken

    with open_engine(settings):
        pass


def _check_base_map(settings: "Settings") -> None:
    """A base map that cannot be shown is refused now, rather than on each page."""
    from maps.base_maps import served_base_map  # noqa: PLC0415 - as above

    served_base_map(settings)


def run(settings: "Settings", listening: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; both end with requests finished and exit code 0."""
    from api.app import create_app  # noqa: PLC0415 - as above
    from api.server import make_server  # noqa: PLC0415

    app = create_app(settings)
    app.state.freshness.warm_up()
    server = make_server(app, announce)
    # What start-up made stays for good: the collector need not look at it again and again.
    gc.freeze()
    gc.set_threshold(*PYTHONS_OWN_THRESHOLDS)
    # uvicorn handles both signals while it serves and raises them once more at the end, for a default to kill us.
    before = [(number, signal.signal(number, _ignore)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """The server has stopped in good order already."""
