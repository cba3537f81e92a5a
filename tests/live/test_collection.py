"""Every request of the collection, sent as it stands in the file to a real server: none is misunderstood."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.server import STARTS_S, running

FILE = Path(__file__).parents[2] / "docs" / "api" / "doorward.postman_collection.json"
WORKS, SITUATION = {200, 201, 202, 204}, {401, 403, 404, 409}
DEPENDS = {  # examples that bear a time of the wall's clock, or rows that a young twin does not have yet
    "Report positions", "Report on a run", "Report scans", "Report on a trip", "Hurry to a later moment",
    "Capture EPCIS events", "Lock or unlock", "Exchange the vehicles of two runs", "Do again", "Undo",
    "Erase a person", "Set a password",
}  # fmt: skip
MUST_WORK = {
    "Place an order", "Place many orders", "When could it be there?", "Find", "The dispatcher's board", "A run",
    "A delivery station", "A fulfillment center", "Orders", "An order", "A package", "Make a key", "Departures",
    "Make an organisation", "What needs a person", "Do something to the twin", "Make a webhook endpoint",
    "Connect a shop", "Query EPCIS events",
}  # fmt: skip


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of its own, on its second morning: the collection makes users and shops, and ends some."""
    folder = tmp_path_factory.mktemp("collection") / "metro"
    with (
        running(folder, "--scale", "0.05", "--begin", "2 10:30", "--allow-private-webhooks") as server,
        server.client() as client,
    ):
        until = time.monotonic() + STARTS_S
        while client.get("/api/v1/clock").json()["behind_s"] > 0:
            assert time.monotonic() < until
            time.sleep(0.1)
        yield client


def requests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and request of every item."""
    for folder in json.loads(FILE.read_text())["item"]:
        for item in folder["item"]:
            yield item["name"], item["request"]


def sent(young: httpx.Client, request: dict[str, Any]) -> httpx.Response:
    """The answer, as whoever opens the collection and sets url and key gets it."""
    url = request["url"]
    within = {each["key"]: each["value"] for each in url.get("variable", [])}
    path = "/".join(within.get(part[1:], part) if part.startswith(":") else part for part in url["path"])
    query = {each["key"]: each["value"] for each in url.get("query", []) if not each["disabled"]}
    headers = {each["key"]: each["value"] for each in request["header"] if not each.get("disabled")}
    asked = young.build_request(
        request["method"], f"/{path}", params=query, headers=headers, content=request.get("body", {}).get("raw")
    )
    answer = young.send(asked, stream=True)
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        answer.read()
    answer.close()
    return answer


@pytest.mark.parametrize(("name", "request_"), [pytest.param(*each, id=each[0]) for each in requests()])
def test_a_request_is_understood(young: httpx.Client, name: str, request_: dict[str, Any]) -> None:
    answer = sent(young, request_)
    status = answer.status_code
    if name in MUST_WORK:
        assert status in WORKS, answer.text
    elif name not in DEPENDS:
        assert status in WORKS | SITUATION, answer.text
    if status not in WORKS:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert status < 500 and problem["detail"] and (status != 400 or name in DEPENDS)


def test_the_names_above_are_in_the_collection() -> None:
    assert {name for name, _ in requests()} >= MUST_WORK | DEPENDS
