"""Routes of EPCIS 2.0 (GS1, section 12): events captured as scans, scans queried as events."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
import numpy as np
from litestar import Request, Response, get, post, route
from litestar.enums import HttpMethod
from litestar.params import HeaderParameter, QueryParameter

from doorward.access.rights import packages_seen
from doorward.adapters.epcis import CONTEXT, time_of
from doorward.adapters.epcis_capture import MOST_EVENTS, Known, capture
from doorward.adapters.epcis_query import document, page, query_of
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.who import Who
from doorward.core.errors import BadInput
from doorward.fulfillment.rules import FulfillmentRules
from doorward.tables.captures import Captures
from doorward.tracking.capture import KIND, Capture, CaptureDone, CaptureFault
from doorward.tracking.commands import Report

ROOT = "/api/v1/epcis"
MOST_BODY = 16 << 20
VERSIONS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
    "GS1-EPC-Format": "Always_GS1_Digital_Link",
    "GS1-CBV-XML-Format": "Never_Translates",
}
LIMITS = {
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(MOST_BODY),
    "GS1-Capture-Error-Behaviour": "rollback",
}
"""What OPTIONS tells; the last is the behaviour where a request names none."""


class CaptureJob(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A capture job as the standard describes it. taken, known: scans written down, and reported before."""

    capture_id: str = msgspec.field(name="captureID")
    created_at: str
    finished_at: str
    running: bool
    success: bool
    capture_error_behaviour: Literal["rollback", "proceed"]
    errors: list[CaptureFault]
    taken: int
    known: int


class Collection(msgspec.Struct, frozen=True):
    """What there is below the root."""

    context: str = msgspec.field(name="@context", default=CONTEXT)
    type: str = "Collection"
    member: tuple[str, ...] = ("capture", "events")


@get("/epcis", opt={"scope": "ORDERS_READ"}, summary="What EPCIS has here")
async def epcis_root() -> Response[Collection]:
    """Resources below this path; versions in the headers."""
    return Response(Collection(), headers=VERSIONS)


def _options(path: str, allow: str, more: dict[str, str], name: str) -> Any:
    async def discover() -> Response[None]:
        """Versions and limits, as headers (section 12.4)."""
        return Response(None, status_code=204, headers={"Allow": allow, **VERSIONS, **more})

    return route(
        path, http_method=[HttpMethod.OPTIONS], opt={"scope": "ORDERS_READ"}, status_code=204,
        summary="Versions and limits", name=name, operation_id=name,
    )(discover)  # fmt: skip


@post(
    "/epcis/capture", opt={"scope": "SCANS_WRITE"}, status_code=202, summary="Capture EPCIS events",
    request_max_body_size=MOST_BODY,
)  # fmt: skip
async def capture_(
    request: Request[Any, Any, Any], live: Live, who: Who,
    behaviour: Annotated[
        Literal["rollback", "proceed"], HeaderParameter(name="GS1-Capture-Error-Behaviour", required=False)
    ] = "rollback",
) -> Response[CaptureJob]:  # fmt: skip
    """An EPCISDocument, a list of events or one, as JSON. Each event about packages that one may know of is a scan.
    With `rollback` all are taken or none, with `proceed` the good ones; the job at `Location` tells what was wrong."""
    if request.content_type[0] not in ("", "application/json", "application/ld+json"):
        raise Trouble(
            415, f"{request.content_type[0]} is not read here", rule="application/json or application/ld+json",
            remedy="send the JSON form of EPCIS 2.0",
        )  # fmt: skip
    state, (prefix, extension) = live.replica.state, _labels(live)
    try:
        read = capture(await request.body(), state, prefix, extension, lambda p: _may_see(live, who, p))
    except BadInput as error:
        raise Trouble(
            400, error.what, field=error.where, rule=error.rule, remedy=error.remedy or "send EPCIS 2.0 as JSON"
        ) from error  # fmt: skip
    scans = Report(
        package=read.package, event=read.event, at_s=read.at_s, site=read.site, ref=read.ref, reason=read.reason
    )  # fmt: skip
    faults = [
        CaptureFault(index=e.index, field=e.field, what=e.what, rule=e.rule, remedy=e.remedy)
        for e in read.errors
    ]
    asked = Capture(org=who.org, proceed=behaviour == "proceed", scans=scans, index=read.index, faults=faults)
    done = await live.ask("tracking.capture", asked, asker=who.row)
    job = msgspec.msgpack.decode(done.body, type=CaptureDone).capture
    headers = {**VERSIONS, "Location": f"{ROOT}/capture/{job}", "GS1-Capture-Error-Behaviour": behaviour}
    return Response(_job(live, job), status_code=202, headers=headers)


