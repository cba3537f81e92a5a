"""The twin's page: its clock steered, weather sent, a fork compared; and its frame on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import NARROW, Seat, Sits, caught_up, cookies_of
from tests.console.test_floors import PAGES
from tests.console.test_looks import AXE, checked
from tests.live.server import Server, running

TIMES = "\u00d7"
FORKED = 60_000
"""Milliseconds that two small evenings may take."""


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A small twin whose clock is its own: steering it disturbs no other test."""
    folder = tmp_path_factory.mktemp("evening") / "metro"
    with running(folder, "--scale", "0.02", "--begin", "1 20:00", "--speed", "1") as made:
        caught_up(made)
        yield made


@pytest.fixture
def client(evening: Server) -> Iterator[httpx.Client]:
    with evening.client() as made:
        yield made


@pytest.fixture
def cookies(evening: Server) -> list[dict[str, Any]]:
    return cookies_of(evening, evening.key)


@pytest.fixture
def helm(evening: Server, sit: Sits, cookies: list[dict[str, Any]]) -> Seat:
    """A window on it."""
    return sit(cookies, url=evening.url)


def clock(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/clock").json()
    return found


def test_speed_pause_and_step_by_keys_alone(helm: Seat, client: httpx.Client) -> None:
    page = helm.at("/orders")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("w")
    own = page.get_by_role("region", name="The twin's clock")
    expect(own).to_contain_text(f"1{TIMES}, as in life")
    speeds = page.get_by_role("group", name="Speed")
    speeds.get_by_role("button", name=re.compile(f"^60{TIMES}")).focus()
    page.keyboard.press("Enter")
    expect(own).to_contain_text(f"60{TIMES}, 24 min a day")
    assert clock(client)["speed"] == 60
    own.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Space")
    expect(own).to_contain_text("stands still")
    expect(page.locator(".badge.twin")).to_contain_text("TWIN")
    before = clock(client)
    assert before["paused"]
    own.get_by_role("button", name="Step").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "turn => fetch('/api/v1/clock').then(r => r.json()).then(c => c.paused && c.now_s >= turn)",
        arg=before["next_s"],
    )
    helm.shot("twin-paused")
    own.get_by_role("button", name="Go").focus()
    page.keyboard.press("Enter")
    expect(own).not_to_contain_text("stands still")
    speeds.get_by_role("button", name=re.compile(f"^1{TIMES}")).click()
    expect(own).to_contain_text("as in life")


def test_rain_is_sent_and_told_and_no_rain_is_not(helm: Seat, client: httpx.Client) -> None:
    page = helm.at("/twin")
    expect(page.get_by_text("Nothing was done to this twin yet")).to_be_visible()
    rain = page.locator("form.inject").nth(0)
    rain.get_by_label("mm an hour").fill("6")
    rain.get_by_role("button", name="Let it happen").click()
    row = page.locator("table.injected tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Rain, 6 mm an hour, everywhere")
    expect(row).to_contain_text("left")
    assert [i["amount"] for i in client.get("/api/v1/twin/injections").json()] == [6000]
    rain.get_by_label("mm an hour").fill("0")
    rain.get_by_role("button", name="Let it happen").click()
    expect(rain.locator("input:invalid")).to_be_focused()
    expect(row).to_have_count(1)


def test_two_vans_down_and_back(helm: Seat, client: httpx.Client) -> None:
    def out() -> int:
        return sum(vehicle["out"] for vehicle in client.get("/api/v1/network").json()["vehicles"])

    before, page = out(), helm.at("/twin")
    card = page.locator("form.inject", has_text="Vans down")
    expect(card).to_contain_text("in service")
    card.get_by_label("how many").fill("2")
    card.get_by_role("button", name="Let it happen").click()
    expect(card).to_contain_text(", 2 out")
    assert out() == before + 2
    helm.shot("twin-vans-down")
    card.get_by_role("button", name="bring back").click()
    expect(card.get_by_role("button", name="bring back")).to_have_count(0)
    assert out() == before


