"""Settings of the hooks room: where messages may go."""

from __future__ import annotations

import msgspec


class HookRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where webhooks may go; by itself the public internet, by https."""

    allow_http: bool = False  # without TLS anybody on the way can read and alter messages
    ports: tuple[int, ...] = (443,)  # 80 and 8443 are usual further ones
    networks: tuple[str, ...] = ()  # private networks that the operator allows, as 10.20.0.0/16
    endpoints: int = 100  # most endpoints of one organisation
