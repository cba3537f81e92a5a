"""How routes that read their bodies themselves stand in the OpenAPI document: schema and examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    Reference,
    RequestBody,
    Schema,
)

from doorward.apps.api.reports_in import CountIn, PingIn, ReceiptIn, ScanIn

EXAMPLES: dict[type[msgspec.Struct], list[dict[str, Any]]] = {
    ScanIn: [
        {
            "package": 1204,
            "event": "picked",
            "at_s": 1_795_432_375,
            "site": 0,
            "device": 17,
            "sequence": 4211,
        },
        {"package": 1205, "event": "delivered", "at_s": 1_795_432_390, "ref": 31, "left": "at_door"},
        {"sscc": "(00)306141410000012054", "event": "inducted", "at_s": 1_795_432_380, "site": 7},
        {"package": 1206, "event": "attempted", "at_s": 1_795_432_401, "ref": 31, "outcome": "not_home"},
    ],
    PingIn: [
        {"vehicle": 12, "at_s": 1_795_432_375, "lat": 41.6402, "lon": -30.0513},
        {"run": 31, "at_s": 1_795_432_376, "lat": 41.6521, "lon": -30.0498},
    ],
    ReceiptIn: [{"purchase": 7, "units": 48}, {"purchase": 9, "units": 0}],
    CountIn: [
        {"site": 0, "sku": "books-00007", "units": 120},
        {"site": 1, "sku": "books-00007", "units": 35},
    ],
}


def body_of(kind: type[msgspec.Struct]) -> type[Operation]:
    """An operation whose body is one row or an array of rows."""
    row = Reference(ref=f"#/components/schemas/{kind.__name__}")
    examples = EXAMPLES[kind]

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            many = Schema(type=OpenAPIType.ARRAY, items=row, min_items=1, max_items=10_000)
            schema = Schema(one_of=[row, many])
            shown = {
                "several": Example(summary="several", value=examples),
                "one": Example(summary="one", value=examples[0]),
            }
            content = {"application/json": OpenAPIMediaType(schema=schema, examples=dict(shown))}
            self.request_body = RequestBody(content=content, required=True)

    return Described
