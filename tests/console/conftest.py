"""A live network and a browser that looks at it: Chromium with a software WebGL, so that the map is drawn anywhere."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from doorward.apps.console.pages import STATIC
from tests.live.server import STARTS_S, Server, running

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]
WIDE = {"width": 1440, "height": 900}
NEAR_S = 120
NARROW = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what is missing instead of failing for it."""
    missing = ""
    if not Path(CHROMIUM).exists():
        missing = "no Chromium (looked for `chromium` and /usr/bin/chromium)"
    elif not (STATIC / "index.html").is_file():
        missing = "the console is not built (make ui)"
    for item in items:
        if missing and "tests/console/" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason=missing))


@dataclass
class Seat:
    """One signed-in window. wrong: what the page's own code complained about."""

    page: Any
    url: str
    shots: Path
    wrong: list[str] = field(default_factory=list)

    def at(self, address: str) -> Any:
        """Go to a view of the console; returns the page."""
        self.page.goto(f"{self.url}/#{address}")
        return self.page

    def shot(self, name: str) -> Path:
        """Keep what is seen, for people to look at."""
        path = self.shots / f"{name}.png"
        self.page.screenshot(path=path)
        return path


Sits = Callable[..., Seat]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A twin of a twentieth of metro's orders on its second morning, as fast as life: each test sees much the same."""
    folder = tmp_path_factory.mktemp("console") / "metro"
    options = ("--scale", "0.05", "--begin", "2 10:30", "--speed", "1", "--allow-private-webhooks")
    with running(folder, *options) as made:
        caught_up(made)
        yield made


def caught_up(server: Server) -> None:
    """Return when the twin has hurried to the moment it begins at: it answers before that, of an earlier day."""
    until = time.monotonic() + STARTS_S
    with server.client() as client:
        while (clock := client.get("/api/v1/clock").json())["behind_s"] > NEAR_S:
            assert time.monotonic() < until, clock
            time.sleep(0.1)


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A twin just after the plan of the morning: runs are in the yard for half an hour."""
    folder = tmp_path_factory.mktemp("morning") / "metro"
    with running(folder, "--scale", "0.1", "--begin", "2 08:40", "--speed", "1") as made:
        caught_up(made)
        yield made


@pytest.fixture
def admin(morning: Server) -> Iterator[httpx.Client]:
    """The operator of the morning's twin."""
    with morning.client() as client:
        yield client


@pytest.fixture
def seat(morning: Server, sit: Sits) -> Seat:
    """A dispatcher's window on the morning's twin."""
    return sit(cookies_of(morning, morning.key), url=morning.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium."""
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: $DOORWARD_SHOTS, or a folder of pytest's."""
    kept = os.environ.get("DOORWARD_SHOTS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cookies_of(server: Server, key: str) -> list[dict[str, Any]]:
    """A session made with a key, as cookies for a browser."""
    with server.client(None) as client:
        client.post("/api/v1/session", json={"key": key}).raise_for_status()
        return [{"name": c.name, "value": c.value, "url": server.url} for c in client.cookies.jar]


@pytest.fixture(scope="session")
def admin_cookies(server: Server) -> list[dict[str, Any]]:
    """The operator's admin, signed in once for all tests."""
    return cookies_of(server, server.key)


@pytest.fixture(scope="session")
def shipper_cookies(server: Server) -> list[dict[str, Any]]:
    """A shipper without an order yet."""
    with server.client() as admin:
        asked = {"name": "Blue", "kind": "shipper"}
        shop = admin.post("/api/v1/organisations", json=asked).json()["organisation"]
        asked_key = {"organisation": shop, "role": "shipper", "label": "Blue"}
        key = admin.post("/api/v1/keys", json=asked_key).json()["key"]
    return cookies_of(server, key)


@pytest.fixture
def sit(browser: Any, server: Server, shots: Path) -> Iterator[Sits]:
    """Windows by cookies, theme and size; afterwards none of them may have met an error in its own code."""
    opened: list[tuple[Any, Seat]] = []

    def open_seat(
        cookies: list[dict[str, Any]] | None = None,
        *,
        theme: str = "dark",
        size: dict[str, int] = WIDE,
        url: str = server.url,
    ) -> Seat:
        context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        if cookies:
            context.add_cookies(cookies)
        seat = Seat(context.new_page(), url, shots)
        seat.page.on("pageerror", lambda error: seat.wrong.append(str(error)))
        seat.page.on("console", lambda told: _refused(seat, told))
        opened.append((context, seat))
        return seat

    yield open_seat
    for context, _ in opened:
        context.close()
    assert [wrong for _, seat in opened for wrong in seat.wrong] == []


def _refused(seat: Seat, told: Any) -> None:
    """Errors of the console, but for answers with an error status, which tests ask for."""
    if told.type == "error" and not told.text.startswith("Failed to load resource"):
        seat.wrong.append(told.text)


@pytest.fixture
def desk(sit: Sits, admin_cookies: list[dict[str, Any]]) -> Seat:
    """The admin's window at the usual size."""
    return sit(admin_cookies)
