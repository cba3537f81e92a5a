"""Writes the Python client's shapes and calls, and the collection of requests, from the API's OpenAPI document.

    python -m tools.client        (make client)

Nothing runs for it: the document is that of the routes themselves. Left out: what a browser alone calls (sign-in,
passkeys, map tiles) and streams, which `Http.follow` reads.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from pathlib import Path
from typing import Any

from doorward.apps.api.app import document
from tools.collection import collection

ROOT = Path(__file__).parents[1]
SHAPES, CALLS = (ROOT / "src/doorward/client" / name for name in ("shapes.py", "calls.py"))
COLLECTION = ROOT / "docs/api/doorward.postman_collection.json"
BROWSERS = ("/api/v1/session", "/api/v1/passkeys", "/api/v1/map", "/api/v1/in/", "/t/")
WIDTH = 110
Schema = dict[str, Any]
SIMPLE = {"integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "None"}


def hint(schema: Schema) -> str:
    """The Python type of a schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for name in ("oneOf", "anyOf"):
        if name in schema:
            kinds = dict.fromkeys(hint(each) for each in schema[name])
            return " | ".join(sorted(kinds, key="None".__eq__))
    if "enum" in schema:
        return f"Literal[{', '.join(repr(each) for each in schema['enum'])}]"
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(sorted((hint({**schema, "type": each}) for each in kind), key="None".__eq__))
    if kind == "array":
        return f"list[{hint(schema.get('items', {}))}]"
    if kind == "object" or "additionalProperties" in schema:
        more = schema.get("additionalProperties")
        return f"dict[str, {hint(more) if isinstance(more, dict) and more else 'Any'}]"
    return SIMPLE.get(str(kind), "Any")


def shapes(api: Schema) -> str:
    """Module with a Struct for each schema."""
    found = [HEAD.format(what="Shapes of the API's requests and answers.")]
    found.append("from typing import Any, Literal\n\nimport msgspec\nfrom msgspec import UNSET, UnsetType\n")
    for name, schema in sorted(api["components"]["schemas"].items()):
        if "properties" not in schema and schema.get("type") != "object":
            found.append(f"\n{name} = {hint(schema)}\n")
            continue
        lines = [f"\n\nclass {name}(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):"]
        said = " ".join(str(schema.get("description", "")).split())
        lines.append(f'    """{wrapped(said or words(name) + ".", 4)}"""\n')
        must = set(schema.get("required", ()))
        for each, kind in schema.get("properties", {}).items():
            lines.append("    " + attribute(each, kind, each in must))
        found.append("\n".join(lines) + "\n")
    return "".join(found)


def attribute(name: str, schema: Schema, must: bool) -> str:
    """A field of a Struct; one that may be left out is unset, or has the server's default."""
    kind, said = hint(schema), schema.get("default", None)
    if not name.isidentifier() or keyword.iskeyword(name):
        rest = "" if must else f", default={said!r}" if said is not None else ", default=UNSET"
        plain = python_name(name).strip("_") + ("_" if keyword.iskeyword(name) else "")
        kind += "" if must or said is not None else " | UnsetType"
        return f'{plain}: {kind} = msgspec.field(name="{name}"{rest})'
    if must:
        return f"{name}: {kind}"
    if " | None" in f" | {kind}" and not isinstance(said, str | int | float | bool):
        return f"{name}: {kind.removesuffix('None')}UnsetType | None = UNSET"
    if isinstance(said, str | int | float | bool):
        return f"{name}: {kind} = {said!r}"
    if said == []:
        return f"{name}: {kind} = []"
    return f"{name}: {kind} | UnsetType = UNSET"


def calls(api: Schema) -> str:
    """Module with a method for each operation."""
    made, used = list[str](), set[str]()
    for path, verbs in sorted(api["paths"].items()):
        for verb, operation in verbs.items():
            answer = _answer(operation)
            if path.startswith(BROWSERS) or not path.startswith("/api/") or answer is None:
                continue
            made.append(method(verb.upper(), path, operation, answer, used))
            if cursor(operation) and "$ref" in answer:
                made.append(every(operation, row_of(api, answer, used)))
    names = sorted(used - set(SIMPLE.values()))
    head = HEAD.format(what="Every call of the API as a method.")
    head += "from collections.abc import Iterator\nfrom typing import Any, Literal\n\n"
    head += "from doorward.client.http import Http, part\nfrom doorward.client.shapes import (\n"
    head += "".join(f"    {name},\n" for name in names) + ")\n"
    return f'{head}\n\nclass Calls(Http):\n    """One method for each operation."""\n' + "".join(made)


