"""Signing in by an OpenID Connect provider: authorization code, PKCE, state and nonce; and what its ID token must say.

Sources: OpenID Connect Core 1.0 (sections 3.1.2, 3.1.3), Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (iss), RFC 9700.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from doorward.adapters.signin.addresses import safe
from doorward.core.errors import Broken, Declined, Timeout

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: never `none`, never one by a secret that both know."""
LEEWAY_S, KNOWN_S, KEYS_AGAIN_S, TIMEOUT_S = 60, 3_600, 60, 10.0
MOST_BYTES = 256 << 10
LONGEST_SUBJECT = 255
"""Letters (OpenID Connect Core, section 2)."""


class Begun(msgspec.Struct, frozen=True):
    """What the browser's answer must fit: kept here, never shown but for state and nonce."""

    state: str
    nonce: str
    verifier: str


class Person(msgspec.Struct, frozen=True):
    """Who it is to the provider. email: empty unless the provider has verified it."""

    subject: str
    email: str


class Metadata(msgspec.Struct, frozen=True):
    """What we need of a provider's configuration (Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Tokens(msgspec.Struct, frozen=True):
    """What the token endpoint answers."""

    id_token: str
    access_token: str = ""


class OpenId:
    """One provider. redirect: where it sends browsers back; now_s: the machine's time.

    Raises Declined where the provider, or what it said, does not vouch; Timeout and Broken where it cannot be asked.
    """

    def __init__(
        self, issuer: str, client_id: str, secret: str, redirect: str, now_s: Callable[[], float]
    ) -> None:
        self.issuer, self.client_id, self.redirect = issuer, client_id, redirect
        self._secret, self._now_s = secret, now_s
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._read_s = self._keys_s = -1e18

    async def begin(self) -> tuple[str, Begun]:
        """Where to send the browser, and what its answer must fit."""
        begun = Begun(*(secrets.token_urlsafe(32) for _ in range(3)))
        metadata = await self._known()
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint, client_id=self.client_id, response_type="code",
            redirect_uri=self.redirect, scope="openid email", state=begun.state, nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier), code_challenge_method="S256",
        )  # fmt: skip
        return url, begun

    async def finish(self, query: Mapping[str, str], begun: Begun) -> Person:
        """Who came back. query: of the redirect."""
        if not hmac.compare_digest(query.get("state", "").encode(), begun.state.encode()):
            raise Declined("the state is another one")
        metadata = await self._known()
        said = query.get("iss", "")
        if said != self.issuer and (said or metadata.authorization_response_iss_parameter_supported):
            raise Declined("the answer came from another issuer")
        if "error" in query or not query.get("code"):
            raise Declined("the provider did not let the person in")
        tokens = await self._exchange(metadata, query["code"], begun.verifier)
        return _person(await self._claims(metadata, tokens, begun.nonce))

    async def _exchange(self, metadata: Metadata, code: str, verifier: str) -> Tokens:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect,
            "code_verifier": verifier, "client_id": self.client_id,
        }  # fmt: skip
        auth = None
        if self._secret and "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(
                quote(self.client_id, safe=""), quote(self._secret, safe="")
            )  # RFC 6749, 2.3.1
        elif self._secret:
            form["client_secret"] = self._secret
        body = await self._call("POST", metadata.token_endpoint, data=form, auth=auth)
        tokens: Tokens = _read(body, Tokens)
        return tokens

    async def _claims(self, metadata: Metadata, tokens: Tokens, nonce: str) -> dict[str, Any]:
        """The ID token's, checked by Core 1.0 section 3.1.3.7."""
        try:
            token = await self._decoded(metadata, tokens.id_token)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                    "sub": {"essential": True},
                },
                params={"nonce": nonce, "client_id": self.client_id, "access_token": tokens.access_token},
            )
            claims.validate(now=int(self._now_s()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Declined(f"the ID token does not hold ({type(error).__name__})") from error
        return dict(claims)

    async def _decoded(self, metadata: Metadata, token: str) -> jwt.Token:
        if self._keys is None or self._now_s() - self._keys_s > KNOWN_S:
            await self._read_keys(metadata)
        try:
            return jwt.decode(token, self._keys, algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        except InvalidKeyIdError:
            if self._now_s() - self._keys_s < KEYS_AGAIN_S:
                raise
            await self._read_keys(metadata)  # it may have changed its keys
            return jwt.decode(token, self._keys, algorithms=list(ALGORITHMS))  # type: ignore[arg-type]

    async def _read_keys(self, metadata: Metadata) -> None:
        body = await self._call("GET", metadata.jwks_uri)
        try:
            self._keys = KeySet.import_key_set(msgspec.json.decode(body))
        except (JoseError, ValueError, TypeError, KeyError, msgspec.DecodeError) as error:
            raise Broken("the provider's keys cannot be read") from error
        self._keys_s = self._now_s()

    async def _known(self) -> Metadata:
        if self._metadata is None or self._now_s() - self._read_s > KNOWN_S:
            url = self.issuer.removesuffix("/") + "/.well-known/openid-configuration"
            metadata = _read(await self._call("GET", url), Metadata)
            if metadata.issuer != self.issuer:
                raise Broken("the provider's configuration names another issuer")
            for each in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
                if not safe(each):
                    raise Broken("the provider's configuration has an address without TLS")
            self._metadata, self._read_s = metadata, self._now_s()
        return self._metadata

    async def _call(self, method: str, url: str, **more: Any) -> bytes:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        body = b""
        try:
            async with (
                httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
                client.stream(method, url, headers=headers, **more) as answer,
            ):
                async for chunk in answer.aiter_raw():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise Broken("the provider's answer is too long")
        except httpx.TimeoutException as error:
            raise Timeout("the provider does not answer in time") from error
        except httpx.HTTPError as error:
            raise Broken("the provider cannot be reached") from error
        if answer.status_code in (400, 401, 403):
            raise Declined("the provider refuses the code")
        if answer.status_code != 200:
            raise Broken(f"the provider answers {answer.status_code}")
        return body


def _read(body: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Broken("the provider's answer cannot be read") from error


def _person(claims: dict[str, Any]) -> Person:
    subject, email = claims["sub"], claims.get("email")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Declined("the ID token does not hold (subject)")
    verified = claims.get("email_verified") is True and isinstance(email, str) and len(email) <= 400
    return Person(subject, email if verified and email else "")
