"""The board by HTTP: a lock is shown, an edit answers with its consequences and is taken back."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest

from tests.live.server import Server


@pytest.fixture(scope="module")
def station(server: Server, admin: httpx.Client) -> int:
    """A station with runs, on the morning of the second day."""
    clock = admin.get("/api/v1/clock").json()
    morning = int(clock["start_s"]) + 34 * 3600
    if clock["now_s"] < morning:
        admin.post("/api/v1/twin/until", json={"at": morning})
    until = time.monotonic() + 60
    while admin.get("/api/v1/clock").json()["now_s"] < morning:
        assert time.monotonic() < until
        time.sleep(0.1)
    for site in admin.get("/api/v1/network").json()["sites"]:
        if site["kind"] == "station" and admin.get(f"/api/v1/board?station={site['site']}").json()["runs"]:
            return int(site["site"])
    raise AssertionError("no station has a run at ten in the morning")


def test_a_lock_is_shown_and_taken_back(admin: httpx.Client, station: int) -> None:
    # the last door of all: the twin goes on, and may reach a nearer one between two of our questions
    runs = admin.get(f"/api/v1/board?station={station}").json()["runs"]
    open_doors = [(door["plan_s"], i, door) for i, run in enumerate(runs) for door in run["doors"][-1:]]
    _, at, door = max(each for each in open_doors if not each[2]["outcome"])
    run = runs[at]
    for on in (True, False):
        answer = admin.post("/api/v1/board/lock", json={"packages": door["packages"], "on": on})
        assert answer.status_code == 200, answer.text
        shown = admin.get(f"/api/v1/runs/{run['bar']['run']}").json()["doors"]
        assert next(each for each in shown if each["packages"] == door["packages"])["locked"] is on


def test_what_cannot_be_is_told_and_nothing_changes(admin: httpx.Client, station: int) -> None:
    before = admin.get("/api/v1/clock").json()["turn"]
    answer = admin.post("/api/v1/board/move", json={"packages": [10**6], "run": 0})
    assert answer.status_code in (409, 422) and answer.json()["detail"]
    assert admin.post("/api/v1/board/undo", json={"station": 10**6}).status_code in (409, 422)
    assert admin.get("/api/v1/clock").json()["turn"] >= before


def hurry(admin: httpx.Client, hour: int) -> None:
    """To an hour of the twin's second day, and stand there."""
    clock = admin.get("/api/v1/clock").json()
    then = int(clock["start_s"]) + (24 + hour) * 3600
    admin.post("/api/v1/twin/until", json={"at": then})
    until = time.monotonic() + 120
    while admin.get("/api/v1/clock").json()["now_s"] < then:
        assert time.monotonic() < until
        time.sleep(0.1)
    admin.post("/api/v1/twin/pause")


def test_a_late_run_is_mended_in_one_click_and_undone(admin: httpx.Client, station: int) -> None:
    """Rain makes vans late; of the runs that the inbox offers to reorder some get fewer late doors."""
    rain = {"kind": "rain", "amount": 25, "minutes": 600}
    assert admin.post("/api/v1/twin/inject", json=rain).status_code == 200
    hurry(admin, 15)
    offered = [
        found
        for found in admin.get("/api/v1/exceptions").json()["items"]
        if "run.mend" in [action["command"] for action in found["actions"]]
    ]
    mended = 0
    for found in offered:
        before = admin.get(f"/api/v1/runs/{found['row']}").json()["bar"]
        order = doors(admin, found["row"])
        answer = admin.post(f"/api/v1/exceptions/{found['id']}/actions", json={"command": "run.mend"})
        if answer.status_code == 409:  # nothing better was found, and nothing was changed
            assert newest(admin, before["name"])["run"] == found["row"]
            continue
        assert answer.status_code == 200, answer.text
        mended += 1
        less, more = re.findall(r"\d+", answer.json()["words"])[:2]
        now = newest(admin, before["name"])
        assert int(less) < int(more) and now["late"] <= before["late"] and now["run"] != found["row"]
        undone = admin.post("/api/v1/board/undo", json={"station": answer.json()["undo_station"]})
        assert undone.status_code == 200, undone.text
        back = doors(admin, newest(admin, before["name"])["run"])
        assert back == order[-len(back) :]
    assert mended, offered
    admin.post("/api/v1/twin/go")


def newest(admin: httpx.Client, name: str) -> dict[str, Any]:
    """The run that a vehicle is on now."""
    runs: list[dict[str, Any]] = admin.get("/api/v1/runs").json()["runs"]
    return [run for run in runs if run["name"] == name][-1]


def doors(admin: httpx.Client, run: int) -> list[list[int]]:
    """Packages of each door of a run, in its order."""
    return [door["packages"] for door in admin.get(f"/api/v1/runs/{run}").json()["doors"]]
