"""The documents tell the truth: their marked blocks run, their links lead somewhere.

A block fenced as ```console test holds `$ command` lines, each followed by what it prints; one fenced as
```python test holds a program, or a session with `>>>`. In what is printed, `...` stands for anything. The
blocks of one document run in order in one empty folder, in which `networks` is at hand.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house.house import ROOT, files, keep

FENCE = re.compile(r"^```(console|python) test[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
ANY_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|#|//)", re.IGNORECASE)
LONGEST_BLOCK_S = 600
RULE = "Rule: what a document shows is what happens. Do: mend the document or the program."

DOCUMENTS = [path for path in files() if path.suffix == ".md"]
TESTED = [path for path in DOCUMENTS if FENCE.search(path.read_text(encoding="utf-8"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blank(match: re.Match[str]) -> str:
    """As many empty lines as there were, so that line numbers stay true."""
    return "\n" * match.group().count("\n")


def commands(block: str) -> list[tuple[str, str]]:
    """(command, what it prints) of a console block; a command goes on after a backslash."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif found and not found[-1][1] and found[-1][0].endswith("\\"):
            found[-1] = (found[-1][0] + "\n" + line, "")
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line.rstrip() + "\n")
    return found


def run(arguments: list[str], folder: Path) -> tuple[int, str]:
    """Exit code and everything printed, in an environment as plain as a reader's."""
    environment = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "110", "PYTHONWARNINGS": "error"}
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment.get("PATH", "")))
    done = subprocess.run(
        arguments, cwd=folder, env=environment, text=True, timeout=LONGEST_BLOCK_S,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return done.returncode, "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())


def agree(expected: str, actual: str) -> bool:
    return doctest.OutputChecker().check_output(expected, actual, doctest.ELLIPSIS)


def test_there_is_a_readme() -> None:
    if (ROOT / "ARCHITECTURE.md").is_file():
        assert (ROOT / "README.md").is_file(), (
            "README.md is missing. Rule: a house with a map has a door. Do: write it"
        )


@pytest.mark.parametrize("document", TESTED, ids=name_of)
def test_blocks_do_what_they_say(document: Path, tmp_path: Path) -> None:
    if (ROOT / "networks").is_dir():
        (tmp_path / "networks").symlink_to(ROOT / "networks")
    text = document.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        kind, block = match.groups()
        where = f"{name_of(document)}:{text.count(chr(10), 0, match.start()) + 1}"
        if kind == "console":
            for command, expected in commands(block):
                code, actual = run(["bash", "-c", command], tmp_path)
                told = (
                    f"{where}: $ {command}\nends with {code}, prints\n{actual}the document says\n{expected}"
                )
                assert code == 0 and agree(expected, actual), f"{told}{RULE}"
        else:
            (tmp_path / "block.txt").write_text(block, encoding="utf-8")
            session = ["-m", "doctest", "-o", "ELLIPSIS"] if block.lstrip().startswith(">>>") else []
            code, actual = run([sys.executable, *session, "block.txt"], tmp_path)
            assert code == 0, f"{where}: the block ends with {code} and prints\n{actual}{RULE}"


def test_links_lead_somewhere() -> None:
    breaches = []
    for document in DOCUMENTS:
        text = CODE.sub("", ANY_FENCE.sub(blank, document.read_text(encoding="utf-8")))
        for match in LINK.finditer(text):
            target = match.group(1) or match.group(2)
            if ELSEWHERE.match(target):
                continue
            path = unquote(target.split("#")[0].split("?")[0])
            if path.startswith("/") or not (document.parent / path).exists():
                breaches.append((document, text.count("\n", 0, match.start()) + 1, f"links to {target}"))
    keep("a relative link leads to a file of the project", "mend the path, or delete the link", breaches)
