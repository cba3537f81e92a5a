"""Headers that every answer bears, whoever makes it (OWASP Secure Headers); a page keeps headers of its own."""

from __future__ import annotations

from litestar.datastructures import MutableScopeHeaders
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OF_DATA = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of the API: nothing in an answer is a page, and no cache between keeps what one person may see."""
HSTS = ("Strict-Transport-Security", "max-age=31536000")


def safe_headers(public_url: str) -> BeforeMessageSendHookHandler:
    """The hook that adds them; browsers that came by TLS are told to stay with it."""
    tls = dict([HSTS]) if public_url.startswith("https:") else {}

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        more = {**EVERYWHERE, **tls, **(OF_DATA if scope["path"].startswith("/api/") else {})}
        for name, value in more.items():
            if name.lower() not in headers:
                headers[name] = value

    return add