def method(verb: str, path: str, operation: Schema, answer: Schema, used: set[str]) -> str:
    """One operation."""
    given, query, names, keyed = list[str](), list[str](), list[tuple[str, str]](), False
    for each in operation.get("parameters", ()):
        name, kind = python_name(each["name"]), hint(each.get("schema", {}))
        note(kind, used)
        if each["in"] == "path":
            given.append(f"{name}: {kind}")
            path = path.replace("{" + each["name"] + "}", "{part(" + name + ")}")
        elif each["in"] == "query":
            query.append(f"{name}: {kind}" if each.get("required") else f"{name}: {optional(kind)} = None")
            names.append((each["name"], name))
        keyed |= each["name"] == "Idempotency-Key"
    body = _body(operation)
    if body is not None:
        note(hint(body), used)
        given.append(f"body: {hint(body)}")
    if keyed:
        query.append('key: str = ""')
    note(hint(answer), used)
    takes = ", ".join(["self", *given, *(["*", *query] if query else [])])
    inside = [f'"{verb}"', ("f" if "{" in path else "") + f'"{path}"', hint(answer)]
    if names:
        inside.append("query={" + ", ".join(f'"{said}": {name}' for said, name in names) + "}")
    inside += ["body=body"] * (body is not None) + ["key=key"] * keyed
    told = " ".join(str(operation.get("summary", "")).split())
    more = " ".join(str(operation.get("description") or "").split())
    text = f"{told}. {more}".strip() if told else more
    made = f"\n    def {name_of(operation)}({takes}) -> {hint(answer)}:\n"
    made += f'        """{wrapped(text, 8)}"""\n'
    return made + f"        return self._call({', '.join(inside)})\n"


def every(operation: Schema, row: str) -> str:
    """The iterator over all pages of an operation."""
    given, takes, gives = list[str](), list[str](), list[str]()
    for each in operation["parameters"]:
        name, kind = python_name(each["name"]), hint(each.get("schema", {}))
        if each["in"] == "path":
            given.append(f"{name}: {kind}")
            gives.append(name)
        elif name == "cursor":
            gives.append(
                "cursor=int(cursor) if cursor else None" if kind.startswith("int") else "cursor=cursor"
            )
        elif each["in"] == "query":
            takes.append(f"{name}: {kind}" if each.get("required") else f"{name}: {optional(kind)} = None")
            gives.append(f"{name}={name}")
    name = name_of(operation)
    return (
        f"\n    def each_{name}({', '.join(['self', *given, '*', *takes])}) -> Iterator[{row}]:\n"
        f'        """The same, page after page, to the end."""\n'
        f"        return self._pages(lambda cursor: self.{name}({', '.join(gives)}))\n"
    )


def row_of(api: Schema, answer: Schema, used: set[str]) -> str:
    """The type of a page's items."""
    page = api["components"]["schemas"][hint(answer)]
    row = hint(page["properties"]["items"]["items"])
    note(row, used)
    return row


def cursor(operation: Schema) -> bool:
    """Whether it answers page by page."""
    return any(each["name"] == "cursor" for each in operation.get("parameters", ()))


def _answer(operation: Schema) -> Schema | None:
    for status in ("200", "201", "202"):
        content = operation["responses"].get(status, {}).get("content", {})
        if "application/json" in content:
            return dict(content["application/json"].get("schema", {}))
    return None


def _body(operation: Schema) -> Schema | None:
    content = operation.get("requestBody", {}).get("content", {})
    return dict(content["application/json"].get("schema", {})) if "application/json" in content else None


def note(kind: str, used: set[str]) -> None:
    """Remember the shapes that a type names."""
    used |= {each for each in re.findall(r"[A-Z]\w+", re.sub(r"'[^']*'", "", kind))} - {
        "Any",
        "Literal",
        "None",
    }


def optional(kind: str) -> str:
    return kind if kind == "Any" or kind.endswith("None") else f"{kind} | None"


def name_of(operation: Schema) -> str:
    name = str(operation["operationId"])
    return f"{name}_" if keyword.iskeyword(name) else name


def python_name(name: str) -> str:
    found = re.sub(r"\W", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).lower()
    return f"{found}_" if keyword.iskeyword(found) else found


def words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def wrapped(text: str, indent: int) -> str:
    """Text of a docstring in lines."""
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    lines, line = list[str](), ""
    for word in text.split():
        if len(line) + len(word) + 1 > WIDTH - indent - 6:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return ("\n" + " " * indent).join([*lines, line])


HEAD = '''"""{what} Made by `make client`: change the API, not this file."""

from __future__ import annotations

'''


def written() -> dict[Path, str]:
    """Every file that is made, and what it must hold."""
    api = document()
    told = json.dumps(collection(api), indent=1, ensure_ascii=False) + "\n"
    return {SHAPES: shapes(api), CALLS: calls(api), COLLECTION: told}


def main() -> int:
    """Write them."""
    for path, text in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path.relative_to(ROOT), len(text.splitlines()), "lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
