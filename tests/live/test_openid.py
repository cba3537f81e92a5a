"""Signing in by an OpenID provider: a real server, a real provider on loopback, and what a bad one may try.

The server has a `service.toml` and limits of its own, which are tested here as well.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.adapters.signin import provider as providers
from tests.adapters.signin.provider import CLIENT, SECRET, Provider
from tests.live.server import Server, running

BEGIN = "/api/v1/session/oidc/id"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """Who vouches."""
    with providers.running() as made:
        yield made


@pytest.fixture(scope="module")
def server(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A live network that believes it; its limits from the file and from the command line."""
    folder = tmp_path_factory.mktemp("openid") / "metro"
    service = folder.with_name("service.toml")
    folder.with_name("secret").write_text(SECRET + "\n")
    service.write_text(f"""
proxies = ["127.0.0.1"]
[limits]
sign_ins = "4/minute"
requests = "1000/day"
[[oidc]]
name = "id"
label = "Example ID"
issuer = "{provider.issuer}"
client_id = "{CLIENT}"
secret_file = "secret"
""")
    asked = (
        "--scale",
        "0.01",
        "--begin",
        "1 06:00",
        "--speed",
        "1",
        "--json-logs",
        "--settings",
        str(service),
    )
    with running(
        folder, *asked, "--limit", "requests=300/day", "--limit", "sign_ins_address=500/hour"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def admin(server: Server) -> Iterator[httpx.Client]:
    """Who invites."""
    with server.client() as client:
        yield client


def invite(admin: httpx.Client, email: str, organisation: int = 0, role: str = "viewer") -> int:
    """A user without a password."""
    answer = admin.post("/api/v1/users", json={"organisation": organisation, "role": role, "email": email})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["grant"])


class Visit:
    """A browser on its way: to the provider and back."""

    def __init__(self, server: Server) -> None:
        public = server.url.replace("127.0.0.1", "localhost")
        self.client = httpx.Client(base_url=public, follow_redirects=False, timeout=20)

    def begin(self) -> str:
        """Where it is sent."""
        answer = self.client.get(BEGIN)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def back(self, url: str) -> str:
        """To the provider, whose redirect is returned."""
        return httpx.get(url, timeout=20).headers["location"]

    def finish(self, url: str) -> str:
        """Back at the server: where it is sent now."""
        answer = self.client.get(url)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def all(self) -> str:
        """The whole way."""
        return self.finish(self.back(self.begin()))

    def me(self) -> int:
        """The status of asking who it is; 200: signed in."""
        return self.client.get("/api/v1/session").status_code


@pytest.fixture
def visits(server: Server, provider: Provider) -> Iterator[Callable[[], Visit]]:
    """New browsers; the provider is as it should be."""
    provider.twist, provider.forge, provider.denies = providers.straight, None, False
    made: list[Visit] = []

    def new() -> Visit:
        made.append(Visit(server))
        return made[-1]

    yield new
    for each in made:
        each.client.close()


@pytest.fixture
def visit(visits: Callable[[], Visit]) -> Visit:
    """One of them."""
    return visits()


def verified(subject: str, email: str) -> dict[str, Any]:
    """Claims about somebody."""
    return {"sub": subject, "email": email, "email_verified": True}


def test_who_was_invited_comes_in_and_is_known_by_subject_afterwards(
    visits: Callable[[], Visit], provider: Provider, admin: httpx.Client, visit: Visit
) -> None:
    ways = visit.client.get("/api/v1/session/ways").json()
    assert ways["providers"] == [{"name": "id", "label": "Example ID", "path": BEGIN}]
    invite(admin, "ada@example.org")
    provider.person = verified("s-ada", "Ada@example.org")
    assert visit.all() == "/" and visit.me() == 200
    told = visit.client.get("/api/v1/session").json()
    assert "NETWORK_READ" in told["scopes"] and "PEOPLE" not in told["scopes"]
    provider.person = {"sub": "s-ada", "email": "new@example.org", "email_verified": False}
    again = visits()
    assert again.all() == "/" and again.me() == 200, "the subject counts, whatever the address is now"
    provider.person = verified("s-eve", "ada@example.org")
    other = visits()
    assert other.all() == "/?sign_in=uninvited" and other.me() == 401, (
        "the address went to somebody else there"
    )


