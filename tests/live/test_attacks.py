"""What somebody hostile sends: strings that others would run, paths, sizes, depths, forged requests. One server."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec
import pytest

from tests.live.orders import order
from tests.live.server import Server, running

PASSWORD = "correct horse battery"
SQL = [
    "' or '1'='1", "1; drop table turns;--", '" union select name from sqlite_master--', "'; select pg_sleep(9);--",
    "x' and randomblob(1000000000)--",
]  # fmt: skip
PATHS = [
    "../../../../etc/passwd", "..%2f..%2f..%2fetc/passwd", "/etc/passwd", "file:///etc/passwd", "....//etc/passwd",
    "C:\\windows\\win.ini", "settings.json", "../settings.json", "server.secret",
]  # fmt: skip
TEMPLATES = ["{{7*7191}}", "${7*7191}", "<%= 7*7191 %>", "#{7*7191}", "{7*7191}", "%{7*7191}", "{{config}}"]
OTHERS = [
    "<script>alert(1)</script>", "x\r\nX-Injected: 1", "a\x00b", "\u202eevil", "\ud7ff\uffff", "A" * 5_000, "%s%s%s%n",
    "NaN", "-1e309", "9" * 400, "__proto__", "=cmd|' /C calc'!A0", "$(sleep 9)", "`sleep 9`", "; sleep 9",
    "http://169.254.169.254/latest/meta-data/", "", " ", "null",
]  # fmt: skip
PAYLOADS = [*SQL, *PATHS, *TEMPLATES, *OTHERS]
SIGNS = re.compile(r"50337|root:x:|sqlite_master\"|Traceback|\.py\", line|uid=\d|ami-id")
"""What an answer would hold if something had been run, opened, or told of our insides."""
STREAMS = re.compile(r"/stream")
QUICK_S = 5.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its own: what is thrown here should not land elsewhere."""
    folder = tmp_path_factory.mktemp("attacks") / "metro"
    limits = ("--limit", "sign_ins_address=100000/minute", "--limit", "sign_ins=100000/minute")
    with running(
        folder, "--scale", "0.01", "--begin", "1 08:00", "--speed", "1", "--json-logs", *limits
    ) as made:
        yield made


@pytest.fixture(scope="module")
def admin(server: Server) -> Iterator[httpx.Client]:
    """Who may everything: nothing is refused for want of a right."""
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def document(admin: httpx.Client) -> dict[str, Any]:
    """The API, as it describes itself."""
    found: dict[str, Any] = admin.get("/openapi.json").json()
    return found


class Shapes:
    """Bodies that fit a schema, and the places in them where a string stands."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._all = document["components"]["schemas"]

    def example(self, schema: dict[str, Any], depth: int = 0) -> Any:
        """A small value that fits, with every field."""
        if "$ref" in schema:
            return self.example(self._all[schema["$ref"].rpartition("/")[2]], depth)
        for choice in ("oneOf", "anyOf", "allOf"):
            if choice in schema:
                return self.example(
                    schema[choice][-1 if schema[choice][0].get("type") == "null" else 0], depth
                )
        if "const" in schema or "enum" in schema:
            return schema.get("const", (schema.get("enum") or [None])[0])
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next(each for each in kind if each != "null")
        if kind == "object":
            fields = schema.get("properties", {}) if depth < 6 else {}
            return {name: self.example(each, depth + 1) for name, each in fields.items()}
        if kind == "array":
            return [self.example(schema["items"], depth + 1)] if depth < 6 and schema.get("items") else []
        return {"integer": 1, "number": 1.0, "boolean": True, "string": "text"}.get(str(kind))


def with_string(body: Any, text: str) -> Iterator[Any]:
    """The body once for each string in it, with that one replaced."""
    if isinstance(body, str):
        yield text
    elif isinstance(body, list):
        for each in body:
            yield from ([other] for other in with_string(each, text))
    elif isinstance(body, dict):
        for name, each in body.items():
            yield from ({**body, name: other} for other in with_string(each, text))


def attacks(document: dict[str, Any], text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, arguments of a request): the text in every place of every operation that takes a string."""
    shapes = Shapes(document)
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if STREAMS.search(path):
                continue
            parameters = operation.get("parameters", [])
            plain = re.sub(r"\{[^}]*\}", "0", path)
            for each in parameters:
                if each["in"] == "path":
                    bad = path.replace(f"{{{each['name']}}}", quote(text, safe=""))
                    yield verb, re.sub(r"\{[^}]*\}", "0", bad), {}
                elif each["in"] == "query":
                    yield verb, plain, {"params": {each["name"]: text}}
                elif each["in"] == "header" and text.isprintable() and text.isascii() and text.strip():
                    yield verb, plain, {"headers": {each["name"]: text}}
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                for body in with_string(shapes.example(content["application/json"]["schema"]), text):
                    yield verb, plain, {"content": msgspec.json.encode(body)}