@get("/epcis/capture/{job:int}", opt={"scope": "SCANS_WRITE"}, summary="A capture job")
async def capture_job(job: int, live: Live, who: Who) -> Response[CaptureJob]:
    """What came of it; it is done when it was answered."""
    orgs = live.replica.state.table(Captures).org
    if not 0 <= job < len(orgs) or not (who.operator or orgs[job] == who.org):
        raise missing(f"capture job {job}")
    return Response(_job(live, job), headers=VERSIONS)


@get("/epcis/events", opt={"scope": "ORDERS_READ"}, summary="Query EPCIS events", responses=None)
async def events_(
    request: Request[Any, Any, Any], live: Live, who: Who,
    event_type: Annotated[str, QueryParameter(name="eventType", description="ObjectEvent")] = "",
    ge_time: Annotated[str, QueryParameter(name="GE_eventTime", description="At or after, with zone.")] = "",
    lt_time: Annotated[str, QueryParameter(name="LT_eventTime", description="Before, with zone.")] = "",
    action: Annotated[str, QueryParameter(name="EQ_action", description="ADD|OBSERVE|DELETE")] = "",
    step: Annotated[str, QueryParameter(name="EQ_bizStep", description="As shipping|arriving")] = "",
    disposition: Annotated[str, QueryParameter(name="EQ_disposition", description="As in_transit")] = "",
    epc: Annotated[str, QueryParameter(name="MATCH_epc", description="Identifiers of packages, by |")] = "",
    per_page: Annotated[str, QueryParameter(name="perPage", description="1 to 1000; 30 if left out")] = "",
    token: Annotated[str, QueryParameter(name="nextPageToken", description="As the Link header has it")] = "",
) -> Response[bytes]:  # fmt: skip
    """Scans of packages that one may know of, in the order of their time, as an EPCISQueryDocument; lists are separated
    by `|`. `Link` with rel="next" leads to the next page."""
    given = {name: value for name, value in request.query_params.dict().items() if value != [""]}
    state, replica, (prefix, extension) = live.replica.state, live.replica, _labels(live)
    known = Known(state, prefix, extension, lambda p: _may_see(live, who, p)) if epc else None

    def package_of(text: str) -> int:
        try:
            return known.package(text, "MATCH_epc") if known is not None else -1
        except BadInput:
            return -1

    try:
        asked = query_of({name: "|".join(map(str, values)) for name, values in given.items()}, package_of)
    except BadInput as error:
        raise Trouble(
            400, error.what, field=error.where, rule=error.rule, remedy=error.remedy or "leave it out"
        ) from error
    offset = replica.network.utc_offset_s
    found = page(state, asked, lambda rows: packages_seen(state, who.org, rows), offset, prefix, extension)
    headers = dict(VERSIONS)
    if found.token:
        rest = [
            (name, str(each)) for name, values in given.items() if name != "nextPageToken" for each in values
        ]
        headers["Link"] = f'<{ROOT}/events?{urlencode([*rest, ("nextPageToken", found.token)])}>; rel="next"'
    body = msgspec.json.encode(document(found.events, replica.now_s(), offset))
    return Response(body, media_type="application/json", headers=headers)


# ---- inside ----------------------------------------------------------------------------------------------------


def _labels(live: Live) -> tuple[str, int]:
    """The prefix and the extension digit of our labels' SSCC."""
    rules: FulfillmentRules = live.replica.rules[FulfillmentRules]
    return rules.sscc_prefix, rules.sscc_extension


def _may_see(live: Live, who: Who, package: int) -> bool:
    return who.operator or bool(packages_seen(live.replica.state, who.org, np.array([package]))[0])


def _job(live: Live, job: int) -> CaptureJob:
    captures, kept = live.replica.state.table(Captures), live.replica.vault.read(KIND, job)
    when = time_of(int(captures.at_s[job]), live.replica.network.utc_offset_s)
    return CaptureJob(
        capture_id=str(job),
        created_at=when,
        finished_at=when,
        running=False,
        success=int(captures.bad[job]) == 0,
        capture_error_behaviour="proceed" if captures.proceed[job] else "rollback",
        errors=msgspec.json.decode(kept, type=list[CaptureFault]) if kept else [],
        taken=int(captures.taken[job]),
        known=int(captures.known[job]),
    )


ROUTES = [  # OPTIONS first: a path that begins without gets the framework's own
    _options("/epcis", "OPTIONS, GET", {}, "epcis_options"),
    _options("/epcis/capture", "OPTIONS, POST", LIMITS, "epcis_capture_options"),
    _options("/epcis/events", "OPTIONS, GET", {}, "epcis_events_options"),
    *(epcis_root, capture_, capture_job, events_),
]