def test_who_was_not_invited_or_is_not_verified_stays_out(
    provider: Provider, admin: httpx.Client, visits: Callable[[], Visit]
) -> None:
    invite(admin, "unverified@example.org")
    for person in (
        verified("s-1", "stranger@example.org"),
        {"sub": "s-2", "email": "unverified@example.org", "email_verified": False},
        {"sub": "s-2", "email": "unverified@example.org", "email_verified": "true"},
        {"sub": "s-2", "email": "unverified@example.org"},
        {"sub": "s-3"},
        {"sub": "s-4", "email": ["unverified@example.org"], "email_verified": True},
    ):
        provider.person = person
        visit = visits()
        assert visit.all() == "/?sign_in=uninvited" and visit.me() == 401, person


def test_who_was_revoked_or_erased_stays_out(
    visits: Callable[[], Visit], provider: Provider, admin: httpx.Client, visit: Visit
) -> None:
    provider.person = verified("s-gone", "gone@example.org")
    grant = invite(admin, "gone@example.org")
    assert visit.all() == "/"
    assert admin.delete(f"/api/v1/grants/{grant}").status_code == 200
    assert visit.me() == 401 and visit.all() == "/?sign_in=uninvited"
    assert admin.delete(f"/api/v1/users/{grant}").status_code == 200
    assert visit.all() == "/?sign_in=uninvited"


def claim(name: str, value: Any) -> providers.Twist:
    """An ID token with another claim (None: without it)."""

    def twist(header: dict[str, Any], claims: dict[str, Any]) -> None:
        claims[name] = value
        if value is None:
            del claims[name]

    return twist


