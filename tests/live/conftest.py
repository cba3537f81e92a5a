"""One small live network for all tests that only talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.live.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A twin of a twentieth of metro's orders, half a day old, going on at 20 times."""
    folder = tmp_path_factory.mktemp("live") / "metro"
    options = ("--scale", "0.05", "--begin", "1 12:00", "--speed", "20", "--allow-private-webhooks")
    often = ("--limit", "sign_ins_address=1000/minute")  # all tests come from one address
    with running(folder, *options, *often) as made:
        yield made


@pytest.fixture(scope="session")
def admin(server: Server) -> Iterator[httpx.Client]:
    """Who may everything."""
    with server.client() as client:
        yield client


@dataclass
class Shop:
    """A shipper and a client with its key."""

    organisation: int
    key: str
    client: httpx.Client


def make_shop(server: Server, admin: httpx.Client, name: str) -> Shop:
    """A shipper of its own."""
    organisation = admin.post("/api/v1/organisations", json={"name": name, "kind": "shipper"}).json()[
        "organisation"
    ]
    body = {"organisation": organisation, "role": "shipper", "label": name}
    key = admin.post("/api/v1/keys", json=body).json()["key"]
    return Shop(organisation, key, server.client(key))


@pytest.fixture(scope="session")
def blue(server: Server, admin: httpx.Client) -> Iterator[Shop]:
    """A shop."""
    made = make_shop(server, admin, "Blue")
    yield made
    made.client.close()


@pytest.fixture(scope="session")
def red(server: Server, admin: httpx.Client) -> Iterator[Shop]:
    """Another shop."""
    made = make_shop(server, admin, "Red")
    yield made
    made.client.close()
