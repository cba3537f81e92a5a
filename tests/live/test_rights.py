"""Every endpoint asks who it is: cases are generated from the OpenAPI document, so a new route cannot be forgotten."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.live.conftest import Shop
from tests.live.orders import order
from tests.live.server import Server

OPEN = {("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/api/v1/session"), ("GET", "/api/v1/session"),
        ("DELETE", "/api/v1/session"), ("GET", "/api/v1/session/ways"), ("POST", "/api/v1/session/passkey"),
        ("POST", "/api/v1/session/passkey/options"), ("GET", "/api/v1/session/oidc/{provider}"),
        ("GET", "/api/v1/session/oidc/{provider}/back"),
        # these ask for a signature, see test_shops.py
        ("POST", "/api/v1/in/shopify/{connection}"), ("POST", "/api/v1/in/woocommerce/{connection}")}  # fmt: skip


@pytest.fixture(scope="module")
def operations(server: Server) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of the whole API."""
    with server.client(None) as client:
        document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    return [
        (verb.upper(), path, each) for path, item in document["paths"].items() for verb, each in item.items()
    ]


def filled(path: str) -> str:
    """A path with numbers in its places."""
    return "".join("0" if i % 2 else part for i, part in enumerate(path.replace("}", "{").split("{")))


def scope_of(operation: dict[str, Any]) -> str:
    """The scope that an operation names."""
    return str(operation["security"][0]["key"][0])


def test_nobody_gets_in_without_a_key(
    server: Server, operations: list[tuple[str, str, dict[str, Any]]]
) -> None:
    with server.client(None) as client:
        for verb, path, _ in operations:
            if (verb, path) not in OPEN:
                answer = client.request(verb, filled(path), json={})
                assert answer.status_code == 401, (verb, path, answer.status_code)
                assert answer.json()["remedy"] and answer.headers["www-authenticate"] == "Bearer"


def test_a_key_without_the_scope_is_refused(
    server: Server, admin: httpx.Client, operations: list[tuple[str, str, dict[str, Any]]]
) -> None:
    """A key with one scope only gets past the door where that one is asked for, and nowhere else."""
    scopes = {scope_of(each) for verb, path, each in operations if (verb, path) not in OPEN}
    clients = {}
    for scope in ("ORDERS_READ", "TWIN"):
        body = {"organisation": 0, "role": "admin", "label": scope, "scopes": [scope]}
        clients[scope] = server.client(admin.post("/api/v1/keys", json=body).json()["key"])
    assert {"ORDERS_READ", "TWIN"} < scopes
    for verb, path, each in operations:
        if (verb, path) in OPEN or "stream" in path:
            continue
        for scope, client in clients.items():
            answer = client.request(verb, filled(path), json={})
            allowed = scope_of(each) == scope
            assert (answer.status_code == 403) != allowed, (verb, path, scope, answer.status_code)
    for client in clients.values():
        client.close()
    admin.post("/api/v1/twin/go")  # one of the keys may steer the twin, and did


def test_things_of_another_shop_are_not_there(admin: httpx.Client, blue: Shop, red: Shop) -> None:
    sku = admin.get("/api/v1/items").json()["items"][0]["sku"]
    number = blue.client.post("/api/v1/orders", json=order("mine", sku)).json()["order"]
    nowhere = number + 10_000_000
    for path in ("", "/recipient"):
        theirs = red.client.get(f"/api/v1/orders/{number}{path}")
        none = red.client.get(f"/api/v1/orders/{nowhere}{path}")
        assert theirs.status_code == none.status_code == 404
        assert theirs.text.replace(str(number), "N") == none.text.replace(str(nowhere), "N")
    assert number not in {
        each["order"] for each in red.client.get("/api/v1/orders?limit=500").json()["items"]
    }
    assert not [hit for hit in red.client.get("/api/v1/search?q=mine").json() if hit["kind"] == "order"]
    assert red.client.post(f"/api/v1/orders/{number}/link").status_code == 404
    own = {each["order"] for each in red.client.get("/api/v1/orders?limit=500").json()["items"]}
    for package in range(50):  # most are the operator's own
        mine = admin.get(f"/api/v1/packages/{package}").json().get("order") in own
        assert red.client.get(f"/api/v1/packages/{package}").status_code == (200 if mine else 404)
    assert red.client.get("/api/v1/overview").status_code == 403