def part(data: dict[str, Any]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def by_public_key(at: Provider, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """HS256 by the published key: worked where a library took the algorithm from the token (CVE-2015-9256)."""
    said = f"{part({'alg': 'HS256', 'kid': 'k1'})}.{part(claims)}"
    made = hmac.digest(at.key.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


STRANGER = RSAKey.generate_key(2048, {"kid": "k1"})
LONG_AGO, AHEAD = int(time.time()) - 3600, int(time.time()) + 3600
TWISTS: dict[str, providers.Twist] = {
    "another nonce": claim("nonce", "x" * 43), "no nonce": claim("nonce", None),
    "another audience": claim("aud", "other"), "an audience of others": claim("aud", ["other", "third"]),
    "an audience with others and nobody authorised": claim("aud", [CLIENT, "other"]),
    "another authorised party": claim("azp", "other"), "no audience": claim("aud", None),
    "expired": claim("exp", LONG_AGO), "no expiry": claim("exp", None), "an expiry in words": claim("exp", "later"),
    "issued in the future": claim("iat", AHEAD), "not yet": claim("nbf", AHEAD),
    "another issuer": claim("iss", "https://evil.example"), "issuer with a slash": claim("iss", ""),
    "no subject": claim("sub", None), "an empty subject": claim("sub", ""), "a number as subject": claim("sub", 7),
    "a long subject": claim("sub", "s" * 256), "another access token": claim("at_hash", "AAAA"),
}  # fmt: skip
FORGES: dict[str, Callable[[Provider, dict[str, Any], dict[str, Any]], str]] = {
    "no signature": lambda at, h, c: f"{part({**h, 'alg': 'none'})}.{part(c)}.",
    "no signature, capitals": lambda at, h, c: f"{part({**h, 'alg': 'nOnE'})}.{part(c)}.",
    "the public key as a secret": by_public_key,
    "a stranger's key": lambda at, h, c: jwt.encode(h, c, STRANGER),
    "a stranger's key inside": lambda at, h, c: jwt.encode({**h, "jwk": STRANGER.as_dict(private=False)}, c, STRANGER),
    "an unknown key": lambda at, h, c: jwt.encode({**h, "kid": "k9"}, c, STRANGER),
    "another's claims under the signature": lambda at, h, c: ".".join(
        (p := jwt.encode(h, {**c, "sub": "x"}, at.key).split("."), p[0], part(c), p[2])[1:]  # type: ignore[arg-type]
    ),
    "not a token": lambda at, h, c: "x",
    "five parts": lambda at, h, c: "a.b.c.d.e",
}  # fmt: skip


@pytest.mark.parametrize("what", [*TWISTS, *FORGES])
def test_an_id_token_that_does_not_hold_opens_nothing(
    provider: Provider, admin: httpx.Client, visit: Visit, what: str
) -> None:
    """The person was invited, so only the token's fault keeps them out."""
    if not any(each["label"] == "honest@example.org" for each in admin.get("/api/v1/grants").json()):
        invite(admin, "honest@example.org")
    provider.person = verified("s-honest", "honest@example.org")
    provider.twist = TWISTS.get(what, providers.straight)
    provider.forge = FORGES.get(what)
    assert visit.all() == "/?sign_in=unproven" and visit.me() == 401
    provider.twist, provider.forge = providers.straight, None
    assert visit.all() == "/", "but for that they would be in"


def changed(url: str, **query: str) -> str:
    """An address with other values."""
    parts = urlsplit(url)
    values = {k: v[0] for k, v in parse_qs(parts.query).items()}
    return parts._replace(query=urlencode({**values, **query})).geturl()


def test_an_answer_belongs_to_the_browser_that_began(
    visits: Callable[[], Visit], provider: Provider, admin: httpx.Client, visit: Visit
) -> None:
    """State, replay, another browser's code (login CSRF), another issuer's answer (mix-up), a foreign code."""
    invite(admin, "own@example.org")
    provider.person = verified("s-own", "own@example.org")
    back = visit.back(visit.begin())
    assert visit.finish(changed(back, state="x" * 43)) == "/?sign_in=unproven"
    assert visit.finish(back) == "/?sign_in=stale", "what was begun is gone with the first answer"
    victim = visits()
    assert victim.finish(visit.back(visit.begin())) == "/?sign_in=stale" and victim.me() == 401
    victim.begin()
    assert victim.finish(visit.back(visit.begin())) == "/?sign_in=unproven" and victim.me() == 401
    assert (
        visit.finish(changed(visit.back(visit.begin()), iss="https://evil.example")) == "/?sign_in=unproven"
    )
    foreign = parse_qs(urlsplit(victim.back(victim.begin())).query)["code"][0]
    assert visit.finish(changed(visit.back(visit.begin()), code=foreign)) == "/?sign_in=unproven", "PKCE"
    provider.denies = True
    assert visit.all() == "/?sign_in=unproven"
    provider.denies = False
    good = visit.back(visit.begin())
    assert visit.finish(good) == "/" and visit.me() == 200
    assert visit.finish(good) == "/?sign_in=stale", "replayed"


def test_a_session_is_never_taken_over(
    server: Server, provider: Provider, admin: httpx.Client, visit: Visit
) -> None:
    """Fixation: a cookie that was planted before is not the one that is signed in."""
    invite(admin, "fixed@example.org")
    provider.person = verified("s-fixed", "fixed@example.org")
    planted = "dw_" + "x" * 43
    visit.client.cookies.set("dw_session", planted, domain="localhost.local", path="/")
    assert visit.all() == "/"
    kept = [cookie.value for cookie in visit.client.cookies.jar if cookie.name == "dw_session"]
    assert any(each != planted for each in kept)
    assert httpx.get(f"{server.url}/api/v1/session", cookies={"dw_session": planted}).status_code == 401


def test_a_browser_elsewhere_is_sent_to_the_public_address_first(server: Server) -> None:
    """There the cookie will be that the way back needs."""
    answer = httpx.get(server.url + BEGIN)
    assert answer.headers["location"] == server.url.replace("127.0.0.1", "localhost") + BEGIN + "?here=true"
    assert httpx.get(server.url + BEGIN.replace("/id", "/other")).status_code == 404


def test_limits_are_those_of_the_settings(server: Server, admin: httpx.Client) -> None:
    """From the file; the command line goes before it; an address behind our proxy counts for itself."""
    asked = {"email": "guess@example.org", "password": "x"}
    with server.client(None) as client:
        for address in ("192.0.2.1", "192.0.2.2"):
            said = {"X-Forwarded-For": f"203.0.113.9, {address}"}
            answers = [client.post("/api/v1/session", json=asked, headers=said) for _ in range(6)]
            assert [each.status_code for each in answers] == [401] * 4 + [429] * 2
    slow = answers[-1]
    assert slow.headers["content-type"].startswith("application/problem+json")
    assert 1 <= int(slow.headers["retry-after"]) <= 60
    assert slow.json()["status"] == 429 and slow.json()["remedy"] and "4 per 1 minute" in slow.json()["rule"]
    made = admin.post("/api/v1/keys", json={"organisation": 0, "role": "viewer", "label": "busy"}).json()[
        "key"
    ]
    with server.client(made) as client:
        answers = [client.get("/api/v1/clock") for _ in range(301)]
    assert [each.status_code for each in answers] == [200] * 300 + [429]
    assert int(answers[-1].headers["retry-after"]) > 3600
    assert admin.get("/api/v1/clock").status_code == 200, "another key is not slowed down"


def test_nothing_secret_is_logged_or_kept(server: Server, provider: Provider) -> None:
    """After all of the above: neither the client's secret nor what providers and browsers told each other."""
    log = server.log.read_text()
    assert '"why"' in log and "provider" in log, "it was said that, and why, somebody stayed out"
    for secret in (SECRET, "s-honest", "honest@example.org", "code=", "eyJ"):
        assert secret not in log
    for file in server.folder.rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes(), file
    assert list((server.folder / "signing-in").iterdir()) != []
    assert provider.asked.count("/.well-known/openid-configuration") == 1, "read once an hour"


def test_settings_that_cannot_work_are_told_at_the_start(tmp_path: Path) -> None:
    """With file, rule and remedy; nothing is started."""
    from doorward.core.errors import BadInput
    from doorward.runtime.live.service_file import read_service

    path, oidc = tmp_path / "service.toml", '[[oidc]]\nname = "id"\nissuer = "{}"\nclient_id = "x"\n{}'
    cases = {
        "limits.requests": '[limits]\nrequests = "many"', "unknown field": "publicurl = 'x'",
        "issuer": oidc.format("http://id.example.org", ""), "NOT_THERE": oidc.format(
            "https://id.example.org", 'secret_env = "NOT_THERE"'),
        "cannot be read": oidc.format("https://id.example.org", 'secret_file = "none"'),
        "no address of a service": 'public_url = "https://x.example/path"', "no address": 'proxies = ["x"]',
        "of one name": oidc.format("https://a.example", "") + oidc.format("https://b.example", ""),
    }  # fmt: skip
    for said, text in cases.items():
        path.write_text(text)
        with pytest.raises(BadInput, match=said):
            read_service(path)
    path.write_text("")
    with pytest.raises(BadInput, match="limit"):
        read_service(path, limits=["requests=1/fortnight"])
    found = read_service(path, "HTTPS://Tower.example.org:443/", ["requests=7/day"])
    assert found.public_url == "https://tower.example.org" and found.limits.requests == "7/day"
