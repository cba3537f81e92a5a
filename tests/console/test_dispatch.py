"""The dispatcher's board by hand: dragged, by menu and by keys; locked, undone; why a package is on no run."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import Seat
from tests.live.test_plans import order, planned, vans


@pytest.fixture
def yard(admin: httpx.Client) -> int:
    """The station with most vans to leave: two or more."""
    stations = [s["site"] for s in admin.get("/api/v1/network").json()["sites"] if s["kind"] == "station"]
    best = max(stations, key=lambda each: len(vans(admin, each)))
    assert len(vans(admin, best)) >= 2, "no station has two vans to leave"
    return int(best)


def unfolded(seat: Seat, station: int) -> Any:
    """The board with the doors of its first run that has not left; the page, and that run's name."""
    page = seat.at(f"/dispatch?station={station}")
    row = page.locator(".run-row", has_text="leaves").first
    expect(row).to_be_visible()
    row.locator(".fold").click()
    expect(page.locator(".door-row").nth(3)).to_be_visible()
    return page, row.locator("b").first.inner_text()


def done(seat: Seat) -> None:
    """The last edit was taken; with Force where it breaks nothing but a promise."""
    page = seat.page
    verdict = page.locator(".outcome .verdict")
    expect(verdict).not_to_have_text("Sending…")
    force = page.get_by_role("button", name="Force: break the promise")
    if force.count():
        force.click()
    expect(verdict).to_contain_text("Done")


def undone(seat: Seat, admin: httpx.Client, station: int, before: object) -> None:
    """`u` takes the last edit back: all runs stand as before."""
    seat.page.locator("h1").click()
    seat.page.keyboard.press("u")
    expect(seat.page.locator(".outcome")).to_contain_text("Undo the last edit")
    expect(seat.page.locator(".outcome .verdict")).to_contain_text("Done")
    assert order(admin, station) == before


def test_a_door_is_dragged_to_another_place_and_taken_back(
    seat: Seat, admin: httpx.Client, yard: int
) -> None:
    before = order(admin, yard)
    page, _ = unfolded(seat, yard)
    doors = page.locator(".door-row")
    moved = doors.nth(3).locator("b").inner_text()
    doors.nth(3).drag_to(doors.nth(0), target_position={"x": 120, "y": 4})
    done(seat)
    expect(doors.nth(0).locator("b")).to_have_text(moved)
    assert order(admin, yard) != before
    seat.shot("dispatch-dragged")
    undone(seat, admin, yard, before)
    expect(doors.nth(3).locator("b")).to_have_text(moved)


def test_the_same_by_menu_and_a_run_is_locked_there(seat: Seat, admin: httpx.Client, yard: int) -> None:
    before = order(admin, yard)
    page, name = unfolded(seat, yard)
    door = page.locator(".door-row").nth(1)
    moved = door.locator("b").inner_text()
    door.get_by_role("button", name=re.compile("^Actions for door")).click()
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name=re.compile("^Assign to"))).to_be_focused()
    seat.shot("dispatch-menu")
    menu.get_by_role("menuitem", name="One place later").click()
    done(seat)
    expect(page.locator(".door-row").nth(2).locator("b")).to_have_text(moved)
    undone(seat, admin, yard, before)
    page.get_by_role("button", name=f"Actions for {name}").first.click()
    page.get_by_role("menuitem", name="Lock the run").click()
    done(seat)
    expect(page.locator(".run-row", has_text=name).first).to_contain_text("locked")
    page.locator(".outcome").get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator(".run-row", has_text=name).first).not_to_contain_text("locked")


def test_the_same_by_keys_alone(seat: Seat, admin: httpx.Client, yard: int) -> None:
    """`j` to a door, `l` locks it, `u` unlocks; `a` asks for a run, arrows and Enter give it to another driver."""
    before = order(admin, yard)
    page, name = unfolded(seat, yard)
    page.locator("h1").click()
    for _ in range(40):
        page.keyboard.press("j")
        if page.locator(".door-row.here").count():
            break
    here = page.locator(".door-row.here")
    moved = here.locator("b").inner_text()
    page.keyboard.press("l")
    done(seat)
    expect(here.locator(".lock")).to_be_attached()
    undone(seat, admin, yard, before)
    expect(here.locator(".lock")).to_have_count(0)
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name=re.compile("^Assign"))
    box = dialog.get_by_role("combobox")
    expect(box).to_be_focused()
    other = next(r["bar"]["name"] for r in planned(admin, yard) if r["bar"]["name"] != name)
    page.keyboard.type(other)
    expect(dialog.get_by_role("option").first).to_contain_text(other)
    seat.shot("dispatch-assign")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    verdict = page.locator(".outcome .verdict")
    expect(verdict).not_to_have_text("Sending…")
    if "Refused" in verdict.inner_text():
        expect(page.locator(".outcome .misfits li").first).to_be_visible()
        seat.shot("dispatch-refused")
        assert order(admin, yard) == before
        return
    assert order(admin, yard) != before
    (run,) = [r for r in planned(admin, yard) if int(moved) in [p for d in r["doors"] for p in d["packages"]]]
    assert run["bar"]["name"] == other
    undone(seat, admin, yard, before)


def test_every_package_of_the_pool_says_why_it_is_on_no_run(seat: Seat, admin: httpx.Client) -> None:
    boards = [
        admin.get(f"/api/v1/board?station={s['site']}").json()
        for s in admin.get("/api/v1/network").json()["sites"]
        if s["kind"] == "station"
    ]
    board = max(boards, key=lambda each: len(each["unassigned"]))
    assert board["unassigned"], "every package is on a run"
    page = seat.at(f"/dispatch?station={board['station']}")
    rows = page.locator(".waiting")
    expect(rows.first).to_be_visible()
    for reason in rows.locator(".reason").all_inner_texts():
        assert re.fullmatch(r"\w[\w ]*: \w.+", reason), reason
    given = next((u for u in board["unassigned"] if u["why"]), None)
    if given:
        why = page.get_by_label("why")
        if why.count():
            why.select_option(given["why"])
        expect(page.locator(".pool")).to_contain_text(given["why"])
    seat.shot("dispatch-pool")


def test_a_station_that_is_none_is_told_in_the_servers_words(seat: Seat) -> None:
    page = seat.at("/dispatch?station=999")
    alert = page.get_by_role("alert").first
    expect(alert).to_contain_text("site 999 is no delivery station")
    expect(alert).to_contain_text("take one from")
    seat.shot("dispatch-error")
