"""The shops panel of the settings: connected by hand, an order that cannot be taken is listed with what to do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

import httpx
from playwright.sync_api import expect

from tests.console.conftest import NARROW, Seat, Sits
from tests.live.server import Server


def test_a_shop_is_connected_and_tells_what_it_could_not_place(
    desk: Seat, sit: Sits, admin_cookies: list[dict[str, str]], server: Server
) -> None:
    page = desk.at("/settings")
    panel = page.locator(".shops")
    expect(panel).to_contain_text("No shop is connected")
    panel.get_by_role("button", name="Connect a shop").click()
    page.get_by_role("button", name="WooCommerce").click()
    page.get_by_label("Name", exact=True).fill("Blue Shop")
    page.get_by_label("Way of delivery").fill("Express")
    desk.shot("shop-connect")
    page.get_by_role("button", name="Connect it").click()
    secret, address = page.locator("code.secret").inner_text(), page.locator("code.address").inner_text()
    assert re.fullmatch(r"\S{48}", secret) and address.startswith(f"{server.url}/api/v1/in/woocommerce/")
    desk.shot("shop-secret")
    page.get_by_role("button", name="Close").click()
    row = panel.get_by_role("row", name="Blue Shop")
    expect(row).to_contain_text("none")

    order = {"id": 77, "status": "processing", "line_items": [{"sku": "no-such-article", "quantity": 1}]}
    body = json.dumps(order).encode()
    sign = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    headers = {
        "X-WC-Webhook-Topic": "order.created",
        "X-WC-Webhook-Signature": sign,
        "X-WC-Webhook-Delivery-ID": "d1",
    }
    answer = httpx.post(address, content=body, headers=headers)
    assert answer.status_code == 200 and answer.json()["status"] == "rejected", answer.text
    expect(row).to_contain_text("1", timeout=15_000)
    row.get_by_role("button", name=re.compile("^Orders not taken")).click()
    expect(page.get_by_role("dialog").get_by_role("row", name=re.compile("77"))).to_be_visible()
    desk.shot("shop-not-taken")
    page.get_by_role("button", name="Close").click()

    row.get_by_role("button", name=re.compile("^New secret")).click()
    expect(page.locator("code.secret")).not_to_have_text(secret)
    page.get_by_role("button", name="Close").click()
    assert httpx.post(address, content=body, headers=headers).status_code == 401, (
        "the old secret signs no more"
    )
    narrow = sit(admin_cookies, theme="light", size=NARROW)
    expect(narrow.at("/settings").locator(".shops")).to_contain_text("Blue Shop")
    narrow.shot("shops-narrow")
    assert narrow.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    row.get_by_role("button", name=re.compile("^Disconnect")).click()
    expect(row).to_contain_text("disconnected")
    desk.shot("shops")
