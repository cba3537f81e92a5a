"""The server goes away and comes back: what was known stays, its age is told, and then it goes on by itself."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.console.conftest import Sits, cookies_of
from tests.live.server import running, start


def test_a_lost_server_is_told_and_found_again(sit: Sits, tmp_path: Path) -> None:
    """Killed: after half a minute the banner says so, figures stay; a new page offers to try again; up: all is well."""
    with running(tmp_path / "metro", "--scale", "0.01", "--begin", "1 09:00", "--speed", "20") as server:
        cookies = cookies_of(server, server.key)
        seat = sit(cookies, url=server.url)
        seat.page.clock.install()
        page = seat.at("/?view=table")
        figure = page.locator(".strip .tile b").first
        expect(figure).to_be_visible()
        known = figure.inner_text()
        server.kill()
        page.clock.fast_forward(31_000)
        banner = page.locator(".banner.amber")
        expect(banner).to_contain_text("Nothing heard for")
        assert figure.inner_text() == known
        page.get_by_role("button", name="Try now").click()
        expect(banner).to_be_visible()
        expect(page.locator(".age.old").first).to_be_visible()
        seat.shot("lost")
        again = seat.at("/orders")
        expect(again.get_by_role("alert").filter(has_text="The server does not answer").first).to_be_visible()
        expect(again.get_by_role("button", name="Try again").first).to_be_visible()
        seat.shot("lost-orders")
        back = start(server.folder, "--speed", "20", port=int(server.url.rpartition(":")[2]))
        try:
            back.ready()
            again.get_by_role("button", name="Try again").first.click()
            expect(again.locator(".line").first).to_be_visible()
            for _ in range(6):
                page.clock.run_for(5_000)
                page.wait_for_timeout(100)
            expect(banner).to_have_count(0)
        finally:
            back.stop()
