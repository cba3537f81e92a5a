"""Endpoints: who may make them, where they may lead, which secrets sign."""

from __future__ import annotations

import base64
from ipaddress import IPv4Address, IPv6Address

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import BadInput, DoorwardError, Refused
from doorward.hooks import commands as hooks
from doorward.hooks.address import allowed, parse
from doorward.hooks.rules import HookRules, inside
from doorward.hooks.state import FOLDS
from doorward.ledger.desk import Desk
from doorward.ledger.state import State
from doorward.ledger.vault import Kept
from doorward.tables.hooks import HOOK_TYPES, Disabled, Endpoints
from doorward.tables.people import ROLE_SCOPES, Grants, Organisations, OrgKind, Principal, Role

PUBLIC = HookRules()
NASTY = [
    "http://example.org/", "https://user:pass@example.org/", "https://example.org@10.0.0.1/",
    "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.0.1/",
    "https://[::1]/", "https://[fe80::1%25eth0]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::1]/", "https://169.254.169.254/latest", "https://100.64.0.1/",
    "https://[fd00:ec2::254]/", "https://0.0.0.0/", "https://224.0.0.1/", "https://240.0.0.1/",
    "https://example.org:22/", "https://example.org:99999/", "https://example.org\\@10.0.0.1/", "https://exa mple.org/",
    "https://example.org/#part", "ftp://example.org/", "file:///etc/passwd", "https:///path", "https://-a.org/",
    "https://a..org/", "https://ex\u00e4mple.org/", "https://example.org/\r\nX: y", "https://1.2.3/", "https://a.0x7f/",
    "https://[::]/", "https://[ff02::1]/", "https://[2001:db8::1]/", "https://example.org/" + "a" * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("url", NASTY)
def test_no_url_leads_inside(url: str) -> None:
    with pytest.raises(BadInput, match="rule: "):
        parse(url, PUBLIC)


def test_plain_urls_are_taken_apart() -> None:
    assert parse("https://Hooks.Example.org/in?a=1", PUBLIC) == ("https", "hooks.example.org", 443, "/in?a=1")
    assert parse("https://[2606:4700::1]", PUBLIC) == ("https", "2606:4700::1", 443, "/")
    assert parse("https://example.org?x", PUBLIC).target == "/?x"
    inside = HookRules(allow_http=True, ports=(443, 8443), networks=("10.1.0.0/16", "fd00::/8"))
    assert parse("http://10.1.2.3/", inside).port == 80
    assert parse("https://[fd00::1]:8443/", inside).port == 8443
    with pytest.raises(BadInput):
        parse("http://10.2.2.3/", inside)


def test_a_network_may_allow_private_addresses_but_no_link_local_ones() -> None:
    rules = inside(PUBLIC)
    for url in (
        "http://127.0.0.1:8123/in",
        "https://10.1.2.3/",
        "http://[::1]:9/",
        "https://[fd00::1]/",
        "http://a.lan/",
    ):
        parse(url, rules)
    for url in (
        "http://169.254.169.254/latest",
        "http://[fe80::1]/",
        "http://a.lan:0/",
        "http://a.lan:65536/",
    ):
        with pytest.raises(BadInput, match="rule: "):
            parse(url, rules)


@given(st.ip_addresses())
def test_addresses_that_are_not_public_are_refused(address: IPv4Address | IPv6Address) -> None:
    # the standard library's own register is the other opinion: whatever it calls private, we refuse as well
    if address.is_private or address.is_multicast or address.is_loopback or address.is_link_local:
        assert not allowed(str(address), PUBLIC) or str(address) in ("192.0.0.9", "192.0.0.10")
    mapped = f"::ffff:{address}" if address.version == 4 else str(address)
    if address.version == 4:
        assert not allowed(mapped, HookRules(networks=("0.0.0.0/0",)))


class Vault:
    """What was kept, as the ledger's vault gives it back."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, int], bytes] = {}

    def read(self, kind: str, row: int) -> bytes | None:
        return self.texts.get((kind, row))


class World:
    """A state, and commands given to it one after the other. Grants: 0 admin, 1 shipper 1, 2 shipper 2, 3 viewer."""

    def __init__(self) -> None:
        self.state, self.vault, self.now_s = State(), Vault(), 1_000_000
        self.state.load(
            Organisations.fill(
                4, kind=[OrgKind.OPERATOR, OrgKind.SHIPPER, OrgKind.SHIPPER, OrgKind.CONTRACTOR]
            )
        )
        roles = [Role.ADMIN, Role.SHIPPER, Role.SHIPPER, Role.VIEWER]
        self.state.load(
            Grants.fill(
                4,
                kind=Principal.KEY,
                org=[0, 1, 2, 0],
                role=roles,
                scopes=[int(ROLE_SCOPES[r]) for r in roles],
            )
        )

    def do(self, name: str, asked: object, asker: int = 0) -> int:
        command = next(c for c in hooks.COMMANDS if c.name == f"hooks.{name}")
        desk = Desk(
            state=self.state, world=None, rules={HookRules: PUBLIC}, seed=0, utc_offset_s=0, now_s=self.now_s,
            after_s=0, asker=asker, vault=self.vault,
        )  # type: ignore[arg-type]  # fmt: skip
        answer = command.work(desk, asked)
        for fact in desk.posted:
            FOLDS[type(fact)](self.state, fact, self.now_s)
        for note in desk.notes:
            assert isinstance(note, Kept)
            self.vault.texts[note.kind, note.row] = note.body
        return int(answer.endpoint)

    def kept(self, row: int) -> hooks.KeptHook:
        return msgspec.json.decode(self.vault.texts["hook", row], type=hooks.KeptHook)


def secret(n: int) -> str:
    return hooks.PREFIX + base64.b64encode(bytes([n]) * 24).decode()


def asked(org: int, **more: object) -> hooks.MakeHook:
    return hooks.MakeHook(org=org, url="https://example.org/in", secret=secret(1), **more)  # type: ignore[arg-type]


def test_only_whose_it_is_may() -> None:
    world = World()
    assert world.do("make", asked(1), asker=1) == 0
    assert world.do("make", asked(2), asker=0) == 1
    for who in (2, 3):
        for name, body in (
            ("make", asked(1)), ("disable", hooks.DisableHook(endpoint=0)), ("replay", hooks.ReplayHook(endpoint=0)),
            ("rotate", hooks.RotateSecret(endpoint=0, secret=secret(2))), ("change", hooks.ChangeHook(endpoint=0)),
        ):  # fmt: skip
            with pytest.raises(Refused):
                world.do(name, body, asker=who)
    world.state.put(Grants, [1], revoked_s=5)
    with pytest.raises(Refused):
        world.do("make", asked(1), asker=1)
    with pytest.raises(BadInput):
        world.do("make", asked(3))


def test_the_old_secret_signs_beside_the_new_one_for_a_while() -> None:
    world = World()
    row = world.do("make", asked(1))
    world.do("rotate", hooks.RotateSecret(endpoint=row, secret=secret(2), overlap_s=100))
    assert world.kept(row).signing(world.now_s) == [secret(2), secret(1)]
    assert world.kept(row).signing(world.now_s + 100) == [secret(2)]
    world.do("rotate", hooks.RotateSecret(endpoint=row, secret=secret(3), overlap_s=0))
    assert world.kept(row).signing(world.now_s) == [secret(3)]


def test_disabled_and_enabled_again() -> None:
    world = World()
    row = world.do("make", asked(1, events=["package.delivered"]))
    world.do("disable", hooks.DisableHook(endpoint=row, gone=True), asker=-1)
    assert world.state.table(Endpoints).reason[row] == Disabled.GONE
    with pytest.raises(Refused, match="enable"):
        world.do("replay", hooks.ReplayHook(endpoint=row))
    world.do("enable", hooks.EnableHook(endpoint=row))
    assert world.state.table(Endpoints).disabled_s[row] == -1
    world.do("change", hooks.ChangeHook(endpoint=row))
    assert world.state.table(Endpoints).events[row] == sum(HOOK_TYPES)


@pytest.mark.parametrize(
    "more", [{"events": ["package.flown"]}, {"secret": "whsec_AAAA"}, {"url": "https://10.0.0.1"}]
)
def test_what_is_wrong_is_told(more: dict[str, object]) -> None:
    world = World()
    with pytest.raises(DoorwardError, match="rule: "):
        world.do("make", msgspec.structs.replace(asked(1), **more))
    assert world.state.count(Endpoints) == 0
