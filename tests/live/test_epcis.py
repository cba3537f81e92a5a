"""EPCIS 2.0 on a real server: what was scanned is told to whom it belongs, what others saw becomes scans."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.live.conftest import Shop
from tests.live.server import Server

ROOT = "/api/v1/epcis"


@pytest.fixture(scope="module")
def still(admin: httpx.Client) -> Any:
    """The twin has hurried to where it begins, and its clock stands: nothing is scanned meanwhile."""
    end = time.monotonic() + 120
    while admin.get("/api/v1/clock").json()["behind_s"] > 0:
        assert time.monotonic() < end
        time.sleep(0.1)
    admin.post("/api/v1/twin/pause")
    turns: list[int] = []
    while len(turns) < 5 or len(set(turns[-5:])) > 1:  # what was due before still goes on
        assert time.monotonic() < end
        turns.append(admin.get("/api/v1/clock").json()["turn"])
        time.sleep(0.1)
    yield
    admin.post("/api/v1/twin/go")


def events_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """Of a query document."""
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["type"] == "EPCISQueryDocument" and told["schemaVersion"] == "2.0"
    assert answer.headers["gs1-epcis-version"] == "2.0.0"
    return list(told["epcisBody"]["queryResults"]["resultsBody"]["eventList"])


@pytest.mark.usefixtures("still")
def test_events_are_queried_page_by_page_each_once(admin: httpx.Client) -> None:
    whole = events_of(admin.get(f"{ROOT}/events", params={"perPage": 1000}))
    assert len(whole) > 100
    seen: list[dict[str, Any]] = []
    url: str | None = f"{ROOT}/events?perPage=17"
    while url is not None and len(seen) < len(whole):
        answer = admin.get(url)
        seen += events_of(answer)
        link = answer.headers.get("link")
        url = link[1 : link.index(">")] if link else None
    assert seen[: len(whole)] == whole
    times = [each["eventTime"] for each in whole]
    assert times == sorted(times) and len({(e["eventTime"], str(e)) for e in whole}) == len(whole)


@pytest.mark.usefixtures("still")
def test_filters_say_what_they_mean(admin: httpx.Client) -> None:
    def ask(**given: str) -> list[dict[str, Any]]:
        return events_of(admin.get(f"{ROOT}/events", params={"perPage": "1000", **given}))

    whole = ask()
    middle = whole[len(whole) // 2]["eventTime"]
    packed = ask(EQ_bizStep="packing|urn:epcglobal:cbv:bizstep:picking", LT_eventTime=middle)
    assert packed == [e for e in whole if e["bizStep"] in ("packing", "picking") and e["eventTime"] < middle]
    late = ask(GE_eventTime=middle, perPage="5")
    assert late == [e for e in whole if e["eventTime"] >= middle][:5]
    epc = whole[-1]["epcList"][0]
    mine = ask(MATCH_epc=f"{epc}|urn:epc:id:sscc:0.0")
    assert mine and all(epc in e["epcList"] and len(e["epcList"]) == 1 for e in mine)
    assert ask(MATCH_epc="urn:epc:id:sscc:0.0") == [] == ask(eventType="AggregationEvent")
    assert ask(EQ_action="ADD", perPage="3") == [e for e in whole if e["action"] == "ADD"][:3]
    for bad in ({"EQ_bizstep": "x"}, {"GE_eventTime": "noon"}, {"perPage": "0"}, {"nextPageToken": "x"}):
        answer = admin.get(f"{ROOT}/events", params=bad)
        assert answer.status_code == 400 and answer.json()["remedy"], answer.text


def test_a_shop_is_told_of_its_own_packages_only(admin: httpx.Client, blue: Shop) -> None:
    theirs = events_of(admin.get(f"{ROOT}/events", params={"perPage": 1}))[0]["epcList"][0]
    assert events_of(blue.client.get(f"{ROOT}/events", params={"MATCH_epc": theirs})) == []
    for event in events_of(blue.client.get(f"{ROOT}/events", params={"perPage": 1000})):
        for epc in event["epcList"]:
            found = admin.get(
                "/api/v1/search", params={"q": epc.rsplit("/", 1)[-1].rsplit(":", 1)[-1]}
            ).json()
            assert found, epc


@pytest.mark.usefixtures("still")
def test_events_are_captured_whole_or_as_far_as_they_go(
    server: Server, admin: httpx.Client, blue: Shop
) -> None:
    sent = admin.get("/api/v1/clock").json()["now_s"]
    found = events_of(admin.get(f"{ROOT}/events", params={"perPage": 1000, "EQ_bizStep": "packing"}))
    when = found[-1]["eventTime"]

    def event(epc: str, step: str, **more: Any) -> dict[str, Any]:
        return {
            "type": "ObjectEvent", "eventTime": when, "eventTimeZoneOffset": found[-1]["eventTimeZoneOffset"],
            "action": "OBSERVE", "bizStep": step, "epcList": [epc], **more,
        }  # fmt: skip

    def document(*events: dict[str, Any]) -> dict[str, Any]:
        return {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-02T10:00:00Z",
            "epcisBody": {"eventList": list(events)},
        }  # fmt: skip

    good = _next_of(admin, found, event)
    bad = event("urn:doorward:package:99999999", "packing")
    rolled = admin.post(f"{ROOT}/capture", json=document(good, bad))
    assert rolled.status_code == 202 and rolled.headers["gs1-capture-error-behaviour"] == "rollback"
    job = admin.get(rolled.headers["location"]).json()
    assert job == rolled.json() and not job["running"] and not job["success"] and job["taken"] == 0
    assert [each["index"] for each in job["errors"]] == [1] and job["errors"][0]["remedy"]

    proceed = {"GS1-Capture-Error-Behaviour": "proceed"}
    kept = admin.post(f"{ROOT}/capture", json=document(good, bad), headers=proceed).json()
    assert kept["taken"] == 1 and not kept["success"] and kept["captureErrorBehaviour"] == "proceed"
    again = admin.post(f"{ROOT}/capture", json=good).json()
    assert (again["taken"], again["known"], again["success"]) == (0, 1, True)
    assert again["captureID"] != kept["captureID"]

    body = {"organisation": 0, "role": "planner", "label": "x", "scopes": ["SCANS_WRITE"]}
    with server.client(admin.post("/api/v1/keys", json=body).json()["key"]) as planner:
        assert planner.get(f"{ROOT}/capture/{kept['captureID']}").status_code == 200
    contractor = admin.post("/api/v1/organisations", json={"name": "Far", "kind": "contractor"}).json()
    body = {"organisation": contractor["organisation"], "role": "contractor", "label": "x"}
    with server.client(admin.post("/api/v1/keys", json=body).json()["key"]) as far:
        assert far.get(f"{ROOT}/capture/{kept['captureID']}").status_code == 404
        told = far.post(f"{ROOT}/capture", json=document(good, bad)).json()
        assert [e["what"].replace("99999999", "N") for e in told["errors"]] == [
            f"{epc} is no package of ours" for epc in (good["epcList"][0], "urn:doorward:package:N")
        ]
    assert blue.client.post(f"{ROOT}/capture", json=good).status_code == 403
    assert admin.get("/api/v1/clock").json()["now_s"] >= sent


def _next_of(admin: httpx.Client, found: list[dict[str, Any]], event: Any) -> dict[str, Any]:
    """An event that may follow for one of these packages: tried without keeping anything."""
    nothing = event("urn:doorward:package:99999999", "packing")
    for each in reversed(found):
        for epc in each["epcList"]:
            for step in (
                "departing",
                "arriving",
                "delivering",
                "loading",
                "storing",
                "receiving",
                "shipping",
            ):
                one = event(epc, step)
                answer = admin.post(f"{ROOT}/capture", json=[one, nothing])
                if answer.status_code == 202 and len(answer.json()["errors"]) == 1:
                    return dict(one)
    raise AssertionError("no package can go on")


def test_what_is_no_epcis_is_refused(admin: httpx.Client) -> None:
    for body in (b"", b"{", b'{"type": "EPCISDocument", "schemaVersion": "1.2"}', b'"x"'):
        answer = admin.post(f"{ROOT}/capture", content=body, headers={"content-type": "application/ld+json"})
        assert answer.status_code == 400 and answer.json()["remedy"], answer.text
    xml = admin.post(f"{ROOT}/capture", content=b"<x/>", headers={"content-type": "application/xml"})
    assert xml.status_code == 415
    assert admin.get(f"{ROOT}/capture/99999").status_code == 404


def test_versions_and_limits_are_told(admin: httpx.Client) -> None:
    assert admin.get(ROOT).json()["member"] == ["capture", "events"]
    for path in ("", "/capture", "/events"):
        answer = admin.options(ROOT + path)
        assert answer.status_code == 204 and answer.headers["gs1-epcis-version"] == "2.0.0", path
    assert admin.options(f"{ROOT}/capture").headers["gs1-capture-error-behaviour"] == "rollback"
