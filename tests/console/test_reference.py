"""The API's reference page: from the wheel alone, and calls are tried with a key."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.console.conftest import Sits
from tests.live.server import Server


def test_the_reference_needs_nothing_from_elsewhere_and_tries_a_call(sit: Sits, server: Server) -> None:
    seat = sit()
    asked: list[str] = []
    seat.page.on("request", lambda request: asked.append(request.url))
    seat.page.goto(f"{server.url}/docs")
    page = seat.page
    expect(page.locator("#operations-tag-Orders")).to_be_visible()
    assert page.locator(".opblock").count() > 90
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").fill(server.key)
    page.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").click()
    clock = page.locator("#operations-Network-clock")
    clock.locator(".opblock-summary-control").click()
    clock.get_by_role("button", name="Try it out").click()
    clock.get_by_role("button", name="Execute").click()
    expect(clock.locator(".live-responses-table tr.response .response-col_status")).to_contain_text("200")
    seat.shot("reference")
    elsewhere = [url for url in asked if not url.startswith((server.url, "data:", "blob:"))]
    assert elsewhere == []


def test_without_scripts_it_says_where_the_description_is(sit: Sits, server: Server) -> None:
    with server.client(None) as client:
        page = client.get("/docs")
        assert "/openapi.json" in page.text and "script-src" not in page.headers["content-security-policy"]
        assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
