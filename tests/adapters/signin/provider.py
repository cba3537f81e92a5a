"""A small OpenID provider on loopback, after Core 1.0: everybody who comes is let in as `person`, and a test may bend
what it says. It is as strict as a real one: codes are good once, for their client, redirect and PKCE verifier."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

Twist = Callable[[dict[str, Any], dict[str, Any]], None]
CLIENT, SECRET = "doorward", "client secret + of/the:test"


def straight(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """Nothing bent."""


@dataclass
class Provider:
    """What it says next. twist: changes the ID token's header and claims before it is signed."""

    person: dict[str, Any] = field(default_factory=dict)
    twist: Twist = straight
    forge: Callable[[Provider, dict[str, Any], dict[str, Any]], str] | None = None
    denies: bool = False
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def configuration(self) -> dict[str, Any]:
        """Discovery 1.0."""
        at = self.issuer
        return {
            "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent."""
        assert (
            query["client_id"] == CLIENT and query["response_type"] == "code" and "openid" in query["scope"]
        )
        assert query["code_challenge_method"] == "S256" and len(query["code_challenge"]) == 43
        assert len(query["state"]) >= 32 and len(query["nonce"]) >= 32
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        said = {"error": "access_denied"} if self.denies else {"code": code}
        return query["redirect_uri"] + "?" + urlencode({**said, "state": query["state"], "iss": self.issuer})

    def token(self, form: dict[str, str], basic: str) -> dict[str, Any] | None:
        """The tokens for a code; None: refused."""
        name, _, secret = base64.b64decode(basic).decode().partition(":")
        query = self.codes.pop(form.get("code", ""), None)
        if query is None or unquote(name) != CLIENT or unquote(secret) != SECRET:
            return None
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        fits = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() == query["code_challenge"]
        if not fits or form["redirect_uri"] != query["redirect_uri"]:
            return None
        now = int(time.time())
        header = {"alg": "RS256", "kid": "k1"}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            **self.person,
        }
        self.twist(header, claims)
        forge = self.forge or (lambda me, h, c: jwt.encode(h, c, me.key))
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": forge(self, header, claims)}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _say(self, status: int, body: Any = None, location: str = "") -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def do_GET(self) -> None:
        """Configuration, keys, and people."""
        parts, at = urlsplit(self.path), self.provider
        at.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            self._say(200, at.configuration())
        elif parts.path == "/keys":
            self._say(200, {"keys": [at.key.as_dict(private=False, use="sig")]})
        else:
            self._say(302, location=at.authorize({k: v[0] for k, v in parse_qs(parts.query).items()}))

    def do_POST(self) -> None:
        """The token endpoint."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {k: v[0] for k, v in parse_qs(body).items()}
        said = self.provider.token(form, self.headers.get("Authorization", "Basic ").partition(" ")[2])
        self._say(200 if said else 400, said or {"error": "invalid_grant"})


@contextmanager
def running() -> Iterator[Provider]:
    """One on a free port."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join(5)