def test_nobody_gives_more_than_they_have(blue: Shop, red: Shop) -> None:
    post = blue.client.post
    assert post("/api/v1/organisations", json={"name": "x", "kind": "shipper"}).status_code == 403
    for organisation, role in ((0, "admin"), (red.organisation, "shipper"), (blue.organisation, "admin")):
        body = {"organisation": organisation, "role": role, "label": "x"}
        assert post("/api/v1/keys", json=body).status_code in (409, 422), (organisation, role)
    assert (
        post(
            "/api/v1/keys", json={"organisation": blue.organisation, "role": "shipper", "label": "x"}
        ).status_code
        == 201
    )
    theirs = {each["organisation"] for each in blue.client.get("/api/v1/grants").json()}
    assert theirs == {blue.organisation}
    assert blue.client.delete("/api/v1/grants/0").status_code == 404


def test_a_revoked_key_is_refused_at_once(server: Server, admin: httpx.Client) -> None:
    made = admin.post("/api/v1/keys", json={"organisation": 0, "role": "viewer", "label": "short"}).json()
    with server.client(made["key"]) as client:
        assert client.get("/api/v1/overview").status_code == 200
        assert admin.delete(f"/api/v1/grants/{made['grant']}").status_code == 200
        assert client.get("/api/v1/overview").status_code == 401


def test_a_browser_signs_in_and_needs_its_token_to_change_anything(
    server: Server, admin: httpx.Client
) -> None:
    password = "correct horse battery"
    user = {"organisation": 0, "role": "planner", "email": "Ada@Example.org", "password": password}
    made = admin.post("/api/v1/users", json=user)
    assert made.status_code == 201, made.text
    assert admin.post("/api/v1/users", json=user).status_code == 422, "an address signs in one person"
    with server.client(None) as browser:
        wrong = browser.post("/api/v1/session", json={"email": "ada@example.org", "password": "wrong"})
        nobody = browser.post("/api/v1/session", json={"email": "eve@example.org", "password": "wrong"})
        assert wrong.status_code == nobody.status_code == 401 and wrong.json() == nobody.json()
        me = browser.post("/api/v1/session", json={"email": "ada@example.org", "password": password}).json()
        cookies = [c for c in browser.cookies.jar if c.name == "dw_session"]
        assert cookies and cookies[0].has_nonstandard_attr("HttpOnly") and "PEOPLE" not in me["scopes"]
        assert browser.get("/api/v1/overview").status_code == 200
        assert browser.post("/api/v1/twin/speed", json={"speed": 20}).status_code == 403, "no token"
        csrf = browser.get("/api/v1/session").json()["csrf"]
        good = browser.post("/api/v1/twin/speed", json={"speed": 20}, headers={"X-CSRF-Token": csrf})
        assert good.status_code == 200
        forged = browser.post("/api/v1/twin/speed", json={"speed": 20}, headers={"X-CSRF-Token": "0" * 128})
        assert forged.status_code == 403
        new = {"password": "another long password"}
        assert admin.post(f"/api/v1/users/{made.json()['grant']}/password", json=new).status_code == 200
        assert browser.get("/api/v1/overview").status_code == 401, "sessions end with the password"


def test_guessing_passwords_is_slowed_down(server: Server) -> None:
    with server.client(None) as client:
        body = {"email": "guess@example.org", "password": "x"}
        answers = [client.post("/api/v1/session", json=body).status_code for _ in range(12)]
    assert answers[:10] == [401] * 10 and answers[10:] == [429] * 2


def test_secrets_stand_in_no_file_and_no_log(server: Server, admin: httpx.Client, blue: Shop) -> None:
    with server.client(None) as client:
        client.post("/api/v1/session", json={"key": blue.key})
        client.get("/api/v1/overview", headers={"Authorization": "Bearer dw_leaked-secret"})
    log = server.log.read_text()
    assert log.count(server.key) == 1, "shown once, when it was made"
    assert blue.key not in log and "leaked-secret" not in log
    for file in server.folder.rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            assert blue.key.encode() not in body and server.key.encode() not in body, file