def test_every_string_of_the_api_is_only_a_string(admin: httpx.Client, document: dict[str, Any]) -> None:
    """Each payload in each place; the costly ones (passwords are hashed) once."""
    sent = 0
    places: set[str] = set()
    for number, text in enumerate(PAYLOADS):
        for verb, path, more in attacks(document, text):
            if number and path.endswith(("/users", "/password", "/session")):
                continue
            began = time.monotonic()
            answer = admin.request(verb.upper(), path, **more)
            sent += 1
            places.add(f"{verb} {path if number else ''}")
            said = (verb, path, str(more)[:200], answer.status_code, answer.text[:300])
            assert answer.status_code < 500, said
            assert time.monotonic() - began < QUICK_S, said
            assert not SIGNS.search(answer.text), said
            assert "x-injected" not in answer.headers and "text/html" not in answer.headers.get(
                "content-type", ""
            ), said
    assert sent > 1_000 and len(places) > 30
    assert admin.get("/readyz").status_code == 200 and admin.get("/api/v1/overview").status_code == 200


TRAVERSALS = [
    "/../../../../etc/passwd", "/..%2f..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
    "/%252e%252e%252fetc%252fpasswd", "/..\\..\\..\\etc\\passwd", "/%c0%ae%c0%ae/etc/passwd", "/.%00./etc/passwd",
    "/..;/..;/etc/passwd", "/pages.py", "/../pages.py", "/../../api/app.py", "/.git/config", "/%2e%2e%2fpages.py",
    "/settings.json", "/server.secret", "/../../../../settings.json",
]  # fmt: skip


@pytest.mark.parametrize(
    "root", ["", "/assets", "/t", "/t/static", "/t/static/brand", "/t/TOKEN", "/api/v1/map/tiles/1/1"]
)
def test_no_path_leads_out_of_what_is_served(server: Server, root: str) -> None:
    """Sent as they are, which clients do not do by themselves."""
    where = urlsplit(server.url)
    secret = (server.folder / "server.secret").read_text()
    link = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    for path in TRAVERSALS:
        link.putrequest("GET", root + path, skip_host=False)
        link.putheader("Authorization", f"Bearer {server.key}")
        link.endheaders()
        answer = link.getresponse()
        body = answer.read().decode("utf-8", "replace")
        assert answer.status < 500, (root, path)
        for leak in ("root:x:", "def console", "from __future__", secret, '"drain_days"', "[core]"):
            assert leak not in body, (root, path)
    link.close()


def raw(server: Server, head: str, body: bytes, *, shut: bool = False) -> str:
    """Send bytes as they are; the beginning of the answer."""
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as link:
        link.sendall(head.replace("\n", "\r\n").encode() + body)
        if shut:
            link.shutdown(socket.SHUT_WR)
        answer = b""
        while b"\r\n\r\n" not in answer:
            more = link.recv(65_536)
            if not more:
                break
            answer += more
        return answer.decode("latin-1")


@pytest.mark.parametrize(("path", "size"), [
    ("/api/v1/orders/batch", 1 << 40), ("/api/v1/orders/batch", (16 << 20) + 1), ("/api/v1/session", 100_000),
    ("/api/v1/session/passkey", 100_000),
])  # fmt: skip
def test_what_is_too_long_is_refused_before_it_is_sent(server: Server, path: str, size: int) -> None:
    """The length is announced, not a byte of the body follows: the answer comes all the same."""
    head = f"POST {path} HTTP/1.1\nHost: x\nAuthorization: Bearer {server.key}\nContent-Length: {size}\n\n"
    began = time.monotonic()
    answer = raw(server, head, b"")
    assert answer.startswith("HTTP/1.1 413"), answer[:300]
    assert "application/problem+json" in answer and time.monotonic() - began < QUICK_S


def test_what_does_not_say_its_length_is_cut_off(server: Server) -> None:
    """Chunks without end, to a place that reads 64 KiB from strangers."""
    head = "POST /api/v1/session HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n"
    answer = raw(
        server, head, b"8000\r\n" + b" " * 0x8000 + b"\r\n" + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 3
    )
    assert answer.startswith("HTTP/1.1 413"), answer[:300]


