"""Passkeys in a real browser, with the virtual authenticator of its developer tools (CDP WebAuthn)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Seat, Sits
from tests.live.server import Server

PASSWORD = "correct horse battery"


@pytest.fixture
def public(server: Server) -> str:
    """Where passkeys work: loopback by its name."""
    return server.url.replace("127.0.0.1", "localhost")


def authenticator(seat: Seat) -> tuple[Any, str]:
    """A built-in device that verifies its user; the session of the developer tools, and its number."""
    tools = seat.page.context.new_cdp_session(seat.page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return tools, tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def sign_in(page: Any, email: str) -> None:
    """With e-mail and password."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def invite(server: Server, email: str) -> None:
    """A planner."""
    with server.client() as admin:
        user = {"organisation": 0, "role": "planner", "email": email, "password": PASSWORD}
        assert admin.post("/api/v1/users", json=user).status_code == 201


def test_a_passkey_is_added_signs_in_and_is_removed(sit: Sits, server: Server, public: str) -> None:
    """The whole way; afterwards the device has one credential with a counter that went on, and opens nothing more."""
    invite(server, "keys@example.org")
    seat = sit(url=public)
    tools, device = authenticator(seat)
    page = seat.at("/settings")
    sign_in(page, "keys@example.org")
    section = page.get_by_role("region", name="Passkeys")
    expect(section).to_contain_text("None yet")
    section.get_by_label("Name").fill("Test laptop")
    section.get_by_role("button", name="Add a passkey").click()
    expect(section.get_by_role("listitem")).to_contain_text("Test laptop")
    expect(section.get_by_role("listitem")).to_contain_text("never used")
    seat.shot("passkeys")
    section.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("has a passkey of yours already")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(section.get_by_role("listitem")).to_contain_text("used")
    kept = tools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert len(kept) == 1 and kept[0]["rpId"] == "localhost" and kept[0]["signCount"] >= 2
    section.get_by_role("button", name="Remove Test laptop").click()
    expect(section).to_contain_text("None yet")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("no such passkey here")
    seat.shot("passkey-refused")


def test_a_person_who_is_not_verified_or_gives_up_stays_out(sit: Sits, server: Server, public: str) -> None:
    """In words, with the other ways still there."""
    seat = sit(url=public)
    tools, device = authenticator(seat)
    page = seat.at("/")
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()


def test_elsewhere_it_is_said_where_passkeys_work(sit: Sits, public: str) -> None:
    """By its number, loopback is no place for passkeys; and why a provider did not vouch is said in words."""
    seat = sit()
    page = seat.page
    page.goto(f"{seat.url}/?sign_in=uninvited")
    expect(page.get_by_role("alert")).to_contain_text("Ask an admin")
    expect(page.get_by_role("link", name=public)).to_be_visible()
    assert page.get_by_role("button", name="Sign in with a passkey").count() == 0
    page.goto(f"{seat.url}/?sign_in=<img src=x onerror=alert(1)>")
    expect(page.get_by_role("heading", name="Sign in to doorward")).to_be_visible()
    assert page.get_by_role("alert").count() == 0
