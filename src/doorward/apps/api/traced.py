"""A span for each request, within the caller's (W3C Trace Context). Told is the route: a path may be a secret."""

from __future__ import annotations

from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from doorward.ports.tracing import Tracer


class Traced:
    """Middleware; put in only where somebody takes the spans."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self.app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method: Any = scope.get("method")
        if method is None:  # no request: the server's start and end
            await self.app(scope, receive, send)
            return
        parent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        with self._tracer.span(f"HTTP {method}", parent, http__request__method=str(method)) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = str(scope.get("path_template", ""))
                    span.say(http__response__status_code=message["status"], http__route=route)
                await send(message)

            await self.app(scope, receive, told)
