"""Better plans by HTTP: asked for, shown, taken, undone, dropped, void; and nobody waits for a search."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.live.server import Server


def wait_until(admin: httpx.Client, at_s: int) -> None:
    """Let the twin be at that second, or later."""
    if admin.get("/api/v1/clock").json()["now_s"] < at_s:
        assert admin.post("/api/v1/twin/until", json={"at": at_s}).status_code == 200
    end = time.monotonic() + 90
    while admin.get("/api/v1/clock").json()["now_s"] < at_s:
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def yard(server: Server, admin: httpx.Client) -> Iterator[int]:
    """A station with runs that have not left, while the twin's clock stands still."""
    clock = admin.get("/api/v1/clock").json()
    day = int(clock["start_s"]) // 86_400 * 86_400
    second = next(s for s in (day + h * 1_800 for h in range(200)) if s > clock["now_s"] + 3_600)
    admin.post("/api/v1/twin/speed", json={"speed": 1})
    try:
        for at in range(second, second + 30 * 3_600, 1_800):
            wait_until(admin, at)
            for site in admin.get("/api/v1/network").json()["sites"]:
                if site["kind"] == "station" and len(vans(admin, site["site"])) >= 2:
                    admin.post("/api/v1/twin/pause")
                    yield int(site["site"])
                    return
        raise AssertionError("no station plans two runs in a day")
    finally:
        admin.post("/api/v1/twin/speed", json={"speed": 20})
        admin.post("/api/v1/twin/go")


def planned(client: httpx.Client, station: int) -> list[dict[str, Any]]:
    runs = client.get(f"/api/v1/board?station={station}").json()["runs"]
    return [run for run in runs if run["bar"]["status"] == "planned"]


def vans(client: httpx.Client, station: int) -> list[dict[str, Any]]:
    return [run for run in planned(client, station) if run["bar"]["vehicle"] >= 0 and len(run["doors"]) > 4]


def order(client: httpx.Client, station: int) -> list[list[list[int]]]:
    """Packages by door of the runs that have not left."""
    return sorted([door["packages"] for door in run["doors"]] for run in planned(client, station))


def optimised(client: httpx.Client, station: int, **more: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/board/optimise", json={"station": station, "iterations": 4_000, **more})
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


def spoil(client: httpx.Client, station: int) -> None:
    """Make a van's run worse than it is: its last door earlier, as far forward as its shift allows."""
    for run in sorted(planned(client, station), key=lambda each: -len(each["doors"])):
        for place in range(len(run["doors"]) - 2):
            body = {
                "packages": run["doors"][-1]["packages"],
                "run": run["bar"]["run"],
                "place": place,
                "force": True,
            }
            if client.post("/api/v1/board/move", json=body).status_code == 200:
                return
    raise AssertionError("no run of the station can be edited")


def test_a_plan_is_shown_taken_and_undone(admin: httpx.Client, yard: int) -> None:
    spoil(admin, yard)
    before = order(admin, yard)
    plan = optimised(admin, yard)
    assert plan["state"] == "open" and plan["moved"] and plan["after"]["dist_m"] < plan["before"]["dist_m"]
    assert order(admin, yard) == before, "nothing is changed by asking"
    first = admin.get(f"/api/v1/plans/{plan['proposal']}")
    assert first.json() == plan
    had = {"If-None-Match": first.headers["etag"]}
    same = admin.get(f"/api/v1/plans/{plan['proposal']}", headers=had)
    assert same.status_code == 304 and not same.content, "it reads as before"
    taken = admin.post(f"/api/v1/plans/{plan['proposal']}/accept")
    assert taken.status_code == 200, taken.text
    assert taken.json()["after"] == plan["after"] and order(admin, yard) != before
    shown = admin.get(f"/api/v1/plans/{plan['proposal']}", headers=had).json()
    assert shown["state"] == "accepted" and shown["edit"] == taken.json()["edit"]
    again = admin.post(f"/api/v1/plans/{plan['proposal']}/accept")
    assert again.status_code == 409 and "accepted" in again.json()["detail"]
    assert admin.post(f"/api/v1/plans/{plan['proposal']}/undo").status_code == 200
    assert order(admin, yard) == before
    assert admin.post(f"/api/v1/plans/{plan['proposal']}/undo").status_code == 409


def test_a_plan_whose_run_was_edited_says_which_and_why(admin: httpx.Client, yard: int) -> None:
    spoil(admin, yard)
    plan = optimised(admin, yard)
    run = plan["runs"][0]["run"]
    detail = next(each for each in planned(admin, yard) if each["bar"]["run"] == run)
    admin.post(
        "/api/v1/board/start", json={"run": run, "start_s": detail["bar"]["depart_s"] + 600, "force": True}
    )
    shown = admin.get(f"/api/v1/plans/{plan['proposal']}").json()
    assert shown["state"] == "stale" and f"run {run} was edited since" in shown["why"]
    refused = admin.post(f"/api/v1/plans/{plan['proposal']}/accept")
    assert (
        refused.status_code == 409 and shown["why"] == refused.json()["detail"] and refused.json()["remedy"]
    )
    assert admin.post(f"/api/v1/plans/{plan['proposal']}/discard").status_code == 200
    assert admin.get(f"/api/v1/plans/{plan['proposal']}").json()["state"] == "discarded"


def test_equal_tables_and_iterations_give_equal_plans(admin: httpx.Client, yard: int) -> None:
    spoil(admin, yard)
    one, two = optimised(admin, yard), optimised(admin, yard)
    assert one["moved"] == two["moved"] and one["after_c"] == two["after_c"] <= one["before_c"]
    none = optimised(admin, yard, iterations=0)
    assert none["runs"] == none["moved"] == [] and none["iterations"] == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"seconds": 1e9}, "seconds"),
        ({"iterations": 10**9}, "iterations"),
        ({"weights": {"km": -1}}, "weights.km"),
        ({"runs": list(range(500))}, "runs"),
        ({"station": 10**6}, "station"),
    ],
)
def test_what_cannot_be_asked_is_told(
    admin: httpx.Client, yard: int, more: dict[str, Any], field: str
) -> None:
    answer = admin.post("/api/v1/board/optimise", json={"station": yard, **more})
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field and answer.json()["rule"]