def test_a_fork_is_played_and_compared(
    helm: Seat, client: httpx.Client, sit: Sits, cookies: list[dict[str, Any]], evening: Server
) -> None:
    """Figure by figure; a second one meanwhile is refused in words; readable on a phone; then it is forgotten."""
    page = helm.at("/twin")
    orders = page.locator("form.inject").nth(1)
    orders.get_by_label("% of what would come").fill("200")
    orders.get_by_role("button", name="Fork and compare").click()
    fork = page.get_by_role("article", name="Orders at 200 %")
    expect(fork).to_be_visible()
    rain = page.locator("form.inject").nth(0)
    rain.get_by_role("button", name="Fork and compare").click()
    expect(rain.get_by_role("alert")).to_contain_text("fork")
    helm.shot("twin-refused")
    table = fork.locator("table.compared")
    expect(table).to_be_visible(timeout=FORKED)
    (shape,) = client.get("/api/v1/twin/forks").json()
    assert shape["state"] == "done"
    for measure in shape["measures"]:
        expect(table.get_by_role("rowheader", name=measure["words"], exact=True)).to_be_visible()
    assert any(m["base"] != m["fork"] for m in shape["measures"]), "twice the orders change nothing"
    fork.scroll_into_view_if_needed()
    helm.shot("twin-fork")
    wrong: dict[str, Any] = {}
    for theme, size in (("dark", None), ("light", NARROW)):
        other = sit(cookies, theme=theme, url=evening.url, **({"size": size} if size else {}))
        seen = other.at("/twin")
        expect(seen.locator("table.compared")).to_be_visible()
        seen.locator("article.fork").scroll_into_view_if_needed()
        other.shot(f"twin-fork-{theme}{'-phone' if size else ''}")
        wide = "Math.max(...[...document.querySelectorAll('main, .page')].map(e => e.scrollWidth - e.clientWidth))"
        assert seen.evaluate(wide) <= 0
        if AXE.is_file():
            wrong[theme] = checked(seen)
    assert {theme: found for theme, found in wrong.items() if found} == {}
    fork.get_by_role("button", name="Forget it").click()
    expect(fork).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_page_of_a_twin_has_its_frame_and_says_so(
    sit: Sits, evening: Server, cookies: list[dict[str, Any]], theme: str
) -> None:
    seat = sit(cookies, theme=theme, url=evening.url)
    for where in [
        *PAGES.values(),
        "/orders",
        "/packages/0",
        "/search?q=Oldport",
        "/twin",
        "/settings",
        "/none",
    ]:
        page = seat.at(where)
        frame = page.locator(".twin-frame")
        expect(frame).to_be_visible()
        drawn = frame.evaluate(
            "e => { const s = getComputedStyle(e), r = e.getBoundingClientRect();"
            " return [s.borderTopWidth, s.borderTopColor, r.width, r.height, innerWidth, innerHeight] }"
        )
        assert drawn[0] == "3px" and drawn[2:4] == drawn[4:6], (where, drawn)
        assert violet(drawn[1]), (where, drawn)
        expect(page.locator(".badge.twin")).to_contain_text("TWIN")
        assert page.title().endswith("TWIN")


def violet(colour: str) -> bool:
    """More blue than red, more red than green."""
    red, green, blue = (int(each) for each in re.findall(r"\d+", colour)[:3])
    return blue > red > green


def test_who_may_not_steer_is_told_so(sit: Sits, evening: Server, client: httpx.Client) -> None:
    shop = client.post("/api/v1/organisations", json={"name": "Blue", "kind": "shipper"}).json()[
        "organisation"
    ]
    key = client.post("/api/v1/keys", json={"organisation": shop, "role": "shipper", "label": "Blue"}).json()[
        "key"
    ]
    page = sit(cookies_of(evening, key), url=evening.url).at("/twin")
    expect(page.get_by_text("Not yours to see")).to_be_visible()
    expect(page.locator(".steering")).to_have_count(0)
