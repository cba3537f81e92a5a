"""The stream: every turn once, in order, also across a break; and the twin's clock is steered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from tests.live.conftest import Shop
from tests.live.orders import order
from tests.live.server import Server


def events(
    client: httpx.Client, path: str = "/api/v1/stream", **params: Any
) -> Iterator[tuple[str, int, Any]]:
    """(kind, id, data) of a stream's events."""
    with client.stream("GET", path, params=params, timeout=20) as answer:
        assert answer.status_code == 200, answer.read()
        kind, number, until = "", -1, time.monotonic() + 30
        for line in answer.iter_lines():
            assert time.monotonic() < until, "nothing but beats"
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: "):
                yield kind, number, msgspec.json.decode(line[6:])
                kind, number = "", -1


def test_a_stream_resumes_where_it_broke(server: Server, admin: httpx.Client, blue: Shop) -> None:
    sku = admin.get("/api/v1/items").json()["items"][0]["sku"]
    begin = admin.get("/api/v1/clock").json()["turn"]
    for i in range(5):
        blue.client.post("/api/v1/orders", json=order(f"stream-{i}", sku))
    seen: list[int] = []
    with server.client() as client:
        for kind, number, data in events(client, after=begin):
            if kind == "turn":
                assert data["turn"] == number
                seen.append(number)
                if len(seen) == 3:
                    break
        last = admin.get("/api/v1/clock").json()["turn"]
        for kind, number, _ in events(client, after=seen[-1]):
            if kind == "turn":
                seen.append(number)
            if seen[-1] >= last:
                break
    assert seen == list(range(begin + 1, begin + 1 + len(seen))), "no gap, no repetition"


def test_a_turn_out_of_reach_is_told(admin: httpx.Client) -> None:
    ahead = admin.get("/api/v1/clock").json()["turn"] + 1_000_000
    answer = admin.get("/api/v1/stream", headers={"Last-Event-ID": str(ahead)})
    assert answer.status_code == 409 and "anew" in answer.json()["remedy"]


@pytest.mark.parametrize(("asked", "then"), [({}, "moved"), ({"whole": "true"}, "positions")])
def test_positions_come_every_second(server: Server, asked: dict[str, str], then: str) -> None:
    with server.client() as client:
        found, kinds = [], []
        for kind, _, data in events(client, "/api/v1/stream/positions", **asked):
            whole = data if kind == "positions" else data["come"]
            assert len(whole["id"]) == len(whole["lat"]) == len(whole["tone"])
            found.append(data["now_s"])
            kinds.append(kind)
            if len(found) == 3:
                break
    assert found[0] < found[1] < found[2] and kinds == ["positions", then, then]


def test_the_twins_clock_is_steered(admin: httpx.Client) -> None:
    try:
        paused = admin.post("/api/v1/twin/pause").json()
        assert paused["paused"]
        stepped = admin.post("/api/v1/twin/step").json()
        for _ in range(100):
            clock = admin.get("/api/v1/clock").json()
            if clock["paused"] and clock["next_s"] > paused["next_s"]:
                break
        assert clock["now_s"] == paused["next_s"] == stepped["clock_s"], (
            "one appointment on, and it stands there"
        )
        assert admin.post("/api/v1/twin/speed", json={"speed": 40}).json()["speed"] == 40
        later = int(clock["now_s"]) + 3600
        admin.post("/api/v1/twin/until", json={"at": later})
    finally:
        admin.post("/api/v1/twin/speed", json={"speed": 20})
        admin.post("/api/v1/twin/go")
    for _ in range(2000):
        if admin.get("/api/v1/clock").json()["now_s"] >= later:
            break
    assert admin.get("/api/v1/clock").json()["now_s"] >= later
    back = admin.post("/api/v1/twin/until", json={"at": later - 7200})
    assert back.status_code == 422 and "only goes on" in back.json()["rule"]


def test_a_twin_that_hurries_is_stopped_where_its_work_is(admin: httpx.Client) -> None:
    begun = admin.get("/api/v1/clock").json()
    far = int(begun["clock_s"]) + 5 * 86_400
    try:
        admin.post("/api/v1/twin/until", json={"at": far})
        admin.post("/api/v1/twin/pause")
        until, seen = time.monotonic() + 20, [-1, -2]
        while seen[-1] != seen[-2]:  # the appointment in hand is kept
            assert time.monotonic() < until
            time.sleep(0.3)
            seen.append(admin.get("/api/v1/clock").json()["turn"])
        stands = admin.get("/api/v1/clock").json()
        assert stands["paused"] and stands["behind_s"] == 0
        assert begun["now_s"] <= stands["now_s"] < far - 3 * 86_400, "days before where it hurried to"
    finally:
        admin.post("/api/v1/twin/go")


@pytest.mark.parametrize(
    "path", ["overview", "runs", "positions", "exceptions", "linehaul", "board?station=4"]
)
def test_an_earlier_moment_looks_as_it_did(admin: httpx.Client, path: str) -> None:
    """What was shown is shown again when asked for that moment, however far things have gone on since."""
    for _ in range(30):
        before, shown, after = (
            admin.get("/api/v1/clock").json(), admin.get(f"/api/v1/{path}").json(), admin.get("/api/v1/clock").json()
        )  # fmt: skip
        at_s, turn = shown["now_s"], shown["turn"]
        if before["turn"] == after["turn"] == turn and at_s < after["next_s"]:
            break
        time.sleep(0.1)  # the next appointment was due that very second
    else:
        raise AssertionError("the twin stands at an appointment that nobody keeps")
    while admin.get("/api/v1/clock").json()["turn"] <= turn:
        admin.post("/api/v1/twin/step")
        admin.post("/api/v1/twin/go")
    mark = "&" if "?" in path else "?"
    again = admin.get(f"/api/v1/{path}{mark}at={at_s}").json()
    assert again == shown


def test_a_moment_outside_the_journal_is_told(admin: httpx.Client) -> None:
    answer = admin.get("/api/v1/overview?at=5")
    assert answer.status_code == 422 and answer.json()["field"] == "at"
