"""Passkeys over HTTP against the real server, with a device of our own: what signs in, and every way it must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.adapters.signin.device import Device
from tests.live.server import Server

PASSWORD = "correct horse battery"


class Browser:
    """A person at a browser: cookies, and the token for changes."""

    def __init__(self, server: Server) -> None:
        self.client = server.client(None)
        self.origin = self.client.get("/api/v1/session/ways").json()["public_url"]
        self.client.headers["origin"] = self.origin

    def post(self, path: str, body: Any = None) -> httpx.Response:
        """POST as the console does."""
        token = self.client.cookies.get("dw_csrf") or ""
        return self.client.post(f"/api/v1/{path}", json=body or {}, headers={"X-CSRF-Token": token})

    def delete(self, path: str) -> httpx.Response:
        """DELETE as the console does."""
        token = self.client.cookies.get("dw_csrf") or ""
        return self.client.delete(f"/api/v1/{path}", headers={"X-CSRF-Token": token})

    def register(self, device: Device, name: str = "Laptop") -> httpx.Response:
        """Make a passkey."""
        options = self.post("passkeys/options").json()
        return self.post("passkeys", {"name": name, "credential": device.make(options)})

    def sign_in(self, device: Device) -> httpx.Response:
        """With a passkey."""
        options = self.post("session/passkey/options").json()
        return self.post("session/passkey", {"credential": device.sign(options)})


@pytest.fixture
def person(server: Server, admin: httpx.Client, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Somebody new, signed in with a password."""
    email = f"{abs(hash(request.node.name))}@example.org"
    user = {"organisation": 0, "role": "planner", "email": email, "password": PASSWORD}
    assert admin.post("/api/v1/users", json=user).status_code == 201
    browser = Browser(server)
    assert browser.post("session", {"email": email, "password": PASSWORD}).status_code == 201
    yield browser
    browser.client.close()


@pytest.fixture
def stranger(server: Server) -> Iterator[Browser]:
    """Nobody signed in."""
    browser = Browser(server)
    yield browser
    browser.client.close()


@pytest.fixture
def device(stranger: Browser) -> Device:
    """A device where the server is reached."""
    return Device(stranger.origin)


def test_made_while_signed_in_it_signs_in_without_a_password(
    person: Browser, stranger: Browser, device: Device
) -> None:
    made = person.register(device)
    assert made.status_code == 201, made.text
    assert person.client.get("/api/v1/passkeys").json() == [made.json()] and made.json()["used_s"] == -1
    answer = stranger.sign_in(device)
    assert answer.status_code == 201, answer.text
    assert "PLANS_WRITE" in answer.json()["scopes"] and "PEOPLE" not in answer.json()["scopes"]
    assert stranger.client.get("/api/v1/overview").status_code == 200
    assert stranger.client.get("/api/v1/passkeys").json()[0]["used_s"] > 0
    assert (
        "httponly" in answer.headers["set-cookie"].lower()
        and "samesite=strict" in answer.headers["set-cookie"].lower()
    )
    assert stranger.delete(f"passkeys/{made.json()['passkey']}").status_code == 200
    assert stranger.client.get("/api/v1/passkeys").json() == []
    assert person.client.get("/api/v1/passkeys").status_code == 401, "other sessions end with it"
    assert stranger.sign_in(device).status_code == 401


def test_an_answer_is_good_once(person: Browser, stranger: Browser, device: Device) -> None:
    """Replayed registration, replayed signature, and a signature shown by another browser."""
    options = person.post("passkeys/options").json()
    answer = {"name": "x", "credential": device.make(options)}
    assert person.post("passkeys", answer).status_code == 201
    assert person.post("passkeys", answer).status_code == 409
    options = stranger.post("session/passkey/options").json()
    signed = {"credential": device.sign(options)}
    assert person.post("session/passkey", signed).status_code == 409, "begun by another browser"
    assert stranger.post("session/passkey", signed).status_code == 201
    assert stranger.post("session/passkey", signed).status_code == 409
    options = stranger.post("session/passkey/options").json()
    assert stranger.post("session/passkey", signed).status_code == 401, "signed for an earlier challenge"


