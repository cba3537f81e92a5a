"""The house rules of ARCHITECTURE.md that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.house import PACKAGE, ROOMS, Breach, dotted, files, imports, keep, room, sources, tree

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
MADE = ("client/shapes.py", "client/calls.py")  # by tools/client.py, from the API's description
IMPURE = (
    "doorward.ledger", "doorward.ports", "sqlite3", "apsw", "duckdb", "os", "time", "datetime", "random",
    "logging", "threading", "asyncio", "socket", "subprocess", "multiprocessing", "concurrent", "secrets",
    "uuid", "urllib", "http",
)  # fmt: skip
ASKS_TIME = {
    f"time.{name}{unit}"
    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time")
    for unit in ("", "_ns")
} | {"time.localtime", "time.gmtime"}
ASKS_DATE = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today)$")
SQL = re.compile(
    r"\s*(select\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s"
    r"|create\s+(table|index|view|schema)|drop\s+(table|index|view)|alter\s+table|pragma\s|with\s+\w+\s+as\s*\(|begin\b|copy\s+\w+\s)",
    re.IGNORECASE,
)
RUNS_SQL = {"execute", "executemany", "executescript", "sql", "query"}
MAY_SPEAK_SQL = ("ledger/", "apps/")


def is_pure(name: str) -> bool:
    """Planners, folds, tables and the core."""
    return name.startswith(("core/", "tables/")) or (
        name.split("/")[0] in ROOMS and name.endswith(("/plan.py", "/state.py"))
    )


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line, without the docstring."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def test_every_source_is_python_3_11() -> None:
    breaches: list[Breach] = []
    for path in sources():
        try:
            tree(path)
        except SyntaxError as error:
            breaches.append((path, error.lineno or 1, error.msg))
    keep("every source file is valid for Python 3.11", "write it without newer syntax", breaches)


def test_files_are_short() -> None:
    breaches = []
    for path in sources():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MOST_LINES_OF_A_FILE and room(path) not in MADE:
            breaches.append((path, 1, f"{lines} lines"))
    keep(
        f"a source file has at most {MOST_LINES_OF_A_FILE} lines",
        "split it by what changes together; a room of over 1,000 lines becomes sub-rooms",
        breaches,
    )


def test_functions_are_short() -> None:
    keep(
        f"a function has at most {MOST_LINES_OF_A_FUNCTION} lines, docstring not counted",
        "give a step of it a name and a function of its own",
        (
            (path, function.lineno, f"{function.name} has {lines_of(function)} lines")
            for path in sources()
            for function in functions(path)
            if lines_of(function) > MOST_LINES_OF_A_FUNCTION
        ),
    )


def impure_imports() -> Iterator[Breach]:
    for path in sources():
        name = room(path)
        if not is_pure(name):
            continue
        seen = set()
        for line, module in imports(path):
            if name.endswith("/state.py") and is_within(module, "doorward.ledger.state"):
                continue
            package = next((each for each in IMPURE if is_within(module, each)), None)
            if package == "doorward.ledger" and module == "doorward.ledger" and name.endswith("/state.py"):
                continue  # judged by the names it takes from there
            if package and (line, package) not in seen:
                seen.add((line, package))
                yield path, line, f"imports {module}"


def test_plans_folds_tables_and_core_are_pure() -> None:
    keep(
        "plan.py, state.py, tables/ and core/ touch no ledger, port, clock, file, thread or network"
        " (state.py may name doorward.ledger.state)",
        "take what you need as a table or an argument; let service.py fetch it",
        impure_imports(),
    )


def unseeded_draws() -> Iterator[Breach]:
    for path in sources():
        if room(path) == "core/seed.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and dotted(node) in {"np.random", "numpy.random"}:
                yield path, node.lineno, f"uses {dotted(node)}"
        for line, module in imports(path):
            taken = is_within(module, "numpy.random") and module != "numpy.random.Generator"
            if taken or is_within(module, "random"):
                yield path, line, f"imports {module}"


def test_every_draw_comes_from_a_seed() -> None:
    types = {
        (path, node.value.lineno, f"uses {dotted(node.value)}")
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "Generator"
    }
    keep(
        "every random draw comes from doorward.core.seed, which takes the seed",
        "call uniform, normal, below, child or generator of doorward.core.seed with the seed you were given",
        (breach for breach in unseeded_draws() if breach not in types),
    )


def time_asked() -> Iterator[Breach]:
    for path in sources():
        name = room(path)
        from_time = {module for _, module in imports(path)} & ASKS_TIME
        taken = {module.split(".")[1] for module in from_time}
        measures = name == "ports/clock.py" or name == "runtime/progress.py" or name.startswith("apps/")
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Attribute | ast.Name):
                continue
            called = dotted(node)
            if ASKS_DATE.search(called) or (not measures and (called in ASKS_TIME or called in taken)):
                yield path, node.lineno, f"asks {called}"


def test_only_the_clock_asks_the_time() -> None:
    keep(
        "only ports/clock.py asks what time it is; apps/ and runtime/progress.py may measure how long a"
        " person waits; datetime.now and its kin are nowhere",
        "take now_s as an argument, or a Clock in a service",
        time_asked(),
    )


def test_async_lives_at_the_edge() -> None:
    keep(
        "async lives only in apps/ and inside adapters",
        "write an ordinary function; let the app or the adapter await around it",
        (
            (path, function.lineno, f"async def {function.name}")
            for path in sources()
            if not room(path).startswith(("apps/", "adapters/"))
            for function in functions(path)
            if isinstance(function, ast.AsyncFunctionDef)
        ),
    )


def spoken_sql() -> Iterator[Breach]:
    for path in sources():
        if room(path).startswith(MAY_SPEAK_SQL):
            continue
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            words = node.args[0]
            if isinstance(words, ast.JoinedStr) and words.values:
                words = words.values[0]
            if (
                node.func.attr in RUNS_SQL
                and isinstance(words, ast.Constant)
                and isinstance(words.value, str)
                and SQL.match(words.value)
            ):
                yield path, node.lineno, f"runs {' '.join(words.value.split())[:40]!r}"


def test_only_the_ledger_speaks_sql() -> None:
    keep(
        "SQL is spoken only in ledger/ and, for `doorward sql`, in apps/",
        "read a table of the ledger, or give the ledger a function that does it",
        spoken_sql(),
    )


def test_every_room_has_a_readme() -> None:
    folders = {PACKAGE / room(path).split("/")[0] for path in sources() if room(path).split("/")[0] in ROOMS}
    folders |= {path.parent for path in sources() if path.name == "plan.py"}
    keep(
        "every journey room, and every sub-room with a plan.py, has a README.md",
        "write one screen: what is decided here, on what inputs, how good it is, from which source",
        ((each, 1, "has no README.md") for each in sorted(folders) if not (each / "README.md").is_file()),
    )


def test_every_public_module_says_what_it_is() -> None:
    keep(
        "every public module begins with a docstring",
        "say in one sentence what the module is for",
        (
            (path, 1, "has no docstring")
            for path in sources()
            if (not path.name.startswith("_") or path.name == "__init__.py")
            and tree(path).body
            and not ast.get_docstring(tree(path))
        ),
    )


# What may not stand in any file is put together here, so that this file does not break the rule itself.
LATER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
MACHINE = re.compile(r"(?<![\w./:<>{}~*\-\])])/(?:work|home|root|Users)(?=[/\s\"'`)]|$)")
REGISTRIES = (
    "py" + "pi.org", "pythonhosted" + ".org", "registry." + "npmjs", "registry." + "yarnpkg",
    "deb." + "debian.org", "index." + "crates.io", "proxy." + "golang.org",
)  # fmt: skip
REGISTRY = re.compile("|".join(map(re.escape, REGISTRIES)))


@pytest.mark.parametrize(
    ("pattern", "rule", "remedy"),
    [
        (LATER, "nothing is left for later inside a file", "do it, or open an issue and delete the note"),
        (MACHINE, "no path of somebody's machine", "start from the project's root, or take it as an option"),
        (REGISTRY, "no address of a package registry", "name the package; the client knows its registry"),
    ],
    ids=["left-for-later", "machine-path", "registry"],
)
def test_no_file_says(pattern: re.Pattern[str], rule: str, remedy: str) -> None:
    keep(
        rule,
        remedy,
        (
            (path, number, f"says {found.group().strip()!r}")
            for path in files()
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if (found := pattern.search(line))
        ),
    )
