"""The API's own description: OpenAPI 3.1, with the bodies that handlers read by themselves for speed."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from doorward.apps.api.reporting_docs import EXAMPLES

TAGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Orders": ("Quotes, orders, cancellations, recipients' wishes, tracking links.", ("quotes", "orders", "items")),
    "Packages": ("Where a package is, and why.", ("packages", "search", "cells")),
    "Network": ("How everything stands, now or at any moment (`?at=`).", (
        "network", "overview", "reports", "clock", "runs", "positions", "exceptions", "sites", "linehaul", "map",
    )),
    "Dispatch": ("The board: edits with their consequences, better plans, undo.", ("board", "plans")),
    "Stream": ("Server-sent events, resumable.", ("stream",)),
    "Floor and road": ("What scanners, docks, drivers and trucks report.", ("scans", "trips", "stock")),
    "Webhooks": ("Messages to others.", ("webhooks",)),
    "Shops": ("Orders from Shopify and WooCommerce.", ("connections", "in")),
    "EPCIS": ("GS1 EPCIS 2.0 capture and query.", ("epcis",)),
    "Twin": ("Steer the twin, and ask it what if.", ("twin",)),
    "People": ("Organisations, users, keys, signing in.", (
        "session", "passkeys", "organisations", "users", "grants", "keys",
    )),
    "Server": ("Whether it is there.", ("healthz", "readyz")),
}  # fmt: skip
"""Chapters of the reference: what each is about, and the first parts of its paths."""
_TAG_OF = {part: tag for tag, (_, parts) in TAGS.items() for part in parts}


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
    document["tags"] = [{"name": tag, "description": words} for tag, (words, _) in TAGS.items()]
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            operation["tags"] = [tag_of(path, verb)]
    return document


def tag_of(path: str, verb: str) -> str:
    """The chapter of an operation. What runs and positions are told stands with what is reported."""
    part = path.removeprefix("/api/v1").split("/")[1]
    return "Floor and road" if part in ("runs", "positions") and verb == "post" else _TAG_OF[part]