def test_nobody_waits_for_a_search(server: Server, admin: httpx.Client, yard: int) -> None:
    found: list[dict[str, Any]] = []
    with server.client() as other:
        body = {"iterations": -1, "seconds": 3}
        search = threading.Thread(target=lambda: found.append(optimised(other, yard, **body)))
        search.start()
        took = list[float]()
        runs = admin.get("/api/v1/runs").json()["runs"]
        away = next(
            bar["run"] for bar in runs if bar["station"] != yard and bar["status"] in ("planned", "left")
        )
        lock = admin.get(f"/api/v1/runs/{away}").json()["doors"][-1]["packages"]
        while search.is_alive():
            begun = time.monotonic()
            assert admin.get("/api/v1/clock").status_code == 200
            assert (
                admin.post(
                    "/api/v1/board/lock", json={"packages": lock, "on": len(took) % 2 == 0}
                ).status_code
                == 200
            )
            took.append(time.monotonic() - begun)
        search.join()
    admin.post("/api/v1/board/lock", json={"packages": lock, "on": False})
    assert found[0]["seconds"] >= 3 and len(took) > 10
    assert max(took) < 1.5, "a read and an edit are answered while a plan of three seconds is made"


def test_a_contractor_plans_its_own_runs_only(server: Server, admin: httpx.Client, yard: int) -> None:
    body = {"name": "Olive", "kind": "contractor"}
    organisation = admin.post("/api/v1/organisations", json=body).json()["organisation"]
    runs = [run["bar"] for run in vans(admin, yard)]
    vehicles = f"/api/v1/organisations/{organisation}/vehicles"
    body = {"organisation": organisation, "role": "contractor", "label": "x"}
    with server.client(admin.post("/api/v1/keys", json=body).json()["key"]) as client:
        ask, mine, theirs = "/api/v1/board/optimise", runs[0], runs[1]
        assert client.post(ask, json={"station": yard}).status_code == 404
        assert admin.post(vehicles, json={"vehicles": [mine["vehicle"]]}).status_code == 200
        assert client.post(ask, json={"station": yard, "runs": [theirs["run"]]}).status_code == 404
        assert client.post(ask, json={"station": yard, "whole_pool": True}).status_code == 403
        plan = client.post(ask, json={"station": yard, "iterations": 400}).json()
        assert {change["run"] for change in plan["runs"]} <= {mine["run"]}
        assert client.get(f"/api/v1/plans/{plan['proposal']}").status_code == 200
        foreign = optimised(admin, yard)["proposal"]
        for verb in ("accept", "discard", "undo"):
            assert client.post(f"/api/v1/plans/{foreign}/{verb}").status_code == 404
        assert client.get(f"/api/v1/plans/{foreign}").status_code == 404
        assert client.post("/api/v1/board/lock", json={"runs": [mine["run"]]}).status_code == 403
        assert client.post(f"/api/v1/plans/{plan['proposal']}/discard").status_code == 200
        admin.post("/api/v1/organisations/0/vehicles", json={"vehicles": [mine["vehicle"]]})
