"""Everything by keyboard: the sheet, going, lists, search; and the focus can be seen."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Seat

FOCUS = """() => {
  const at = document.activeElement, look = getComputedStyle(at.closest('.search') ?? at);
  return {tag: at.tagName, name: at.getAttribute('aria-label') ?? at.textContent.trim().slice(0, 30),
          width: parseFloat(look.outlineWidth), style: look.outlineStyle};
}"""


def focus(page: Any) -> dict[str, Any]:
    """What has the focus, and the outline that shows it."""
    found: dict[str, Any] = page.evaluate(FOCUS)
    return found


def test_keys_go_open_and_leave(desk: Seat) -> None:
    """`?` opens the sheet, Esc closes it; `g o`, `j`, `k`, Enter, Esc walk the orders; `g t` is the tower."""
    page = desk.at("/orders")
    expect(page.locator(".line").first).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    desk.shot("keyboard-sheet")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    for key in "jjk":
        page.keyboard.press(key)
    chosen = page.locator(".line.chosen")
    expect(chosen).to_have_count(1)
    order = chosen.locator("b").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Order {order}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    theme = page.locator("html").get_attribute("data-theme")
    page.keyboard.press("t")
    expect(page.locator("html")).not_to_have_attribute("data-theme", theme)
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("region", name="Key figures")).to_be_visible()
    expect(page.locator(".map-panel canvas").first).to_be_visible()  # by then the panel listens to its keys
    page.keyboard.press("m")
    expect(page.get_by_role("group", name="Vehicles")).to_be_visible()
    expect(page.locator(".inbox article").first).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".exception.chosen")).to_have_count(1)
    assert "ex=" in page.url
    page.keyboard.press("Escape")
    expect(page.locator(".exception.chosen")).to_have_count(0)


def test_search_finds_by_keys_alone(desk: Seat) -> None:
    """`/` takes the focus, letters typed there are no shortcuts, arrows and Enter open what was found, Esc leaves."""
    page = desk.at("/orders")
    expect(page.locator(".line").first).to_be_visible()
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name=re.compile("^Search"))
    expect(box).to_be_focused()
    page.keyboard.type("Northgate")
    expect(page.get_by_role("option").first).to_be_visible()
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    desk.shot("search")
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).not_to_be_focused()
    page.keyboard.press("/")
    box.fill("")
    page.keyboard.type("100")
    expect(page.get_by_role("option").first).to_contain_text("100")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("#/orders$"))


def test_tab_walks_what_can_be_pressed_and_shows_where_it_is(desk: Seat) -> None:
    """The first stop skips to the content; each of the next ones has an outline of two pixels or more."""
    page = desk.at("/?view=table")
    expect(page.locator(".inbox article").first).to_be_visible()
    page.keyboard.press("Tab")
    assert focus(page)["name"] == "Skip to content"
    seen = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        found = focus(page)
        seen.add((found["tag"], found["name"]))
        assert found["style"] != "none" and found["width"] >= 1.5, found
    assert len(seen) > 20


def test_single_keys_can_be_switched_off(desk: Seat) -> None:
    """WCAG 2.1.4: then `t` is no command any more, and stays so after a reload."""
    page = desk.at("/settings")
    page.get_by_label("Single-key shortcuts are on").uncheck()
    page.reload()
    expect(page.get_by_label("Single-key shortcuts are on")).not_to_be_checked()
    page.get_by_role("heading", level=1).click()
    theme = page.locator("html").get_attribute("data-theme")
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