def test_who_is_not_known_is_told_so_before_the_body_is_read(server: Server) -> None:
    """A stranger cannot make the server hold sixteen megabytes."""
    head = f"POST /api/v1/orders/batch HTTP/1.1\nHost: x\nContent-Length: {16 << 20}\n\n"
    assert raw(server, head, b"[").startswith("HTTP/1.1 401")


OBJECTS = b'{"a":'
NESTED = {
    "arrays": lambda n: b"[" * n + b"]" * n, "objects": lambda n: OBJECTS * n + b"1" + b"}" * n,
    "open arrays": lambda n: b"[" * n,
    "inside": lambda n: b'{"name":"x","credential":' + OBJECTS * n + b"1" + b"}" * (n + 1),
}  # fmt: skip


@pytest.mark.parametrize("what", NESTED)
@pytest.mark.parametrize("path", ["orders", "orders/batch", "session", "session/passkey", "keys"])
def test_deep_nesting_is_refused_at_once(admin: httpx.Client, path: str, what: str) -> None:
    """As deep as fits what the place reads."""
    body = NESTED[what](10_000 if path.startswith("session") else 200_000)
    began = time.monotonic()
    answer = admin.post(f"/api/v1/{path}", content=body)
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert time.monotonic() - began < QUICK_S


def signed_in(server: Server) -> httpx.Client:
    """A browser, by the first key."""
    client = server.client(None)
    assert client.post("/api/v1/session", json={"key": server.key}).status_code == 201
    return client


def test_nothing_is_changed_without_the_token(server: Server, document: dict[str, Any]) -> None:
    """Every operation that changes anything, asked by a signed-in browser with no token, another's, an old one."""
    other = signed_in(server)
    foreign = str(other.cookies.get("dw_csrf"))
    asked = 0
    with closing(signed_in(server)) as browser:
        for path, item in document["paths"].items():
            for verb in set(item) - {"get", "head", "options"}:
                if path.startswith("/api/v1/session/") or (path, verb) == ("/api/v1/session", "post"):
                    continue
                plain = re.sub(r"\{[^}]*\}", "0", path)
                for token in ("", "0" * 128, foreign):
                    headers = {"X-CSRF-Token": token} if token else {}
                    answer = browser.request(verb, plain, json={}, headers=headers)
                    assert answer.status_code == 403, (verb, path, token, answer.status_code)
                    asked += 1
        assert asked > 60
        assert browser.get("/api/v1/overview").status_code == 200, "still signed in"
        own = {"X-CSRF-Token": str(browser.cookies.get("dw_csrf"))}
        assert (
            browser.delete("/api/v1/session", headers={**own, "Origin": "https://evil.example"}).status_code
            == 403
        )
        assert browser.delete("/api/v1/session", headers=own).status_code == 200
        assert browser.get("/api/v1/overview").status_code == 401
    other.close()


def test_a_planted_session_is_not_the_one_that_is_signed_in(server: Server) -> None:
    """Session fixation: neither an invented secret nor somebody's own that still holds."""
    thief = signed_in(server)
    for planted in ("dw_" + "x" * 43, str(thief.cookies.get("dw_session"))):
        with server.client(None) as victim:
            victim.cookies.set("dw_session", planted)
            victim.cookies.set("dw_csrf", "0" * 128)
            answer = victim.post("/api/v1/session", json={"key": server.key})
            assert answer.status_code == 201
            given = [each.split("=", 1)[1].split(";")[0] for each in answer.headers.get_list("set-cookie")]
            assert len(given) == 2 and planted not in given and "0" * 128 not in given
    thief.close()


def test_every_answer_has_its_headers(server: Server, admin: httpx.Client) -> None:
    """The console, the tracking page, data, refusals, pages that are not there."""
    sku = admin.get("/api/v1/items").json()["items"][0]["sku"]
    made = admin.post("/api/v1/orders", json=order("headers", sku)).json()["order"]
    link = admin.post(f"/api/v1/orders/{made}/link").json()["path"]
    with server.client(None) as nobody:
        console, tracking, gone = nobody.get("/"), nobody.get(link), nobody.get("/t/no-such-token")
        data = [admin.get("/api/v1/overview"), nobody.get("/api/v1/overview"), admin.get("/api/v1/nothing"),
                nobody.post("/api/v1/session", content=b"{"), admin.post("/api/v1/orders", content=b"")]  # fmt: skip
        files = [nobody.get("/t/static/track.css"), nobody.get("/no.file"), nobody.get("/healthz")]
    assert [console.status_code, tracking.status_code, gone.status_code] == [200, 200, 404]
    assert [each.status_code for each in data] == [200, 401, 404, 400, 422]
    for answer in (console, tracking, gone, *data, *files):
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
        assert answer.headers["x-frame-options"] == "DENY" and "referrer-policy" in answer.headers, answer.url
        assert "server" not in answer.headers or "/" not in answer.headers["server"], "no version is told"
    for answer in (console, tracking, gone):
        policy = dict(
            each.strip().partition(" ")[::2] for each in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] in ("'self'", "'none'") and policy["frame-ancestors"] == "'none'"
        assert policy["base-uri"] == "'none'" and "'unsafe-inline'" not in policy.get(
            "script-src", policy["default-src"]
        )
        assert "'unsafe-eval'" not in answer.headers["content-security-policy"]
    assert (
        tracking.headers["referrer-policy"] == "no-referrer"
        and tracking.headers["cache-control"] == "no-store"
    )
    for answer in data:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] in ("no-store", "private, no-cache"), answer.url


