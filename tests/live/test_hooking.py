"""Webhooks of a real server: signed, told to whom they belong, not lost, not delayed by others, replayed."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.hooks.receiver import Receiver
from tests.live.conftest import Shop
from tests.live.orders import order
from tests.live.server import Server

HOOKS = "/api/v1/webhooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listens on this machine."""
    each = Receiver()
    yield each
    each.close()


@pytest.fixture(scope="module")
def skus(admin: httpx.Client) -> list[str]:
    """Articles that other tests leave alone: many orders of one would leave those without stock."""
    return [each["sku"] for each in admin.get("/api/v1/items?cursor=60&limit=30").json()["items"]]


def make(client: httpx.Client, url: str, *events: str) -> dict[str, Any]:
    """An endpoint for some events."""
    answer = client.post(
        HOOKS, json={"url": url, "events": list(events) or ["order.promised", "order.refused"]}
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def until(good: Callable[[], bool], wait_s: float = 60.0) -> None:
    """Return when it is so."""
    end = time.monotonic() + wait_s
    while not good():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def place(shop: Shop, refs: list[str], skus: list[str]) -> list[int]:
    """Orders of a shop."""
    answer = shop.client.post(
        "/api/v1/orders/batch", json=[order(ref, skus[i % len(skus)]) for i, ref in enumerate(refs)]
    ).json()
    assert not answer["errors"], answer
    return [each["order"] for each in answer["placed"]]


def refs(receiver: Receiver, path: str) -> list[str]:
    """Of the orders that a path was told of."""
    return [json.loads(body)["data"]["ref"] for got, _, body in list(receiver.got) if got == path]


def test_an_order_is_told_to_its_shop_signed_and_to_nobody_else(
    blue: Shop, red: Shop, receiver: Receiver, skus: list[str]
) -> None:
    mine, theirs = make(blue.client, receiver.url + "/blue"), make(red.client, receiver.url + "/red")
    (number,) = place(blue, ["told"], skus)
    until(lambda: receiver.count("/blue") > 0)
    ((_, headers, body),) = [got for got in receiver.got if got[0] == "/blue"]
    told = Webhook(mine["secret"]).verify(body, headers)
    assert told["type"] in ("order.promised", "order.refused")
    assert (told["data"]["order"], told["data"]["ref"]) == (number, "told")
    with pytest.raises(WebhookVerificationError):
        Webhook(theirs["secret"]).verify(body, headers)

    answer = blue.client.post(f"{HOOKS}/{mine['webhook']}/rotate", json={"overlap_s": 3_600})
    place(blue, ["again"], skus)
    until(lambda: receiver.count("/blue") > 1)
    ((_, headers, body),) = [got for got in receiver.got if b'"again"' in got[2]]
    for secret in (mine["secret"], answer.json()["secret"]):
        Webhook(secret).verify(body, headers)
    assert receiver.count("/red") == 0
    page = blue.client.get(f"{HOOKS}/{mine['webhook']}/deliveries?limit=1").json()
    rest = blue.client.get(f"{HOOKS}/{mine['webhook']}/deliveries?cursor={page['cursor']}").json()
    assert [each["body"]["data"]["ref"] for each in page["items"] + rest["items"]] == ["again", "told"]
    assert page["items"][0]["attempts"][0]["code"] == 204 and rest["cursor"] == ""
    for one in (mine, theirs):
        assert (
            blue.client.delete(f"{HOOKS}/{one['webhook']}").status_code
            == {mine["webhook"]: 200, theirs["webhook"]: 404}[one["webhook"]]
        )
    assert red.client.delete(f"{HOOKS}/{theirs['webhook']}").status_code == 200


def test_endpoints_of_others_are_not_there(blue: Shop, red: Shop, admin: httpx.Client) -> None:
    mine = make(blue.client, "https://blue.example.org/in")["webhook"]
    at, nowhere = f"{HOOKS}/{mine}", f"{HOOKS}/{mine + 10_000}"
    for verb, tail in (
        ("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/rotate"), ("POST", "/replay"),
        ("GET", "/deliveries"),
    ):  # fmt: skip
        theirs, none = (red.client.request(verb, url + tail, json={}) for url in (at, nowhere))
        assert theirs.status_code == none.status_code == 404, (verb, tail, theirs.text)
        assert theirs.text.replace(str(mine), "N") == none.text.replace(str(mine + 10_000), "N")
    assert mine not in [each["webhook"] for each in red.client.get(HOOKS).json()["items"]]
    assert mine in [each["webhook"] for each in blue.client.get(HOOKS).json()["items"]]
    assert admin.get(at).json()["organisation"] == blue.organisation
    body = {"url": "https://red.example.org/", "organisation": blue.organisation}
    assert red.client.post(HOOKS, json=body).status_code == 404
    assert blue.client.post(HOOKS, json={"url": "http://169.254.169.254/latest"}).status_code == 422
    assert blue.client.post(HOOKS, json={"url": "https://a.example.org/", "events": ["x"]}).status_code == 422
    secret = blue.client.post(at + "/rotate", json={}).json()["secret"]
    assert secret.startswith("whsec_") and secret not in blue.client.get(at).text, "shown once"
    assert blue.client.delete(at).json()["webhook"] == mine
    assert blue.client.get(at).json()["why"] == "asked"


def test_a_slow_receiver_delays_nobody(blue: Shop, red: Shop, receiver: Receiver, skus: list[str]) -> None:
    slow, quick = make(blue.client, receiver.url + "/slow"), make(red.client, receiver.url + "/quick")
    place(blue, [f"slow-{i}" for i in range(8)], skus)
    until(lambda: receiver.count("/slow") > 0)
    began = time.monotonic()
    place(red, [f"quick-{i}" for i in range(8)], skus)
    until(lambda: receiver.count("/quick") == 8)
    assert time.monotonic() - began < 10, "the slow one still holds its first messages"
    assert sorted(refs(receiver, "/quick")) == [f"quick-{i}" for i in range(8)]
    shown = blue.client.get(f"{HOOKS}/{slow['webhook']}").json()
    assert shown["delivered"] == 0 and shown["waiting"] == 8
    for client, one in ((blue.client, slow), (red.client, quick)):
        client.delete(f"{HOOKS}/{one['webhook']}")


def test_a_killed_sender_loses_none(server: Server, blue: Shop, receiver: Receiver, skus: list[str]) -> None:
    made = make(blue.client, receiver.url + "/kept")
    wanted = [f"kept-{i}" for i in range(60)]
    for first in range(0, 60, 10):
        place(blue, wanted[first : first + 10], skus)
        if first in (10, 30):
            before = server.child("sender")
            os.kill(before, signal.SIGKILL)
    until(lambda: set(refs(receiver, "/kept")) == set(wanted))
    assert server.child("sender") != before
    ids = {
        (headers["webhook-id"], json.loads(body)["data"]["ref"])
        for path, headers, body in receiver.got
        if path == "/kept"
    }
    assert len(ids) == 60, "a message that came twice bears the same id"
    blue.client.delete(f"{HOOKS}/{made['webhook']}")


def test_a_dead_letter_is_shown_and_replayed(blue: Shop, receiver: Receiver, skus: list[str]) -> None:
    receiver.answers["/gone"] = lambda count: 410
    made = make(blue.client, receiver.url + "/gone")
    at = f"{HOOKS}/{made['webhook']}"
    place(blue, ["dead"], skus)
    until(lambda: blue.client.get(at).json()["why"] == "gone")
    (letter,) = blue.client.get(f"{at}/deliveries?status=dead").json()["items"]
    assert letter["attempts"][0]["code"] == 410 and letter["next_s"] == -1
    assert letter["body"]["data"]["ref"] == "dead"
    assert blue.client.post(f"{at}/replay", json={}).status_code == 409, "disabled"
    receiver.answers["/gone"] = lambda count: 200
    assert blue.client.post(f"{at}/enable").status_code == 200
    later = {"since_s": letter["happened_s"] + 1}
    assert blue.client.post(f"{at}/replay", json=later).status_code == 200
    assert blue.client.post(f"{at}/replay", json={"since_s": letter["happened_s"]}).status_code == 200
    until(lambda: blue.client.get(at).json()["delivered"] == 1)
    assert len(set(receiver.ids("/gone"))) == 1 and receiver.count("/gone") == 2
    (letter,) = blue.client.get(f"{at}/deliveries").json()["items"]
    assert [each["code"] for each in letter["attempts"]] == [410, 200]
    blue.client.delete(at)
