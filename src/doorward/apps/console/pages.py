"""Serving the built console: hashed assets for ever, the page itself never from a cache, nothing from elsewhere."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

STATIC = Path(__file__).parent / "static"
SAFE = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "worker-src 'self' blob:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>doorward</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>The server runs; its pages are not built</h1>
<p>This is a source checkout. With Node 20 or newer: <code>make ui</code>, then load this page again.</p>
<p>The API is there all the same, described in <a href="/openapi.json">/openapi.json</a>.</p></html>"""


@get(["/", "/{path:path}"], opt={"scope": ""}, include_in_schema=False, sync_to_thread=False)
def console(request: Request[Any, Any, Any], path: str = "") -> Response[bytes]:
    """A file of the build, or the one page; whoever asks for /orders is sent to its view of orders, /#/orders."""
    name = path.strip("/")
    if "\0" in name:  # no file's name has one, and asking for such a file is an error
        raise NotFoundException("no such page")
    file = (STATIC / name).resolve()
    inside = file.is_relative_to(STATIC.resolve())
    if name and inside and file.is_file():
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        kept = "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
        return Response(file.read_bytes(), media_type=kind, headers={**SAFE, "Cache-Control": kept})
    if not inside or "." in name.rpartition("/")[2] or name.startswith("api/"):
        raise NotFoundException(f"no page /{name}")
    if name:
        scope = request.scope  # the raw path: the other one has lost a slash at its end
        up, query = "../" * (scope["raw_path"].count(b"/") - 1), scope["query_string"].decode("latin-1")
        view = f"{up or './'}#/{quote(name)}" + (f"?{query}" if query else "")
        return Response(b"", status_code=302, headers={**SAFE, "Location": view, "Cache-Control": "no-cache"})
    return _page("index.html")


@get("/docs", opt={"scope": ""}, include_in_schema=False, sync_to_thread=False)
def reference() -> Response[bytes]:
    """The API, described and to try, as `/openapi.json` has it."""
    return _page("api.html")


def _page(name: str) -> Response[bytes]:
    page = STATIC / name
    body = page.read_bytes() if page.is_file() else NOT_BUILT.encode()
    return Response(body, media_type="text/html", headers={**SAFE, "Cache-Control": "no-cache"})


ROUTES = [console, reference]
