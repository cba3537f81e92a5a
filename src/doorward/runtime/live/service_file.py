"""`service.toml` of a live network's folder: its public address, rate limits, and who else may vouch for people.

No secret stands here: an OpenID provider's client secret is named by an environment variable or a file.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from doorward.adapters.signin.addresses import is_loopback, safe
from doorward.core.errors import BadInput

FILE = "service.toml"
Rate = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)$")]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often, as in `600/minute`; of each API process. Beyond it answers are 429."""

    requests: Rate = "1200/second"  # of one key, user or tracking link's address; bulk goes in batches
    sign_ins: Rate = "10/minute"  # tries from one address for one person
    sign_ins_address: Rate = "60/minute"  # tries from one address; each costs a tenth of a second of a core


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenID Connect provider that vouches for people. The secret: one of secret_env, secret_file; none for a
    public client."""

    name: Name  # stands in the redirect address
    issuer: str
    client_id: str
    label: str = ""  # on the button; the name by itself
    secret_env: str = ""
    secret_file: str = ""  # from where the settings stand


class ServiceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it.

    public_url  where browsers reach the service: scheme, host, port; passkeys are bound to its host
    proxies     addresses of reverse proxies whose X-Forwarded-For is believed
    """

    public_url: str = ""
    proxies: tuple[str, ...] = ()
    limits: Limits = Limits()
    oidc: tuple[Provider, ...] = ()


def read_service(path: Path, public_url: str = "", limits: Sequence[str] = ()) -> ServiceFile:
    """The settings of a file (none there: all as it comes); the command line goes before the file.

    limits  as in `requests=600/second`
    """
    try:
        found = msgspec.toml.decode(path.read_bytes() if path.is_file() else b"", type=ServiceFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(str(error), where=str(path), remedy="see docs/service.md, Signing in") from error
    if limits:
        given = dict(each.partition("=")[::2] for each in limits)
        known = {**msgspec.structs.asdict(found.limits), **given}
        try:
            found = msgspec.structs.replace(found, limits=msgspec.convert(known, Limits))
        except msgspec.ValidationError as error:
            rule = f"{', '.join(Limits.__struct_fields__)}, each as in 600/minute"
            raise BadInput(str(error), where="--limit", rule=rule) from error
    if public_url:
        found = msgspec.structs.replace(found, public_url=public_url)
    return _checked(found, path.parent, str(path))


def _checked(found: ServiceFile, folder: Path, where: str) -> ServiceFile:
    if found.public_url:
        found = msgspec.structs.replace(found, public_url=origin_of(found.public_url))
    for each in found.proxies:
        try:
            ipaddress.ip_address(each)
        except ValueError as error:
            raise BadInput(f"{each!r} is no address", where=where, rule="proxies are IP addresses") from error
    if len({each.name for each in found.oidc}) < len(found.oidc):
        raise BadInput("two providers of one name", where=where, rule="names of [[oidc]] differ")
    for provider in found.oidc:
        _must_be_safe(provider.issuer, where)
    placed = tuple(
        msgspec.structs.replace(each, secret_file=str((folder / each.secret_file).resolve()))
        if each.secret_file else each
        for each in found.oidc
    )  # fmt: skip
    for provider in placed:
        secret_of(provider)
    return msgspec.structs.replace(found, oidc=placed)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address. BadInput where there is more, or less."""
    parts = urlsplit(url)
    try:
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        port, host = None, ""
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("http", "https") or not host or more:
        raise BadInput(
            f"{url!r} is no address of a service", where="--public-url",
            rule="scheme, host, and port where it is not the usual one", remedy="as in https://tower.example.org",
        )  # fmt: skip
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def _must_be_safe(issuer: str, where: str) -> None:
    parts = urlsplit(issuer)
    if not safe(issuer) or parts.query or parts.fragment:
        raise BadInput(
            f"issuer {issuer!r}", where=where, rule="an https address without query (http on loopback only)",
            remedy="copy `issuer` of the provider's /.well-known/openid-configuration",
        )  # fmt: skip


def secret_of(provider: Provider) -> str:
    """The client secret, from where it is kept. BadInput if it is not there."""
    if provider.secret_env:
        secret = os.environ.get(provider.secret_env, "")
        if not secret:
            raise BadInput(
                f"the environment variable {provider.secret_env} is not set",
                where=f"[[oidc]] {provider.name}",
                remedy="set it to the client secret",
            )
        return secret
    if provider.secret_file:
        try:
            return Path(provider.secret_file).read_text().strip()
        except OSError as error:
            raise BadInput(
                f"{provider.secret_file} cannot be read ({error.strerror})", where=f"[[oidc]] {provider.name}",
                rule="a file with the client secret, named from where the settings stand",
            ) from error  # fmt: skip
    return ""


def default_url(host: str, port: int) -> str:
    """Where a browser on this machine finds it. Passkeys want a name, so that loopback is `localhost`."""
    local = is_loopback(host) or host in ("0.0.0.0", "::")
    name = "localhost" if local else f"[{host}]" if ":" in host else host
    return origin_of(f"http://{name}:{port}")
