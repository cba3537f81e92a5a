"""The webhooks panel of the settings: made by hand, the secret seen once, a dead letter seen and replayed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from standardwebhooks import Webhook

from tests.console.conftest import NARROW, Seat, Sits, cookies_of
from tests.hooks.receiver import Receiver
from tests.live.orders import order
from tests.live.server import Server

SOON = 30_000
"""Milliseconds: the sender reads the network's tables when the first webhook is made."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listens on this machine."""
    each = Receiver()
    yield each
    each.close()


def test_a_webhook_is_made_dies_and_is_replayed(
    desk: Seat, sit: Sits, admin_cookies: list[dict[str, str]], server: Server, receiver: Receiver
) -> None:
    receiver.answers["/desk"] = lambda count: 410
    page = desk.at("/settings")
    panel = page.locator(".webhooks")
    panel.get_by_role("button", name="Make a webhook").click()
    page.get_by_label("Address").fill(receiver.url + "/desk")
    page.get_by_label("order.promised").check()
    page.get_by_label("order.refused").check()
    page.get_by_role("button", name="Make it").click()
    secret = page.locator("code.secret").inner_text()
    assert re.fullmatch(r"whsec_\S{44}", secret)
    desk.shot("webhook-secret")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("code.secret")).to_have_count(0)
    expect(panel.get_by_role("row", name="/desk")).to_contain_text("2 of 9", timeout=SOON)

    with server.client() as client:
        sku = client.get("/api/v1/items").json()["items"][0]["sku"]
        client.post("/api/v1/orders", json=order("for-the-desk", sku)).raise_for_status()
    expect(panel.get_by_role("row", name="/desk")).to_contain_text("gone: it answered 410", timeout=SOON)
    (_, headers, body) = receiver.got[0]
    Webhook(secret).verify(body, headers)

    panel.get_by_role("button", name=re.compile("^Deliveries")).first.click()
    page.get_by_role("button", name="Dead letters").click()
    letter = page.get_by_role("row", name=re.compile("for-the-desk"))
    expect(letter).to_contain_text(re.compile("dead.*410 in"), timeout=SOON)
    desk.shot("webhook-dead-letter")
    page.get_by_role("button", name="Close").click()
    receiver.answers["/desk"] = lambda count: 204
    panel.get_by_role("button", name=re.compile("^Enable")).first.click()
    expect(panel.get_by_role("row", name="/desk")).to_contain_text("1 dead", timeout=SOON)
    panel.get_by_role("button", name=re.compile("^Deliveries")).first.click()
    page.get_by_role("button", name="Replay 1 dead").click()
    expect(page.get_by_role("row", name=re.compile("for-the-desk"))).to_contain_text(
        re.compile("delivered.*204 in .* 2 tries"), timeout=SOON
    )
    desk.shot("webhook-deliveries")
    page.get_by_role("button", name="Close").click()
    expect(panel.get_by_role("row", name="/desk")).to_contain_text("up to date", timeout=SOON)
    desk.shot("webhooks")
    for theme, size in (("light", None), ("dark", NARROW)):
        other = sit(admin_cookies, theme=theme, **({"size": size} if size else {}))
        shown = other.at("/settings")
        expect(shown.locator(".webhooks")).to_contain_text("up to date", timeout=SOON)
        other.shot(f"webhooks-{theme}{'-narrow' if size else ''}")
        wide = shown.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, "the page does not scroll sideways"


def test_who_may_not_sees_no_webhooks(sit: Sits, server: Server) -> None:
    with server.client() as admin:
        asked = {"organisation": 0, "role": "viewer", "label": "looks"}
        key = admin.post("/api/v1/keys", json=asked).json()["key"]
    page = sit(cookies_of(server, key)).at("/settings")
    expect(page.get_by_role("heading", name="Session")).to_be_visible()
    expect(page.locator(".webhooks")).to_have_count(0)