def test_a_page_shows_what_was_written_as_text(admin: httpx.Client, server: Server) -> None:
    """Names and wishes on the tracking page, which is the one page that is made here."""
    evil = '"><script>alert(7)</script>{{7*7191}}'
    shop = admin.post("/api/v1/organisations", json={"name": evil, "kind": "shipper"}).json()["organisation"]
    key = admin.post("/api/v1/keys", json={"organisation": shop, "role": "shipper", "label": evil}).json()[
        "key"
    ]
    sku = admin.get("/api/v1/items").json()["items"][0]["sku"]
    with server.client(key) as client:
        sent = order(evil, sku, recipient={"name": evil, "street": evil, "note": evil})
        made = client.post("/api/v1/orders", json=sent).json()["order"]
        link = client.post(f"/api/v1/orders/{made}/link").json()["path"]
    with server.client(None) as customer:
        customer.post(f"{link}/wish", data={"wish": "neighbour", "words": evil})
        page = customer.get(link).text
    assert "<script>alert" not in page and "50337" not in page and "&lt;script&gt;" in page


def test_no_secret_of_this_run_is_in_its_log(server: Server, admin: httpx.Client) -> None:
    """Keys, cookies, tokens, passwords, links: made, used, mistyped, sent where they do not belong; then looked for."""
    made = admin.post("/api/v1/keys", json={"organisation": 0, "role": "admin", "label": "x"}).json()["key"]
    sku = admin.get("/api/v1/items").json()["items"][0]["sku"]
    number = admin.post("/api/v1/orders", json=order("log", sku)).json()["order"]
    link = admin.post(f"/api/v1/orders/{number}/link").json()["path"]
    user = {"organisation": 0, "role": "admin", "email": "log@example.org", "password": PASSWORD}
    assert admin.post("/api/v1/users", json=user).status_code == 201
    browser = signed_in(server)
    secrets = {made, link.removeprefix("/t/"), PASSWORD, *(str(each.value) for each in browser.cookies.jar)}
    with server.client(None) as client:
        client.post("/api/v1/session", json={"email": "log@example.org", "password": PASSWORD + "!"})
        secrets.add(str(client.post("/api/v1/session", json={"email": "log@example.org", "password": PASSWORD})
                        .cookies.get("dw_session")))  # fmt: skip
        client.cookies.clear()
        for wrong in (
            lambda: client.get("/api/v1/overview", headers={"Authorization": f"Bearer {made[:-1]}"}),
            lambda: client.get(f"/api/v1/search?q={made}", headers={"Authorization": f"Bearer {made}"}),
            lambda: client.get(f"/api/v1/orders/{made}"), lambda: client.get(f"{link}/nothing/{made}"),
            lambda: client.post("/api/v1/session", content=f'{{"password": "{PASSWORD}", "x": '.encode()),
            lambda: client.post("/api/v1/session", json={"passwort": PASSWORD}),
            lambda: client.post(f"{link}/wish", content=b"\xff" * 20_000),
        ):  # fmt: skip
            assert wrong().status_code < 500
    browser.close()
    log = server.log.read_text()
    assert log.count(server.key) == 1 and len(secrets) >= 6
    for secret in secrets:
        assert secret[:20] not in log
    assert '"level": "error"' not in log, "none of all this was a bug of ours"
    for file in server.folder.rglob("*"):
        if file.is_file() and file.name != "server.secret":
            body = file.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in body], file


def test_asking_what_a_path_takes_is_answered(server: Server, document: dict[str, Any]) -> None:
    with server.client() as client:
        for path in list(document["paths"])[::9]:
            answer = client.options(re.sub(r"\{[^}]*\}", "0", path))
            assert answer.status_code in (204, 405) and "allow" in answer.headers, (path, answer.text)
