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
    """A station with runs, on the morning of the second day before they leave."""
    clock = admin.get("/api/v1/clock").json()
    morning = int(clock["start_s"]) + 33 * 3600
    if clock["now_s"] < morning:
        admin.post("/api/v1/twin/until", json={"at": morning})
    until = time.monotonic() + 60
    while admin.get("/api/v1/clock").json()["now_s"] < morning:
        assert time.monotonic() < until
        time.sleep(0.1)
    for site in admin.get("/api/v1/network").json()["sites"]:
        if site["kind"] == "station" and admin.get(f"/api/v1/board?station={site['site']}").json()["runs"]:
            return int(site["site"])
    raise AssertionError("no station has a run at nine in the morning")


def test_what_the_inbox_offers_in_the_morning_is_done_in_one_click_and_undone(
    admin: httpx.Client, station: int
) -> None:
    hurry(admin, 9)
    done = done_and_undone(admin)
    assert {"board.optimise", "snooze"} <= done, done
    admin.post("/api/v1/twin/go")


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
    last = -1
    while (turn := admin.get("/api/v1/clock").json()["turn"]) != last:  # what was under way is finished
        last = turn
        time.sleep(0.3)


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
        undo(admin, answer.json())
        back = doors(admin, newest(admin, before["name"])["run"])
        assert back == order[-len(back) :]
    assert mended, offered
    admin.post("/api/v1/twin/go")


def test_what_the_inbox_offers_in_the_evening_is_done_in_one_click_and_undone(
    admin: httpx.Client, station: int
) -> None:
    hurry(admin, 18)
    done = done_and_undone(admin)
    assert {"package.rechoose", "snooze"} <= done, done
    admin.post("/api/v1/twin/go")


def done_and_undone(admin: httpx.Client) -> set[str]:
    """Take each kind of action that is offered now; returns those that could be done."""
    done: set[str] = set()
    for found in admin.get("/api/v1/exceptions").json()["items"]:
        for action in found["actions"]:
            if action["command"] in done:
                continue
            about = action["rows"] or found["packages"]
            before = standing(admin, about)
            asked = {"command": action["command"]}
            answer = admin.post(f"/api/v1/exceptions/{found['id']}/actions", json=asked)
            if answer.status_code in (404, 409):  # its run has another number since; or no, in words
                assert answer.json()["detail"], answer.text
            else:
                assert answer.status_code == 200 and answer.json()["words"], answer.text
                done.add(action["command"])
                assert standing(admin, about) != before, (action, answer.json())
                undo(admin, answer.json())
            assert standing(admin, about) == before, (action, answer.json())
    return done


def test_a_departure_is_held_and_released(admin: httpx.Client, station: int) -> None:
    now = admin.get("/api/v1/clock").json()["now_s"]
    shown = admin.get("/api/v1/linehaul").json()["departures"]
    trip = max(shown, key=lambda each: each["depart_s"])
    assert trip["status"] == "planned" and trip["depart_s"] > now
    answer = admin.post("/api/v1/linehaul/hold", json={"trips": [trip["trip"]], "until_s": trip["depart_s"] + 600})
    assert answer.status_code == 200 and answer.json()["depart_s"] == [trip["depart_s"] + 600], answer.text
    assert departs(admin, trip["trip"]) == trip["depart_s"] + 600
    late = {"trips": [trip["trip"]], "until_s": trip["depart_s"] + 86_400}
    answer = admin.post("/api/v1/linehaul/hold", json=late)
    assert answer.status_code == 422 and "behind the timetable" in answer.text
    assert admin.post("/api/v1/linehaul/release", json={"trips": [trip["trip"]]}).status_code == 200
    assert departs(admin, trip["trip"]) == trip["depart_s"]
    assert admin.post("/api/v1/linehaul/release", json={"trips": [trip["trip"]]}).status_code == 409


def departs(admin: httpx.Client, trip: int) -> int:
    shown = admin.get("/api/v1/linehaul").json()["departures"]
    return next(int(each["depart_s"]) for each in shown if each["trip"] == trip)


def undo(admin: httpx.Client, done: dict[str, Any]) -> None:
    answer = admin.post(f"/api/v1/{done['undo']['path']}", json=done["undo"]["body"])
    assert answer.status_code == 200, answer.text


def standing(admin: httpx.Client, packages: list[int]) -> list[Any]:
    """The inbox, the boards without their numbers of runs, vehicles in service, departures, ways of these packages."""
    shown = admin.get("/api/v1/exceptions").json()["items"]
    put_off = sorted(each["id"] for each in shown if each["put_off_s"] >= 0)
    boards = []
    for site in admin.get("/api/v1/network").json()["sites"]:
        if site["kind"] == "station":
            found = admin.get(f"/api/v1/board?station={site['site']}").json()
            runs = {
                run["bar"]["name"]: [door["packages"] for door in run["doors"] if not door["outcome"]]
                for run in found["runs"]
            }
            boards.append((runs, sorted(each["package"] for each in found["unassigned"])))
    out = admin.get("/api/v1/network").json()["vehicles"]
    trips = [(each["trip"], each["depart_s"]) for each in admin.get("/api/v1/linehaul").json()["departures"]]
    ways = [
        tuple(shape[name] for name in ("way", "carrier", "station", "bill_c", "co2_g"))
        for shape in (admin.get(f"/api/v1/packages/{p}").json() for p in packages[:3])
    ]
    return [put_off, boards, out, trips, ways]


def newest(admin: httpx.Client, name: str) -> dict[str, Any]:
    """The run that a vehicle is on now."""
    runs: list[dict[str, Any]] = admin.get("/api/v1/runs").json()["runs"]
    return [run for run in runs if run["name"] == name][-1]


def doors(admin: httpx.Client, run: int) -> list[list[int]]:
    """Packages of each door of a run, in its order."""
    return [door["packages"] for door in admin.get(f"/api/v1/runs/{run}").json()["doors"]]
