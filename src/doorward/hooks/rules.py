"""Settings of the hooks room: where messages may go."""

from __future__ import annotations

import msgspec


class HookRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where webhooks may go; by itself the public internet, by https."""

    allow_http: bool = False  # without TLS anybody on the way can read and alter messages
    ports: tuple[int, ...] = (443,)  # 80 and 8443 are usual further ones; none: any
    networks: tuple[str, ...] = ()  # private networks that the operator allows, as 10.20.0.0/16
    endpoints: int = 100  # most endpoints of one organisation
    keep_days: int = 30  # how long delivered messages are listed
    keep_dead_days: int = 90  # how long dead letters wait to be replayed


PRIVATE = (
    *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    *("::1/128", "fc00::/7"),
)
"""Private networks (RFC 1918, 4193, 6598) and the machine itself; not link-local ones (clouds keep keys there)."""


def inside(rules: HookRules) -> HookRules:
    """The same, and private networks too, without TLS and at any port: for a network that is not open to the world."""
    networks = (*rules.networks, *PRIVATE)
    return msgspec.structs.replace(rules, allow_http=True, ports=(), networks=networks)
