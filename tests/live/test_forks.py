"""Fork and compare: the same day twice is the same, with more orders it is another; the twin itself is not touched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.conftest import Shop, make_shop
from tests.live.server import Server, running


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A small twin of its own, that stands."""
    with running(tmp_path_factory.mktemp("forks") / "metro", "--scale", "0.02", "--begin", "1 19:00") as made:
        with made.client() as client:
            while client.get("/api/v1/clock").json()["behind_s"] > 60:
                time.sleep(0.1)
            client.post("/api/v1/twin/pause")
        yield made


@pytest.fixture(scope="module")
def client(small: Server) -> Iterator[httpx.Client]:
    with small.client() as made:
        yield made


def finished(client: httpx.Client, number: int) -> dict[str, Any]:
    until, seen = time.monotonic() + 90, 0
    while True:
        shown: dict[str, Any] = client.get(f"/api/v1/twin/forks/{number}").json()
        assert shown["progress_pm"] >= seen, "it goes on"
        seen = shown["progress_pm"]
        if shown["state"] != "running":
            return shown
        assert time.monotonic() < until, shown
        time.sleep(0.1)


def figures(fork: dict[str, Any], of: str) -> dict[str, float]:
    return {each["name"]: each[of] for each in fork["measures"]}


def test_the_same_day_twice_is_the_same_and_another_one_differs(client: httpx.Client, small: Server) -> None:
    turn = client.get("/api/v1/clock").json()["turn"]
    begun = client.post("/api/v1/twin/fork", json={"name": "nothing"})
    assert begun.status_code == 202, begun.text
    again = client.post("/api/v1/twin/fork", json={})
    assert again.status_code == 409 and "one at a time" in again.json()["rule"]
    same = finished(client, begun.json()["fork"])
    assert same["state"] == "done" and figures(same, "base") == figures(same, "fork"), same
    more = {"kind": "orders", "amount": 300, "minutes": 600}
    asked = {"name": "three times the orders", "injections": [more], "vehicles": [0, 1]}
    other = finished(client, client.post("/api/v1/twin/fork", json=asked).json()["fork"])
    assert other["state"] == "done", other
    assert figures(other, "base") == figures(same, "base"), "the same turn, the same seed"
    assert figures(other, "fork")["placed"] > figures(other, "base")["placed"]
    listed = client.get("/api/v1/twin/forks").json()
    assert [each["name"] for each in listed] == ["three times the orders", "nothing"]
    assert (
        client.get("/api/v1/clock").json()["turn"] == turn
        and client.get("/api/v1/twin/injections").json() == []
    )
    folder: Path = small.folder / "forks"
    assert not any("vault" in each.name for each in folder.rglob("*"))


def test_a_fork_is_ended_and_forgotten(client: httpx.Client, small: Server) -> None:
    number = client.post("/api/v1/twin/fork", json={}).json()["fork"]
    assert client.delete(f"/api/v1/twin/forks/{number}").status_code == 200
    assert client.get(f"/api/v1/twin/forks/{number}").status_code == 404
    assert not (small.folder / "forks" / str(number)).exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"injections": [{"kind": "snow", "minutes": 5}]},
        {"injections": [{"kind": "closed", "minutes": 5, "target": 10**6}]},
        {"injections": [{"kind": "rain", "minutes": 5, "from_s": 1}]},
        {"vehicles": [10**6]},
    ],
)
def test_what_cannot_be_is_refused_at_once(client: httpx.Client, asked: dict[str, Any]) -> None:
    before = client.get("/api/v1/twin/forks").json()
    answer = client.post("/api/v1/twin/fork", json=asked)
    assert answer.status_code == 422 and answer.json()["detail"]
    assert client.get("/api/v1/twin/forks").json() == before


def test_a_shop_forks_nothing(small: Server, client: httpx.Client) -> None:
    shop: Shop = make_shop(small, client, "Blue")
    with shop.client as blue:
        assert blue.post("/api/v1/twin/fork", json={}).status_code == 403
        assert blue.get("/api/v1/twin/forks").status_code == 403
