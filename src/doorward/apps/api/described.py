"""The API's own description: OpenAPI 3.1, with the bodies that handlers read by themselves for speed."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from doorward.apps.api.reporting_docs import EXAMPLES


def described(app: Litestar) -> dict[str, Any]:
    """The document. A handler whose `opt["rows"]` names a schema takes a JSON array of it."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    _, rows = msgspec.json.schema_components(EXAMPLES, ref_template="#/components/schemas/{name}")
    document["components"]["schemas"] |= rows
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and "rows" in handler.opt:
                many = {"type": "array", "items": {"$ref": f"#/components/schemas/{handler.opt['rows']}"}}
                operation = document["paths"][route.path_format]["post"]
                operation["requestBody"] = {
                    "required": True,
                    "content": {"application/json": {"schema": many}},
                }
    return document
