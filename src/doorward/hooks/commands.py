"""Commands of the hooks room: endpoints are made, changed, disabled, enabled; secrets rotate; dead letters go again."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta

from doorward.core.errors import BadInput, Refused
from doorward.hooks.address import parse
from doorward.hooks.rules import HookRules
from doorward.hooks.shops import SHOP_COMMANDS, over
from doorward.ledger.desk import Desk
from doorward.ledger.service import Command
from doorward.tables.hooks import (
    HOOK_TYPES,
    Disabled,
    EndpointChanged,
    EndpointDisabled,
    EndpointEnabled,
    EndpointMade,
    Endpoints,
    HookEvent,
    HookReplayed,
    SecretRotated,
)
from doorward.tables.people import Organisations, OrgKind

KIND = "hook"
"""Of the vault's texts: `Kept`, row = endpoint."""
PREFIX = "whsec_"
LONGEST_OVERLAP_S = 7 * 86_400
Secret = Annotated[str, Meta(max_length=120)]


class KeptSecret(msgspec.Struct, frozen=True):
    """ends_s: it signs until then; -1 for good."""

    secret: str
    ends_s: int = -1


class KeptHook(msgspec.Struct, frozen=True):
    """What the vault keeps of an endpoint; the newest secret first."""

    url: str
    secrets: list[KeptSecret]

    def signing(self, now_s: int) -> list[str]:
        """The secrets that sign now."""
        return [each.secret for each in self.secrets if each.ends_s < 0 or now_s < each.ends_s]


class MakeHook(msgspec.Struct, frozen=True, kw_only=True):
    """events: names of HOOK_TYPES, none for all. secret: whsec_ and base64 of 24 to 64 bytes, drawn by who asks."""

    org: int
    url: str
    secret: Secret
    events: list[str] = []


class ChangeHook(msgspec.Struct, frozen=True, kw_only=True):
    """Another URL (empty: as it is) and other events."""

    endpoint: int
    url: str = ""
    events: list[str] = []


class RotateSecret(msgspec.Struct, frozen=True, kw_only=True):
    """overlap_s: so long the old secret signs beside the new one."""

    endpoint: int
    secret: Secret
    overlap_s: Annotated[int, Meta(ge=0, le=LONGEST_OVERLAP_S)] = 86_400


class DisableHook(msgspec.Struct, frozen=True, kw_only=True):
    """gone: the receiver answered 410."""

    endpoint: int
    gone: bool = False


class EnableHook(msgspec.Struct, frozen=True, kw_only=True):
    """What happens from now on is told again."""

    endpoint: int


class ReplayHook(msgspec.Struct, frozen=True, kw_only=True):
    """Send its dead letters anew: those of events since then."""

    endpoint: int
    since_s: Annotated[int, Meta(ge=0)] = 0


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoint's row."""

    endpoint: int


def make(desk: Desk, asked: MakeHook) -> Hook:
    """A new endpoint of the operator or a shipper."""
    rules = desk.rule(HookRules)
    over(desk, asked.org)
    kinds = desk.table(Organisations).kind
    if not 0 <= asked.org < len(kinds) or kinds[asked.org] not in (OrgKind.OPERATOR, OrgKind.SHIPPER):
        raise BadInput(
            f"organisation {asked.org} cannot be told of orders",
            where="org",
            rule="the operator or a shipper",
        )
    endpoints = desk.table(Endpoints)
    if int(((endpoints.org == asked.org) & (endpoints.disabled_s < 0)).sum()) >= rules.endpoints:
        raise Refused(f"an organisation has at most {rules.endpoints} endpoints; what to do: disable one")
    parse(asked.url, rules)
    row, bits = len(endpoints), _events(asked.events)
    desk.post(EndpointMade.fill(1, endpoint=row, org=asked.org, events=bits, by=desk.asker))
    _keep(desk, row, KeptHook(asked.url, [KeptSecret(_secret(asked.secret))]))
    return Hook(endpoint=row)


def change(desk: Desk, asked: ChangeHook) -> Hook:
    """Other events, another URL."""
    kept = _known(desk, asked.endpoint)
    if asked.url:
        parse(asked.url, desk.rule(HookRules))
        _keep(desk, asked.endpoint, msgspec.structs.replace(kept, url=asked.url))
    bits = _events(asked.events)
    desk.post(EndpointChanged.fill(1, endpoint=asked.endpoint, events=bits, by=desk.asker))
    return Hook(endpoint=asked.endpoint)


