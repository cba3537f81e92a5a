"""Which URLs and addresses a message may go to (server-side request forgery: OWASP; registries: RFC 6890, IANA).

Pure: whoever connects resolves the name once, asks `allowed` for every address that it found, and connects to one of
those very addresses.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

from doorward.core.errors import BadInput
from doorward.hooks.rules import HookRules

LONGEST = 2_000
_URL = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(/[!-~]*|\?[!-~]*)?")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_CLOSED_4 = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_OPEN_6 = ip_network("2000::/3")
"""The only part of IPv6 that is given out; mapped, translated, local and multicast addresses lie elsewhere."""
_CLOSED_6 = tuple(ip_network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))


class Url(NamedTuple):
    """A URL taken apart. host: lower case, an IPv6 address without brackets; target: path and query."""

    scheme: str
    host: str
    port: int
    target: str


def parse(text: str, rules: HookRules) -> Url:
    """Take a URL apart that a message may be sent to. Strict: what two programs may read differently is refused.

    Raises BadInput, also for an address in it that is not allowed.
    """
    found = _URL.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or "\\" in text or "#" in text:
        raise _bad(
            "cannot be read as a plain URL",
            "https://name/path in ASCII, without user, password or fragment",
        )
    scheme, host, port_text, target = found.groups()
    if scheme != "https" and not rules.allow_http:
        raise _bad("is not https", "messages travel encrypted")
    port = int(port_text) if port_text else (443 if scheme == "https" else 80)
    usual = scheme == "http" and port == 80 and not port_text
    if not 0 < port < 1 << 16 or (rules.ports and port not in rules.ports and not usual):
        raise _bad(f"has port {port}", f"one of {', '.join(map(str, rules.ports)) or '1 to 65535'}")
    host = host.lower()
    if host.startswith("["):
        host = host[1:-1]
        _literal(host, rules)
    elif host.replace(".", "").isdigit():
        _literal(host, rules)
    else:
        labels = host.removesuffix(".").split(".")
        numeric = labels[-1].isdigit() or labels[-1].startswith("0x")
        if len(host) > 253 or numeric or not all(_LABEL.fullmatch(each) for each in labels):
            raise _bad(
                f"has the host {host!r}", "a name of the domain name system, or an address written in full"
            )
    target = target or "/"
    return Url(scheme, host, port, target if target.startswith("/") else "/" + target)


def allowed(address: str, rules: HookRules) -> bool:
    """Whether a connection may be made to an address: a public one, or one in a network that the operator allows."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped is not None or ip.scope_id is not None):
        return False
    for each in rules.networks:
        network = ip_network(each, strict=False)
        if network.version == ip.version and ip in network:
            return True
    if isinstance(ip, IPv4Address):
        return not any(ip in each for each in _CLOSED_4)
    return ip in _OPEN_6 and not any(ip in each for each in _CLOSED_6)


def _literal(host: str, rules: HookRules) -> None:
    try:
        ip_address(host)
    except ValueError:
        raise _bad(f"has the host {host!r}", "an address is written in full, as 192.0.2.1") from None
    if not allowed(host, rules):
        raise _bad(f"leads to {host}", "a public address, or one in a network that the operator allows")


def _bad(what: str, rule: str) -> BadInput:
    return BadInput(
        f"the URL {what}",
        where="url",
        rule=rule,
        remedy="give a public https address, or ask the operator ([hooks])",
    )
