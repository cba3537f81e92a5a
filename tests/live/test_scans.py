"""Scans by the SSCC on the label: as scanners send them, beside numbers, and of nobody else's packages."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from doorward.fulfillment.label.sscc import check_digit, sscc18
from tests.live.server import Server


@pytest.fixture(scope="module")
def labels(admin: httpx.Client) -> list[tuple[int, str]]:
    """Packages of the twin whose label is printed, and what it says."""
    told = admin.get("/api/v1/epcis/events", params={"EQ_bizStep": "packing", "perPage": 20}).json()
    links = [each["epcList"][0] for each in told["epcisBody"]["queryResults"]["resultsBody"]["eventList"]]
    ssccs = [link.rpartition("/00/")[2] for link in links if "/00/" in link]
    found = []
    for sscc in ssccs:
        hit = admin.get("/api/v1/search", params={"q": f"(00){sscc}"}).json()[0]
        assert hit["kind"] == "package"
        found.append((int(hit["row"]), sscc))
    assert len(found) > 5
    return found


def post(client: httpx.Client, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to some scans."""
    answer = client.post("/api/v1/scans", json=rows)
    assert answer.status_code in (200, 422), answer.text
    return dict(answer.json())


def test_a_label_and_a_number_name_one_package(admin: httpx.Client, labels: list[tuple[int, str]]) -> None:
    at_s = int(admin.get("/api/v1/clock").json()["now_s"]) - 3600
    scan = {"event": "packed", "at_s": at_s, "site": 0, "device": 901}
    spelt = ("{}", "00{}", "(00){}", "]C100{}")
    by_label = [
        {**scan, "sscc": spelt[i % 4].format(sscc), "sequence": i} for i, (_, sscc) in enumerate(labels)
    ]
    by_number = [{**scan, "package": package, "sequence": i} for i, (package, _) in enumerate(labels)]
    first = post(admin, by_label)
    assert (first["taken"], first["known"], first["errors"]) == (len(labels), 0, [])
    again = post(admin, by_number)
    assert (again["taken"], again["known"], again["errors"]) == (0, len(labels), [])


def test_what_no_label_says_is_set_aside_row_by_row(
    admin: httpx.Client, labels: list[tuple[int, str]]
) -> None:
    package, sscc = labels[0]
    scan = {"event": "packed", "at_s": int(admin.get("/api/v1/clock").json()["now_s"]) - 60, "device": 902}
    wrong = sscc[:-1] + str((int(sscc[-1]) + 1) % 10)
    never = sscc18(10**8, extension=3, prefix="0614141")
    rows = [
        {**scan, "sscc": wrong}, {**scan, "sscc": never}, {**scan, "sscc": "12"},
        {**scan, "sscc": sscc, "package": package}, scan, {**scan, "sscc": sscc, "sequence": 7},
    ]  # fmt: skip
    answer = post(admin, rows)
    assert answer["taken"] == 1
    told = {each["row"]: (each["field"], each["rule"]) for each in answer["errors"]}
    assert sorted(told) == [0, 1, 2, 3, 4]
    assert "check digit" in told[0][1] and "printed" in told[1][1] and "18 digits" in told[2][1]
    assert {told[row][1] for row in (3, 4)} == {"either a package or an sscc"}
    assert all(each["remedy"] and each["detail"] for each in answer["errors"])


def test_others_labels_look_as_if_nobody_had_printed_them(
    server: Server, admin: httpx.Client, labels: list[tuple[int, str]]
) -> None:
    body = {"name": "Amber", "kind": "contractor"}
    organisation = admin.post("/api/v1/organisations", json=body).json()["organisation"]
    body = {"organisation": organisation, "role": "contractor", "label": "x"}
    key = admin.post("/api/v1/keys", json=body).json()["key"]
    never = "30614141099999999"
    with server.client(key) as amber:
        scan = {"event": "delivered", "at_s": 1_772_600_000, "left": "in_hand"}
        asked = [{**scan, "sscc": labels[0][1]}, {**scan, "sscc": f"{never}{check_digit(never)}"}]
        errors = post(amber, asked)["errors"]
    shown = [{**each, "row": 0, "detail": each["detail"].partition(" ")[0]} for each in errors]
    assert shown[0] == shown[1]
