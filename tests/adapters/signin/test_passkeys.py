"""What a device may have signed, and what is refused, by the rules of W3C Web Authentication sections 7.1 and 7.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from doorward.adapters.signin.passkeys import (
    Party,
    handle,
    party,
    registered,
    signed,
    to_register,
    to_sign_in,
)
from doorward.core.errors import BadInput
from tests.adapters.signin.device import PRESENT, Device, raw, text

HERE = party("http://localhost:8080")
USER = handle("secret", 7)


def made(device: Device) -> str:
    """Register a device; returns the public key."""
    asked = to_register(HERE, USER, "ada@example.org", [])
    return registered(HERE, device.make(asked.options), asked.challenge).public_key


def test_a_device_registers_and_signs() -> None:
    device = Device("http://localhost:8080")
    key = made(device)
    assert device.user == USER and len(USER) == 32
    for count in (1, 2, 3):
        asked = to_sign_in(HERE)
        assert signed(HERE, device.sign(asked.options), asked.challenge, key, count - 1, USER) == count


def test_what_is_asked() -> None:
    asked = to_register(Party("tower.example.org", "https://tower.example.org"), USER, "a@b", ["AAEC"])
    options = asked.options
    assert options["rp"]["id"] == "tower.example.org" and raw(options["challenge"]) == asked.challenge
    assert len(asked.challenge) >= 16 and options["attestation"] == "none"
    chosen = options["authenticatorSelection"]
    assert chosen["userVerification"] == "required" and chosen["residentKey"] == "required"
    assert [each["id"] for each in options["excludeCredentials"]] == ["AAEC"]
    assert to_sign_in(HERE).options["allowCredentials"] == [], "nobody learns whose passkeys there are"
    assert to_sign_in(HERE).challenge != to_sign_in(HERE).challenge


def test_a_handle_says_nothing_and_differs() -> None:
    assert len({handle("secret", 1), handle("secret", 2), handle("other", 1)}) == 3
    assert handle("secret", 1) == handle("secret", 1)


WRONG: dict[str, Callable[[Device], Any]] = {
    "another site": lambda d: setattr(d, "origin", "https://tower.example.org.evil.example"),
    "another port": lambda d: setattr(d, "origin", "http://localhost:8081"),
    "another scheme": lambda d: setattr(d, "origin", "https://localhost:8080"),
    "another rp": lambda d: setattr(d, "rp", "evil.example"),
    "nobody verified": lambda d: setattr(d, "flags", PRESENT),
    "nobody present": lambda d: setattr(d, "flags", 0),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_is_refused(what: str) -> None:
    """Both when a passkey is made and when it signs."""
    device = Device("http://localhost:8080")
    key = made(device)
    WRONG[what](device)
    with pytest.raises(BadInput):
        made(device)
    asked = to_sign_in(HERE)
    with pytest.raises(BadInput):
        signed(HERE, device.sign(asked.options), asked.challenge, key, 0, USER)


@pytest.mark.parametrize("before", [1, 2, 2**31])
def test_a_counter_that_does_not_go_on_is_refused(before: int) -> None:
    device = Device("http://localhost:8080")
    key, asked = made(device), to_sign_in(HERE)
    with pytest.raises(BadInput, match="count"):
        signed(HERE, device.sign(asked.options), asked.challenge, key, before, USER)


def test_another_challenge_key_user_or_kind_is_refused() -> None:
    device, other = Device("http://localhost:8080"), Device("http://localhost:8080")
    key, others_key = made(device), made(other)
    asked, earlier = to_sign_in(HERE), to_sign_in(HERE)
    answer = device.sign(asked.options)
    assert signed(HERE, answer, asked.challenge, key, 0, USER) == 1
    cases: list[tuple[bytes, str, bytes, dict[str, Any]]] = [
        (earlier.challenge, key, USER, answer),
        (asked.challenge, others_key, USER, answer),
        (asked.challenge, key, handle("secret", 8), answer),
        (asked.challenge, key, USER, {**answer, "response": {**answer["response"], "userHandle": None}}),
        (asked.challenge, key, USER, device.make(to_register(HERE, USER, "a@b", []).options)),
        (asked.challenge, key, USER, {**answer, "id": text(b"another")}),
    ]
    for challenge, public_key, user, said in cases:
        with pytest.raises(BadInput):
            signed(HERE, said, challenge, public_key, 0, user)


@pytest.mark.parametrize("said", [{}, {"id": 1}, {"id": "a", "rawId": "a", "response": {}, "type": "public-key"},
                                  {"id": "é", "response": None}, {"id": "a" * 5000}])  # fmt: skip
def test_what_cannot_be_read_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        registered(HERE, said, b"x" * 64)
    with pytest.raises(BadInput):
        signed(HERE, said, b"x" * 64, "AAEC", 0, USER)


def test_no_byte_of_the_signed_data_may_change() -> None:
    """Flip every byte of what the authenticator said, one at a time."""
    device = Device("http://localhost:8080")
    key, asked = made(device), to_sign_in(HERE)
    answer = device.sign(asked.options)
    data = raw(answer["response"]["authenticatorData"])
    for place in range(len(data)):
        bent = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        said = {**answer, "response": {**answer["response"], "authenticatorData": text(bent)}}
        with pytest.raises(BadInput):
            signed(HERE, said, asked.challenge, key, 0, USER)
