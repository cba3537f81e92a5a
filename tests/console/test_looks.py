"""Every page in both themes: axe-core finds nothing serious, nothing runs off a phone, and the first paint is quick."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import NARROW, Seat, Sits

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
CHECK = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
  return found.violations.filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => [v.id, ...v.nodes.slice(0, 3).map(n => n.target.join(' ') + ': ' + n.any.map(a => a.message).join())]);
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
NARROWED = ("dispatch", "building", "station", "linehaul")
"""Pages that are laid out otherwise on a phone: axe-core looks at them there too."""
SMALL = """[...document.querySelectorAll('button, a, input:not([tabindex="-1"]), select')]
  .filter(e => e.checkVisibility() && !e.closest('p, td, dd, label, li'))
  .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
  .filter(([r]) => r.width > 1 && (r.width < 24 || r.height < 24)).map(([, h]) => h)"""
"""What is pressed alone and smaller than 24 px; WCAG 2.5.8 leaves out what stands in a line of words."""
CUT = """[...document.querySelectorAll('.strip, .exception .title, .run-name b')]
  .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className + ': ' + e.textContent.slice(0, 60))"""
FCP_S = 1.0
PAGES = {
    "tower": ("/", ".strip .tile b"),
    "table": ("/?view=table&run={run}", ".twin-table"),
    "then": ("/?view=table&at={then}", ".banner.then"),
    "orders": ("/orders", ".line"),
    "order": ("/orders/3", ".story li"),
    "package": ("/packages/3", ".story li"),
    "search": ("/search?q=Northgate", ".found a"),
    "missing": ("/orders/99999999", "[role=alert]"),
    "dispatch": ("/dispatch?station=3", ".run-row"),
    "building": ("/centers?site=0", ".strip .tile b"),
    "station": ("/centers?site=3", ".run-name"),
    "linehaul": ("/linehaul", ".departures .line"),
    "twin": ("/twin", ".twin-clock time"),
    "settings": ("/settings", ".settings .webhooks"),
}


def visit(seat: Seat, name: str) -> Any:
    """The page, with what it shows."""
    page = seat.page
    where = PAGES[name][0]
    if "{" in where:
        now_s = page.request.get(f"{seat.url}/api/v1/clock").json()["now_s"]
        runs = page.request.get(f"{seat.url}/api/v1/runs").json()["runs"]
        where = where.format(then=now_s - 3600, run=runs[0]["run"])
    seat.at(where)
    expect(page.locator(PAGES[name][1]).first).to_be_visible()
    return page


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious(sit: Sits, admin_cookies: list[dict[str, Any]], theme: str) -> None:
    """WCAG 2.2 AA and best practice on every page, the sheet of keys and the form to sign in."""
    if not AXE.is_file():
        pytest.skip("no axe-core (npm ci in ui/)")
    seat = sit(admin_cookies, theme=theme)
    wrong: dict[str, Any] = {}
    for name in PAGES:
        page = visit(seat, name)
        assert page.locator("html").get_attribute("data-theme") == theme
        if name in ("tower", "dispatch"):
            expect(page.locator(".map[data-ready]")).to_be_visible()
            page.wait_for_timeout(1000)
        seat.shot(f"{name}-{theme}")
        wrong[name] = checked(page)
    page.keyboard.press("?")
    wrong["sheet"] = checked(page)
    out = sit(theme=theme)
    expect(out.at("/").get_by_role("button", name="Use an admin key")).to_be_visible()
    out.shot(f"sign-in-{theme}")
    wrong["sign in"] = checked(out.page)
    assert {name: found for name, found in wrong.items() if found} == {}


def checked(page: Any) -> list[Any]:
    """What axe-core holds against a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[Any] = page.evaluate(CHECK)
    return found


def test_a_phone_needs_no_sideways_scroll(sit: Sits, admin_cookies: list[dict[str, Any]]) -> None:
    """390 px: no page is wider, the tower's panels are one touch apart, and what is pressed is large enough."""
    seat = sit(admin_cookies, size=NARROW)
    for name in PAGES:
        page = visit(seat, name)
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        main = page.evaluate(
            "Math.max(...[...document.querySelectorAll('main, .page')].map(e => e.scrollWidth - e.clientWidth))"
        )
        seat.shot(f"{name}-phone")
        assert wide <= 390 and main <= 0, (name, wide, main)
        assert page.evaluate(SMALL) == [], name
        if AXE.is_file() and name in NARROWED:
            assert checked(page) == [], name
    page = seat.at("/")
    page.get_by_role("button", name="Exceptions").click()
    expect(page.locator(".inbox article").first).to_be_visible()
    seat.shot("inbox-phone")
    page.get_by_role("button", name="Routes").click()
    expect(page.locator(".run-name").first).to_be_visible()
    seat.shot("routes-phone")
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_of_the_tower_is_cut_off_on_a_desk(
    sit: Sits, admin_cookies: list[dict[str, Any]], theme: str
) -> None:
    """1440 px: the strip of figures needs no scrolling, titles of exceptions are whole, no card hides the table."""
    page = visit(sit(admin_cookies, theme=theme), "table")
    expect(page.locator(".inbox article .title").first).to_be_visible()
    assert page.evaluate(CUT) == []
    table, card = (page.locator(each).bounding_box() for each in (".twin-table", ".card"))
    assert card["x"] + card["width"] <= table["x"]


def test_the_first_paint_is_quick(sit: Sits, admin_cookies: list[dict[str, Any]]) -> None:
    """First contentful paint on loopback, best of up to five new windows: a slow one may be others' load."""
    times: list[float] = []
    while len(times) < 5 and min(times, default=FCP_S) >= FCP_S:
        page = sit(admin_cookies).at("/?view=table")
        expect(page.locator(".strip .tile b").first).to_be_visible()
        page.wait_for_function(f"() => {PAINT}")
        times.append(page.evaluate(PAINT) / 1000)
    print("first contentful paint", [f"{each:.2f} s" for each in times])
    if min(times) >= FCP_S and os.getloadavg()[0] > 2 * (os.cpu_count() or 1):
        pytest.skip(f"too busy a machine to measure on: {os.getloadavg()[0]:.1f} processes wait")
    assert min(times) < FCP_S, times