@pytest.mark.parametrize("path", ["/api/v1/stream", "/api/v1/stream/positions"])
def test_a_stream_ends_with_its_key(server: Server, admin: httpx.Client, path: str) -> None:
    made = admin.post("/api/v1/keys", json={"organisation": 0, "role": "viewer", "label": "short"}).json()
    with server.client(made["key"]) as client, client.stream("GET", path) as answer:
        lines = answer.iter_lines()
        next(lines)
        assert admin.delete(f"/api/v1/grants/{made['grant']}").status_code == 200
        for _ in lines:
            pass  # it ends by itself; if not, the client gives up with an error


def test_a_contractor_sees_the_runs_of_the_vehicles_it_was_given(server: Server, admin: httpx.Client) -> None:
    body = {"name": "Green", "kind": "contractor"}
    organisation = admin.post("/api/v1/organisations", json=body).json()["organisation"]
    body = {"organisation": organisation, "role": "contractor", "label": "x"}
    with server.client(admin.post("/api/v1/keys", json=body).json()["key"]) as client:
        assert client.get("/api/v1/runs").json()["runs"] == []
        driven = [bar for bar in admin.get("/api/v1/runs").json()["runs"] if bar["vehicle"] >= 0]
        vehicle = driven[0]["vehicle"]
        place = f"/api/v1/organisations/{organisation}/vehicles"
        assert client.post(place, json={"vehicles": [vehicle]}).status_code == 403
        assert admin.post(place, json={"vehicles": [10**6]}).status_code == 422
        assert admin.post(place, json={"vehicles": [vehicle]}).status_code == 200
        seen = client.get("/api/v1/runs").json()["runs"]
        assert {bar["vehicle"] for bar in seen} == {vehicle}
        for bar in driven:
            answer = client.get(f"/api/v1/runs/{bar['run']}")
            assert answer.status_code == (200 if bar["vehicle"] == vehicle else 404)
        whole_network, network = (who.get("/api/v1/network").json() for who in (admin, client))
        base = whole_network["vehicles"][vehicle]["station"]
        assert [each["vehicle"] for each in network["vehicles"]] == [vehicle]
        assert [each["site"] for each in network["sites"]] == [base]
        assert network["lanes"] == network["services"] == [] != whole_network["lanes"]
        assert {zone["station"] for zone in network["zones"]} == {base}
        for site in whole_network["sites"]:
            if site["kind"] == "station":
                board = client.get("/api/v1/board", params={"station": site["site"]})
                assert board.status_code == (200 if site["site"] == base else 404), site
        style = client.get("/api/v1/map/style.json").json()
        assert style["sources"]["lanes"]["data"]["features"] == []
        board = client.get("/api/v1/board", params={"station": base}).json()
        assert board["unassigned"] == [] and {each["bar"]["vehicle"] for each in board["runs"]} <= {vehicle}
        run = seen[0]["run"]
        theirs = client.get(f"/api/v1/runs/{run}").json()["doors"]
        ours = admin.get(f"/api/v1/runs/{run}").json()["doors"]
        for door, whole in zip(theirs, ours, strict=True):
            if door["outcome"] == "delivered":
                assert (door["lat"], door["lon"]) == (round(whole["lat"], 2), round(whole["lon"], 2))
                assert client.get(f"/api/v1/packages/{door['packages'][0]}/recipient").status_code == 404
        assert admin.post("/api/v1/organisations/0/vehicles", json={"vehicles": [vehicle]}).status_code == 200
        assert client.get(f"/api/v1/runs/{run}").status_code == 404


def test_an_erased_person_signs_in_no_more(server: Server, admin: httpx.Client) -> None:
    password = "correct horse battery"
    user = {"organisation": 0, "role": "viewer", "email": "gone@example.org", "password": password}
    grant = admin.post("/api/v1/users", json=user).json()["grant"]
    with server.client(None) as browser:
        body = {"email": "gone@example.org", "password": password}
        assert browser.post("/api/v1/session", json=body).status_code == 201
        assert admin.delete(f"/api/v1/users/{grant}").status_code == 200
        assert browser.get("/api/v1/overview").status_code == 401
        assert browser.post("/api/v1/session", json=body).status_code == 401
    assert "gone@example.org" not in admin.get("/api/v1/grants").text
