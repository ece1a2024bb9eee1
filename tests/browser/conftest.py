"""A server with the demonstration county behind it, and a browser that may speak to nobody else."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from api.app import create_app
from api.guard import is_loopback
from api.server import make_server
from gisreg.cli.serve import address_of, listen
from gisreg.cluster import DatabaseAddress
from gisreg.db.engine import Actor, make_engine
from gisreg.demo.backdrop import write_backdrop
from gisreg.demo.load import load_demo
from gisreg.planning.run import run_plan
from gisreg.settings import Settings

PARCELS = 400
LOCAL_SCHEMES = ("data", "blob", "about")


@pytest.fixture(scope="module")
def demo_settings(module_database: DatabaseAddress, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that point to a small demonstration county."""
    engine = make_engine(module_database.app_url, pool_size=0)
    loaded = load_demo(engine, parcels=PARCELS, seed=7)
    run_plan(engine, Actor("tester", "test"), loaded.county_code)
    home = tmp_path_factory.mktemp("home")
    write_backdrop(home / "demo" / "backdrop.geojson", 7)
    return Settings(home=home, database_url=module_database.app_url, admin_database_url=module_database.admin_url)


@pytest.fixture(scope="module")
def site(demo_settings: Settings) -> Iterator[str]:
    """The address of a running server."""
    ready = threading.Event()
    server = make_server(create_app(demo_settings), ready.set)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        assert ready.wait(30)
        yield address_of(listening)
        server.should_exit = True
        thread.join(20)


@dataclass
class Watched:
    """A page, what it complained about, and whom else it wanted to speak to."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def only_local(self, route: Route) -> None:
        """Let requests to this machine through; record and stop all others."""
        address = urlsplit(route.request.url)
        if address.scheme in LOCAL_SCHEMES or is_loopback(address.hostname or ""):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def hear(self, said: ConsoleMessage) -> None:
        """Keep what the browser complains about."""
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def check(self) -> None:
        """Nothing was complained about, nobody else was asked."""
        assert self.foreign == []
        assert self.complaints == []


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A fresh page."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    seen = Watched(context.new_page())
    context.route("**/*", seen.only_local)
    seen.page.on(
        "console", lambda said: seen.complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    yield seen
    context.close()
