"""Signing in by key, and what a wrong one is told."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.console.conftest import Sits
from tests.live.server import Server


def test_a_wrong_key_is_refused_in_words_and_the_right_one_opens_the_tower(sit: Sits, server: Server) -> None:
    """The same form goes on after the refusal; no script can read the session; signing out ends it."""
    seat = sit()
    page = seat.at("/")
    page.get_by_role("button", name="Use an admin key").click()
    page.get_by_label("Key", exact=True).fill("dw_" + "x" * 43)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no such key")
    seat.shot("sign-in-refused")
    assert page.locator(".strip").count() == 0
    page.get_by_label("Key", exact=True).fill(server.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Key figures")).to_be_visible()
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert kept["dw_session"]["httpOnly"] and "dw_session" not in page.evaluate("document.cookie")
    page.reload()
    expect(page.get_by_role("heading", name="Exceptions")).to_be_visible()
    seat.at("/settings").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to doorward")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in to doorward")).to_be_visible()


def test_a_wrong_password_does_not_tell_who_exists(sit: Sits) -> None:
    """One answer for an unknown address and a wrong password."""
    page = sit().at("/")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("e-mail or password is wrong")
