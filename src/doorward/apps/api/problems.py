"""Errors as problem documents (RFC 9457): what, which field, which rule, what to do."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from doorward.core.errors import BadInput, DiskFull, DoorwardError, Refused, Stale
from doorward.runtime.live.wire import Failed

MEDIA = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "Who are you?",
    403: "You may not do this",
    404: "There is no such thing",
    405: "Not done this way",
    409: "A rule of the business says no",
    412: "It was changed meanwhile",
    413: "Too much at once",
    415: "This format is not read here",
    422: "Something in it breaks a rule",
    429: "Too often",
    500: "doorward has a bug there",
    503: "Not now",
    507: "No room on the disk",
}
OF_KIND = {"bad_input": 422, "refused": 409, "stale": 412, "disk_full": 507, "unknown": 500, "broken": 500}


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong, of possibly many. field: where, as in `orders[3].lines[0].sku`."""

    detail: str
    field: str = ""
    rule: str = ""
    remedy: str = ""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    field: str = ""
    rule: str = ""
    remedy: str = ""
    errors: list[Fault] = []
    misfits: Any = None


class Trouble(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self, status: int, detail: str, *, field: str = "", rule: str = "", remedy: str = "",
        errors: list[Fault] | None = None, headers: dict[str, str] | None = None, misfits: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.headers = headers or {}
        self.problem = Problem(
            title=TITLES.get(status, "Error"), status=status, detail=detail, field=field, rule=rule,
            remedy=remedy, errors=errors or [], misfits=misfits,
        )  # fmt: skip


def of_failure(failed: Failed) -> Trouble:
    """What the writer refused."""
    status = OF_KIND.get(failed.kind, 500)
    misfits = msgspec.msgpack.decode(failed.misfits)
    return Trouble(
        status, failed.what, field=failed.where, rule=failed.rule, remedy=failed.remedy, misfits=misfits
    )


def missing(what: str) -> Trouble:
    """404: not there, or not for the asker to know."""
    return Trouble(404, f"no {what}", remedy="check the number; things of other organisations are not shown")


def render(problem: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    """The document as a response."""
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA, headers=headers or {}
    )


def on_trouble(_: Request[Any, Any, Any], error: Trouble) -> Response[bytes]:
    """Our own."""
    return render(error.problem, error.headers)


def on_doorward(_: Request[Any, Any, Any], error: DoorwardError) -> Response[bytes]:
    """Rooms' errors."""
    match error:
        case BadInput():
            trouble = Trouble(422, error.what, field=error.where, rule=error.rule, remedy=error.remedy)
        case Refused():
            trouble = Trouble(409, str(error))
        case Stale():
            trouble = Trouble(412, str(error), remedy="read it anew and ask again")
        case DiskFull():
            trouble = Trouble(507, "no room on the disk", remedy="make room; nothing was changed")
        case _:
            trouble = Trouble(500, "doorward could not do it", remedy="the log says more")
    return render(trouble.problem)


def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework found."""
    status = 422 if isinstance(error, ValidationException) else error.status_code
    faults = []
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        for each in error.extra:
            if isinstance(each, dict):
                faults.append(Fault(detail=str(each.get("message", "")), field=str(each.get("key", ""))))
    detail = error.detail if status < 500 else "doorward has a bug there; the log says more"
    title = TITLES.get(status, "Error")
    return render(
        Problem(title=title, status=status, detail=detail, errors=faults), dict(error.headers or {})
    )


def shown_path(path: str) -> str:
    """A path as it may be logged: a tracking link is a secret."""
    return "/t/..." if path.startswith("/t/") and not path.startswith("/t/static/") else path


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Anything else: our own bug, told without its insides."""
    request.app.state.live.log.error(
        "request failed",
        path=shown_path(request.url.path),
        method=request.method,
        error=repr(error),
        exc_info=True,
    )
    return render(
        Problem(title=TITLES[500], status=500, detail="doorward has a bug there; the log says more")
    )


def on_deep(_: Request[Any, Any, Any], error: RecursionError) -> Response[bytes]:
    """JSON nested deeper than any request of ours."""
    detail = "the body is nested too deeply"
    return render(
        Problem(title=TITLES[400], status=400, detail=detail, rule="a few levels", remedy="see /docs")
    )


def on_overflow(_: Request[Any, Any, Any], error: OverflowError) -> Response[bytes]:
    """A number that no column holds."""
    return render(
        Problem(title=TITLES[422], status=422, detail="a number out of range", rule="numbers of 64 bits")
    )


HANDLERS: dict[Any, Any] = {
    OverflowError: on_overflow,
    RecursionError: on_deep,
    Trouble: on_trouble,
    DoorwardError: on_doorward,
    HTTPException: on_http,
    Exception: on_bug,
}

JSON = MediaType.JSON