def test_a_challenge_belongs_to_one_session(person: Browser, stranger: Browser, device: Device, server: Server,
                                            admin: httpx.Client) -> None:  # fmt: skip
    """Somebody else's registration cannot be finished with one's own session."""
    user = {"organisation": 0, "role": "viewer", "email": "eve-s@example.org", "password": PASSWORD}
    assert admin.post("/api/v1/users", json=user).status_code == 201
    assert stranger.post("session", {"email": "eve-s@example.org", "password": PASSWORD}).status_code == 201
    made = device.make(person.post("passkeys/options").json())
    assert stranger.post("passkeys", {"name": "x", "credential": made}).status_code == 409
    stranger.post("passkeys/options")
    assert stranger.post("passkeys", {"name": "x", "credential": made}).status_code == 422


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:1", "http://localhost.evil.example"]
)
def test_a_signature_for_another_site_is_refused(
    person: Browser, stranger: Browser, device: Device, origin: str
) -> None:
    """What a phishing page gets signed is worth nothing here."""
    assert person.register(device).status_code == 201
    phished = Device(origin, key=device.key, number=device.number, user=device.user, count=device.count)
    answer = stranger.sign_in(phished)
    assert answer.status_code == 401 and "origin" in answer.json()["detail"]
    assert person.register(Device(origin)).status_code == 422


def test_a_copied_device_is_noticed(person: Browser, stranger: Browser, device: Device) -> None:
    """Its counter falls behind that of the true one; which goes on working."""
    assert person.register(device).status_code == 201
    copy = Device(device.origin, key=device.key, number=device.number, user=device.user)
    for _ in range(2):
        assert stranger.sign_in(device).status_code == 201
    answer = stranger.sign_in(copy)
    assert answer.status_code == 401 and "count" in answer.json()["detail"]
    assert stranger.sign_in(device).status_code == 201


def test_another_persons_passkey_opens_nothing(
    person: Browser, stranger: Browser, device: Device, admin: httpx.Client
) -> None:
    """Neither by its number with one's own key, nor by saying its user, nor to be removed, nor to be registered."""
    user = {"organisation": 0, "role": "viewer", "email": "eve-o@example.org", "password": PASSWORD}
    assert admin.post("/api/v1/users", json=user).status_code == 201
    assert stranger.post("session", {"email": "eve-o@example.org", "password": PASSWORD}).status_code == 201
    number = person.register(device).json()["passkey"]
    eves = Device(device.origin)
    assert stranger.register(eves).status_code == 201
    for forged in (
        Device(device.origin, key=eves.key, number=device.number, user=device.user, count=5),
        Device(device.origin, key=eves.key, number=eves.number, user=device.user, count=5),
        Device(device.origin, key=device.key, number=eves.number, user=eves.user, count=5),
    ):
        assert stranger.sign_in(forged).status_code == 401
    assert stranger.delete(f"passkeys/{number}").status_code == 404
    assert stranger.delete("passkeys/1000000").status_code == 404
    stolen = Device(device.origin, number=device.number)
    assert stranger.register(stolen).status_code == 422, "the number is taken"
    assert stranger.sign_in(Device(device.origin, user=device.user)).status_code == 401, "known to nobody"


def test_a_device_that_verified_nobody_is_refused(person: Browser, stranger: Browser, device: Device) -> None:
    """Nothing else is asked, so a found key must not be enough."""
    assert person.register(device).status_code == 201
    device.flags = 1
    assert stranger.sign_in(device).status_code == 401


def test_keys_have_no_passkeys(server: Server, admin: httpx.Client) -> None:
    """A machine's key, and a browser that signed in with one."""
    assert admin.post("/api/v1/passkeys/options").status_code == 403
    browser = Browser(server)
    assert browser.post("session", {"key": server.key}).status_code == 201
    assert browser.post("passkeys/options").status_code == 403
    browser.client.close()


def test_a_page_of_another_site_signs_nobody_in(server: Server, stranger: Browser) -> None:
    """Login CSRF: a foreign form would leave a victim signed in as the attacker."""
    for origin in ("https://evil.example", "null", f"{stranger.origin}.evil.example"):
        answer = stranger.client.post("/api/v1/session", json={"key": server.key}, headers={"origin": origin})
        assert answer.status_code == 403 and "dw_session" not in answer.headers.get("set-cookie", "")
