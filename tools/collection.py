"""The requests of the API as a collection that Postman, Bruno and Insomnia open (Postman collection format 2.1).

One file: it can be opened by a click, and a change of the API shows as one diff. Bruno imports it as it is.
"""

from __future__ import annotations

import json
from typing import Any

Schema = dict[str, Any]
FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
DEEPEST = 6


def collection(api: Schema) -> Schema:
    """Folders are the chapters of the reference; {{url}} and {{key}} are the two variables to set."""
    folders: dict[str, list[Schema]] = {tag["name"]: [] for tag in api["tags"]}
    for path, verbs in sorted(api["paths"].items()):
        for verb, operation in verbs.items():
            folders.setdefault(operation["tags"][0], []).append(_request(api, verb.upper(), path, operation))
    return {
        "info": {"name": api["info"]["title"], "description": api["info"]["description"], "schema": FORMAT},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [
            {"key": "url", "value": "http://127.0.0.1:8080"}, {"key": "key", "value": "dw_"},
        ],
        "item": [{"name": name, "item": items} for name, items in folders.items()],
    }  # fmt: skip


def _request(api: Schema, verb: str, path: str, operation: Schema) -> Schema:
    parameters = operation.get("parameters", [])
    asked = [
        {
            "key": each["name"], "value": _text(_of_parameter(api, each)),
            "description": each.get("description", ""), "disabled": not each.get("required", False),
        }
        for each in parameters if each["in"] == "query"
    ]  # fmt: skip
    within = [
        {"key": each["name"], "value": _text(_of_parameter(api, each))}
        for each in parameters
        if each["in"] == "path"
    ]
    parts = [f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/")]
    url: Schema = {"raw": "{{url}}/" + "/".join(parts), "host": ["{{url}}"], "path": parts}
    url |= {"query": asked} if asked else {}
    url |= {"variable": within} if within else {}
    request: Schema = {
        "method": verb,
        "url": url,
        "description": operation.get("description", ""),
        "header": [],
    }
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        request["header"].append({"key": "Content-Type", "value": "application/json"})
        body = _example(api, content["application/json"])
        request["body"] = {
            "mode": "raw", "raw": json.dumps(body, indent=2, ensure_ascii=False),
            "options": {"raw": {"language": "json"}},
        }  # fmt: skip
    return {"name": operation.get("summary") or operation.get("operationId", path), "request": request}


def _example(api: Schema, content: Schema) -> Any:
    for each in content.get("examples", {}).values():
        if isinstance(each, dict) and "value" in each:
            return each["value"]
    return sample(api, content.get("schema", {}))


def _of_parameter(api: Schema, parameter: Schema) -> Any:
    for each in parameter.get("examples", {}).values():
        return each["value"]
    return sample(api, parameter.get("schema", {}))


def sample(api: Schema, schema: Schema, depth: int = 0) -> Any:
    """A value that a schema allows: its example or default where it has one; of an object what it must have."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return sample(api, api["components"]["schemas"][name], depth + 1)
    if schema.get("examples"):
        first = schema["examples"][0] if isinstance(schema["examples"], list) else None
        return first.get("value", first) if isinstance(first, dict) and "value" in first else first
    for name in ("default", "const"):
        if name in schema:
            return schema[name]
    if schema.get("enum"):
        return schema["enum"][0]
    if "oneOf" in schema or "anyOf" in schema:
        return sample(api, (schema.get("oneOf") or schema["anyOf"])[0], depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        return [sample(api, schema.get("items", {}), depth + 1)] if depth < DEEPEST else []
    if kind == "object" or "properties" in schema:
        must = schema.get("required", ())
        shown = {n: s for n, s in schema.get("properties", {}).items() if n in must or "examples" in s}
        return {n: sample(api, s, depth + 1) for n, s in shown.items()} if depth < DEEPEST else {}
    return {"integer": 0, "number": 0.0, "boolean": False, "string": ""}.get(str(kind))


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value) if not isinstance(value, str) else value
