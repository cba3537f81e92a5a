"""The route of reports: what days came to."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import QueryParameter

from doorward.apps.api.reading import At, Looking
from doorward.apps.api.who import Who
from doorward.runtime.look.reports import MOST_DAYS, reports
from doorward.runtime.look.shapes_reports import Reports


@get("/reports", opt={"scope": "REPORTS_READ"}, summary="What days came to")
async def reports_(
    request: Request[Any, Any, Any], looking: Looking, who: Who,
    days: Annotated[int, QueryParameter(ge=1, le=MOST_DAYS)] = 7, at: At = None,
) -> Response[Reports]:
    """Promises, deliveries, cost and CO2e of the newest days, today first, in all and by way and station. A shipper's
    are of its own orders."""
    shop = None if who.operator else who.org
    return await looking.answer(request, at, ("reports", days, shop), lambda view: reports(view, days, shop))


ROUTES = [reports_]
