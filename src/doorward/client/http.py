"""How calls are made: one connection pool, problem documents as errors, pages as iterators, streams that resume.

A request that changes something bears an Idempotency-Key, so that it may be sent again when no answer came: it is done
once. Sent again are also answers 429 and 503, after the time that they ask for.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

T = TypeVar("T")
TRIES = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 20.0
AGAIN = (429, 502, 503, 504)
QUIET_S = 60.0
"""A stream that says nothing for so long is opened anew; the server says something every fifteen seconds."""


class Problem(msgspec.Struct, frozen=True):
    """A problem document (RFC 9457): which field, which rule, what to do; of a batch one for each bad row."""

    title: str = ""
    status: int = 0
    detail: str = ""
    field: str = ""
    rule: str = ""
    remedy: str = ""
    errors: list[dict[str, Any]] = []


class ApiError(Exception):
    """The server refused, and said why."""

    def __init__(self, status: int, problem: Problem) -> None:
        said = [problem.detail or problem.title or f"status {status}"]
        said += [
            f"{name}: {text}" for name, text in (("field", problem.field), ("rule", problem.rule)) if text
        ]
        super().__init__("; ".join([*said, *([f"what to do: {problem.remedy}"] if problem.remedy else [])]))
        self.status, self.problem = status, problem


class Unknown(ApiError):
    """401 or 403: no such key, or one that may not."""


class NotFound(ApiError):
    """404: there is none, or none that this key may see."""


class Conflict(ApiError):
    """409 or 412: a rule of the business says no, or it has changed since."""


class Unusable(ApiError):
    """400, 413 or 422: the request itself."""


class Unavailable(ApiError):
    """429, 503, 507 and the like: not now; tried several times where that helps."""


KINDS = {
    400: Unusable, 401: Unknown, 403: Unknown, 404: NotFound, 409: Conflict, 412: Conflict, 413: Unusable,
    422: Unusable, 429: Unavailable, 502: Unavailable, 503: Unavailable, 504: Unavailable, 507: Unavailable,
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """An event of a stream. number: what to resume after, -1 if it has none; data: as JSON told it."""

    kind: str
    number: int
    data: dict[str, Any] = field(repr=False)


class Http:
    """The calls of `calls.py` stand on this.

    url    where the server is, without /api/v1;  key  `dw_...`
    tries  so often a call is sent before its error is raised
    """

    def __init__(
        self, url: str, key: str, *, timeout_s: float = 30.0, tries: int = TRIES,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._http = httpx.Client(
            base_url=url,
            timeout=timeout_s,
            headers={"Authorization": f"Bearer {key}", "User-Agent": "doorward-client"},
        )
        self._tries, self._pause = max(1, tries), pause

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _call(
        self, method: str, path: str, kind: type[T] | Any, *, query: Mapping[str, Any] | None = None,
        body: Any = None, key: str | None = None,
    ) -> T:  # fmt: skip
        """One call. key: of the request, empty to make one; None where the server takes none."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key is not None:
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        safe = method == "GET" or key is not None
        content = msgspec.json.encode(body) if body is not None else None
        for attempt in range(1, self._tries + 1):
            last = attempt == self._tries
            try:
                answer = self._http.request(method, path, params=asked, content=content, headers=headers)
            except httpx.ConnectError:
                if last:
                    raise
            except httpx.TransportError:
                if last or not safe:  # it may have been done, and would be done twice
                    raise
            else:
                if answer.is_success:
                    return msgspec.json.decode(answer.content, type=kind)
                if last or answer.status_code not in AGAIN or not (safe or answer.status_code == 429):
                    raise error_of(answer.status_code, answer.content)
                if (asked_s := answer.headers.get("Retry-After", "")).isdigit():
                    self._pause(min(float(asked_s), LONGEST_PAUSE_S) + wait_s(attempt))  # all were told the same
                    continue
            self._pause(wait_s(attempt))
        raise AssertionError("the last try has raised")

    def _pages(self, one: Callable[[str], Any]) -> Iterator[Any]:
        """Everything that `one(cursor)` finds, page after page."""
        cursor = ""
        while True:
            page = one(cursor)
            yield from page.items
            cursor = page.cursor
            if not cursor:
                return

    def follow(self, path: str = "/api/v1/stream", after: int | None = None) -> Iterator[Event]:
        """What a stream says, for as long as the caller reads: where the line is lost it goes on after the last event
        with a number, none missing and none twice. after: the turn to begin after; None: now."""
        attempt = 0
        while True:
            headers = {"Accept": "text/event-stream"}
            if after is not None:
                headers["Last-Event-ID"] = str(after)
            try:
                with self._http.stream("GET", path, headers=headers, timeout=QUIET_S) as answer:
                    if not answer.is_success:
                        raise error_of(answer.status_code, answer.read())
                    for event in parsed(answer.iter_lines()):
                        attempt, after = 0, event.number if event.number >= 0 else after
                        if event.kind:
                            yield event
            except (httpx.TransportError, Unavailable):
                if attempt >= self._tries * 4:
                    raise
            attempt += 1
            self._pause(wait_s(attempt))


def parsed(lines: Iterator[str]) -> Iterator[Event]:
    """Events of lines (WHATWG HTML, section 9.2.6); one with a number alone has no kind."""
    kind, number, data = "message", -1, list[str]()
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "id" and value.isdigit():
            number = int(value)
        elif name == "data":
            data.append(value)
        elif not line:
            if data:
                yield Event(kind, number, msgspec.json.decode("\n".join(data)))
            elif number >= 0:
                yield Event("", number, {})
            kind, number, data = "message", -1, []


def wait_s(attempt: int) -> float:
    """Twice as long each time, less up to a half by chance, so that many do not come back at once."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
    return longest * secrets.SystemRandom().uniform(0.5, 1.0)


def error_of(status: int, body: bytes) -> ApiError:
    """The error that an answer stands for."""
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, msgspec.ValidationError):
        problem = Problem(status=status, detail=body[:200].decode(errors="replace"))
    return KINDS.get(status, ApiError)(status, problem)


def part(value: int | str) -> str:
    """A piece of a path."""
    return quote(str(value), safe="")
