"""What the house rules look at, and how a breach is told: what, where, which rule, what to do."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "doorward"
ROOMS = (
    "promise", "inventory", "sourcing", "fulfillment", "carriers", "linehaul", "lastmile",
    "flex", "drones", "sidewalk", "delivery", "tracking", "footprint", "access",
)  # fmt: skip

TEXT = {
    ".py", ".pyi", ".md", ".toml", ".yaml", ".yml", ".json", ".ts", ".js", ".css", ".html", ".sql", ".txt",
    ".sh",
}  # fmt: skip
BARE = {"Makefile", "run", "LICENSE", ".gitignore", ".npmrc", "Dockerfile"}
SKIP = {".venv", ".git", "node_modules", "runs", "build", "dist", "__pycache__"}

Breach = tuple[Path, int, str]


@cache
def files() -> tuple[Path, ...]:
    """Every text file that git tracks or would track; without git, every one outside the skipped folders."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        named = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
        found = [ROOT / name for name in named if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not SKIP & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(p for p in set(found) if (p.suffix in TEXT or p.name in BARE) and p.is_file()))


@cache
def sources() -> tuple[Path, ...]:
    """Every Python file of the package."""
    return tuple(path for path in files() if path.suffix == ".py" and path.is_relative_to(PACKAGE))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file, read as Python 3.11, which is the oldest we promise."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 11))


def room(path: Path) -> str:
    """The path inside the package, with slashes: `lastmile/plan.py`."""
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, with its line; `from a import b` yields both a and a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = ("doorward", *path.relative_to(PACKAGE).parts)[: -node.level]
                base = ".".join((*package, base)) if base else ".".join(package)
            yield node.lineno, base
            yield from ((node.lineno, f"{base}.{each.name}") for each in node.names)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, otherwise the empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def keep(rule: str, remedy: str, breaches: Iterable[Breach]) -> None:
    """Fail if there is a breach; one line for each: where and what, then the rule and what to do."""
    lines = [f"  {path.relative_to(ROOT)}:{line}: {what}" for path, line, what in breaches]
    if lines:
        many = "1 place" if len(lines) == 1 else f"{len(lines)} places"
        told = [f"a house rule is broken in {many}", *lines, f"Rule: {rule}", f"Do: {remedy}"]
        raise AssertionError("\n".join(told))
