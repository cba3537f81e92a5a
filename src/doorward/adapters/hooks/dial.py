"""One POST to a URL that somebody else chose: resolved once, judged, and sent to that very address.

No redirects, no proxies, no kept connections (a connection is bound to one name's certificate, and two names may share
an address), a limit on time and on what is read of the answer.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import httpx

from doorward.core.errors import BadInput
from doorward.hooks.address import allowed, parse
from doorward.hooks.rules import HookRules

MOST_READ = 16_384
"""Bytes of an answer's body; the rest is left unread."""
RESOLVERS = 32
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Answer(NamedTuple):
    """code: HTTP status, 0 none; retry_after: the header; note: what went wrong, in words."""

    code: int
    retry_after: str = ""
    note: str = ""


class Dialer:
    """Sends; one for a process. `resolve` gives all addresses of a name."""

    def __init__(
        self, rules: HookRules, *, timeout_s: float = 15.0, resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._rules, self._timeout_s = rules, timeout_s
        self._threads = ThreadPoolExecutor(RESOLVERS, "resolve")
        self._resolve = resolve or self._system
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(
                verify=tls or ssl.create_default_context(),
                trust_env=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            ),
            follow_redirects=False,
            trust_env=False,
            timeout=timeout_s,
        )

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Never raises: whatever goes wrong outside is an answer without a code."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(url, body, headers)
        except TimeoutError:
            return Answer(0, note=f"no answer within {self._timeout_s:g} s")
        except BadInput as error:
            return Answer(0, note=str(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, ValueError) as error:
            return Answer(0, note=f"{type(error).__name__}: {error}"[:300])

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        to = parse(url, self._rules)
        found = await self._resolve(to.host, to.port)
        if not found or not all(allowed(each, self._rules) for each in found):
            raise BadInput(
                f"{to.host} leads to {', '.join(found) or 'no address'}", where="url",
                rule="all its addresses are public, or in a network that the operator allows",
            )  # fmt: skip
        address = f"[{found[0]}]" if ":" in found[0] else found[0]
        name = f"[{to.host}]" if ":" in to.host else to.host
        usual = to.port == (443 if to.scheme == "https" else 80)
        async with self._client.stream(
            "POST",
            f"{to.scheme}://{address}:{to.port}{to.target}",
            content=body,
            headers={
                **headers,
                "host": name if usual else f"{name}:{to.port}",
                "accept-encoding": "identity",
            },
            extensions={"sni_hostname": to.host},
        ) as answer:
            read = 0
            async for chunk in answer.aiter_raw(4_096):
                read += len(chunk)
                if read >= MOST_READ:
                    break
            return Answer(answer.status_code, answer.headers.get("retry-after", ""))

    async def _system(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(row[4][0]) for row in rows))