def rotate(desk: Desk, asked: RotateSecret) -> Hook:
    """A new secret signs at once, the one before beside it for a while, earlier ones no longer."""
    kept = _known(desk, asked.endpoint)
    new, before = _secret(asked.secret), kept.secrets[0].secret
    if new == before:
        raise BadInput("this secret signs already", where="secret", remedy="draw another one")
    ends_s = desk.now_s + asked.overlap_s
    _keep(desk, asked.endpoint, KeptHook(kept.url, [KeptSecret(new), KeptSecret(before, ends_s)]))
    desk.post(SecretRotated.fill(1, endpoint=asked.endpoint, ends_s=ends_s, by=desk.asker))
    return Hook(endpoint=asked.endpoint)


def disable(desk: Desk, asked: DisableHook) -> Hook:
    """Nothing more is sent to it; doing it twice is doing it once."""
    _known(desk, asked.endpoint)
    if desk.table(Endpoints).disabled_s[asked.endpoint] < 0:
        why = Disabled.GONE if asked.gone else Disabled.ASKED
        desk.post(EndpointDisabled.fill(1, endpoint=asked.endpoint, reason=why, by=desk.asker))
    return Hook(endpoint=asked.endpoint)


def enable(desk: Desk, asked: EnableHook) -> Hook:
    """It is told again of what happens from now on; what waited is a dead letter by then, see replay."""
    _known(desk, asked.endpoint)
    if desk.table(Endpoints).disabled_s[asked.endpoint] >= 0:
        desk.post(EndpointEnabled.fill(1, endpoint=asked.endpoint, by=desk.asker))
    return Hook(endpoint=asked.endpoint)


def replay(desk: Desk, asked: ReplayHook) -> Hook:
    """Dead letters are tried anew from the start, under their own ids."""
    _known(desk, asked.endpoint)
    if desk.table(Endpoints).disabled_s[asked.endpoint] >= 0:
        raise Refused(f"endpoint {asked.endpoint} is disabled; what to do: enable it first")
    desk.post(HookReplayed.fill(1, endpoint=asked.endpoint, since_s=asked.since_s, by=desk.asker))
    return Hook(endpoint=asked.endpoint)


# ---- inside ----------------------------------------------------------------------------------------------------


def _known(desk: Desk, endpoint: int) -> KeptHook:
    """What is kept of an endpoint that the asker may change."""
    endpoints = desk.table(Endpoints)
    if not 0 <= endpoint < len(endpoints):
        raise BadInput(f"no endpoint {endpoint}", where="endpoint")
    over(desk, int(endpoints.org[endpoint]))
    body = desk.vault.read(KIND, endpoint) if desk.vault is not None else None
    if body is None:
        raise Refused(f"nothing is kept of endpoint {endpoint} any more; what to do: make a new one")
    return msgspec.json.decode(body, type=KeptHook)


def _keep(desk: Desk, endpoint: int, hook: KeptHook) -> None:
    desk.keep(KIND, endpoint, msgspec.json.encode(hook))


def _events(names: list[str]) -> int:
    known = {name: bit for bit, name in HOOK_TYPES.items()}
    bits = HookEvent(0)
    for name in names or known:
        if name not in known:
            raise BadInput(f"no event {name!r}", where="events", rule=f"of {', '.join(known)}")
        bits |= known[name]
    return int(bits)


def _secret(text: str) -> str:
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raw = b""
    if not text.startswith(PREFIX) or not 24 <= len(raw) <= 64:
        raise BadInput(
            "not a secret", where="secret", rule=f"{PREFIX} and base64 of 24 to 64 bytes (Standard Webhooks)"
        )
    return text


COMMANDS: list[Command] = [
    Command("hooks.make", MakeHook, make),
    Command("hooks.change", ChangeHook, change),
    Command("hooks.rotate", RotateSecret, rotate),
    Command("hooks.disable", DisableHook, disable),
    Command("hooks.enable", EnableHook, enable),
    Command("hooks.replay", ReplayHook, replay),
    *SHOP_COMMANDS,
]
