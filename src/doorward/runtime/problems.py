"""Everything that is wrong with a file, gathered, and told at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from doorward.core.errors import BadInput

S = TypeVar("S", bound=msgspec.Struct)
SHOWN = 20
"""Problems spelt out in one message; the rest are counted there and listed by `doorward network check --json`."""
_AT = re.compile(r" - at `[^`]*`$")


class Problem(NamedTuple):
    """One breach: where (section and row), column, what was found, the rule, the remedy."""

    where: str
    column: str
    found: str
    rule: str
    remedy: str

    def sentence(self) -> str:
        """For people."""
        place = f"{self.where}, {self.column}" if self.column else self.where
        return f"{place}: {self.found}; rule: {self.rule}; what to do: {self.remedy}"


class BadFile(BadInput):
    """A file breaks rules; `problems` holds every breach."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        place = f"{first.where}, {first.column}" if first.column else first.where
        if len(self.problems) == 1:
            super().__init__(first.found, where=f"{file} {place}", rule=first.rule, remedy=first.remedy)
            return
        lines = [f"{len(self.problems)} problems", *(f"  {p.sentence()}" for p in self.problems[:SHOWN])]
        if len(self.problems) > SHOWN:
            lines.append(f"  and {len(self.problems) - SHOWN} more")
        super().__init__("\n".join(lines), where=file)
        self.rule, self.remedy = first.rule, first.remedy


class Problems:
    """The gathered problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, where: str, column: str, found: str, rule: str, remedy: str) -> None:
        """One more."""
        self.found.append(Problem(where, column, found, rule, remedy))

    def stop(self) -> None:
        """Raise BadFile if there is any."""
        if self.found:
            raise BadFile(self.file, self.found)

    def row_of(self, names: Mapping[str, int], name: str, what: str, where: str, column: str) -> int:
        """The row that bears the name; an unknown name is a problem, and -1."""
        if name in names:
            return names[name]
        near = get_close_matches(name, names, n=1)
        remedy = f'write "{near[0]}"' if near else f"add a {what} of that name, or name one that is there"
        self.add(where, column, f"no {what} is called {name!r}", f"{column} names a {what}", remedy)
        return -1

    def struct(self, kind: type[S], raw: Any, where: str, *, text: bool = False, spare: str = "") -> S | None:
        """`raw` as a Struct; every unknown, missing or impossible key is a problem of its own, and None comes back.

        text: values are cells of a CSV file, empty ones stand for the default.
        """
        if not isinstance(raw, dict):
            self.add(
                where,
                "",
                f"found {_short(raw)}",
                "a section holds key = value lines",
                "see docs/network-file.md",
            )
            return None
        if text:
            raw = {k: v for k, v in raw.items() if v not in ("", None)}
        before = len(self.found)
        fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
        self._unknown(fields, raw, where)
        hints = _hints(kind)
        for name, field in fields.items():
            if name not in raw:
                if field.required:
                    self.add(
                        where,
                        name,
                        "is missing",
                        f"{name} must be given",
                        f"add {name} = ...; {spare or _rule(hints[field.name], '')}",
                    )
                continue
            self._value(hints[field.name], raw[name], where, name, text)
        if len(self.found) > before:
            return None
        try:
            return msgspec.convert(raw, kind, strict=not text)
        except msgspec.ValidationError as error:  # pragma: no cover - each field was seen above
            self.add(where, "", _AT.sub("", str(error)), "see docs/network-file.md", "correct the section")
            return None

    def _unknown(self, fields: Mapping[str, Any], raw: Mapping[str, Any], where: str) -> None:
        for name in raw:
            if name not in fields:
                near = get_close_matches(str(name), fields, n=1)
                remedy = f"write {near[0]}" if near else "remove it"
                self.add(where, str(name), "unknown key", f"keys here are {', '.join(fields)}", remedy)

    def _value(self, hint: Any, value: Any, where: str, name: str, text: bool) -> None:
        try:
            made = msgspec.convert(value, hint, strict=not text)
        except msgspec.ValidationError as error:
            message = str(error)
            inside = re.search(r" - at `\$?\.?([^`]*)`$", message)
            column = f"{name}{inside[1]}" if inside else name
            rule = _rule(hint, _AT.sub("", message).replace("`", ""))
            self.add(where, column, f"found {_short(value)}", rule, f"correct {column}")
            return
        if isinstance(made, float) and not math.isfinite(made):
            self.add(where, name, f"found {value}", _rule(hint, "a finite number"), f"correct {name}")


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _rule(hint: Any, otherwise: str) -> str:
    """What the type's Meta says in words, or the machine's own sentence."""
    if get_origin(hint) is not None or hasattr(hint, "__metadata__"):
        for each in getattr(hint, "__metadata__", ()):
            if isinstance(each, msgspec.Meta) and each.description:
                return str(each.description)
        for each in get_args(hint):
            told = _rule(each, "")
            if told:
                return told
    return otherwise or "see docs/network-file.md"


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
