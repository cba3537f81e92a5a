"""What was begun is answered once, in time, by who began it; also when several ask at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from doorward.adapters.signin import ceremonies
from doorward.adapters.signin.ceremonies import LASTS_S, Ceremonies
from doorward.core.errors import Refused


class Now:
    """A clock that is set."""

    at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


def test_once_by_its_owner_for_its_kind(tmp_path: Path, now: Now) -> None:
    at, other_process = Ceremonies(tmp_path / "c", now), Ceremonies(tmp_path / "c", now)
    at.begin("sign in", "ada", b"challenge")
    assert other_process.take("sign in", "eve") is None and other_process.take("register", "ada") is None
    assert other_process.take("sign in", "ada") == b"challenge"
    assert at.take("sign in", "ada") is None, "replayed"


def test_in_time(tmp_path: Path, now: Now) -> None:
    at = Ceremonies(tmp_path / "c", now)
    at.begin("k", "ada", b"1")
    now.at += LASTS_S - 1
    assert at.take("k", "ada") == b"1"
    at.begin("k", "ada", b"2")
    now.at += LASTS_S
    assert at.take("k", "ada") is None


def test_beginning_again_forgets_what_was_begun(tmp_path: Path, now: Now) -> None:
    at = Ceremonies(tmp_path / "c", now)
    at.begin("k", "ada", b"1")
    at.begin("k", "ada", b"2")
    assert at.take("k", "ada") == b"2" and at.take("k", "ada") is None


def test_of_many_takers_one_gets_it(tmp_path: Path, now: Now) -> None:
    makers = [Ceremonies(tmp_path / "c", now) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for round_ in range(30):
            makers[0].begin("k", "ada", b"%d" % round_)
            got = list(pool.map(lambda each: each.take("k", "ada"), makers))
            assert sorted(got, key=str) == sorted([b"%d" % round_, *[None] * 7], key=str)


def test_only_its_owner_reads_the_files_and_old_ones_go(tmp_path: Path, now: Now) -> None:
    at = Ceremonies(tmp_path / "c", now)
    for i in range(5):
        at.begin("k", f"person {i}", b"challenge")
    files = list((tmp_path / "c").iterdir())
    assert len(files) == 5 and all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert not any("person" in file.name for file in files)
    now.at += 2 * LASTS_S
    at.begin("k", "new", b"challenge")
    assert len(list((tmp_path / "c").iterdir())) == 1


def test_too_many_are_refused_until_some_have_ended(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ceremonies, "MOST", 5)
    at = Ceremonies(tmp_path / "c", now)
    for i in range(5):
        at.begin("k", f"{i}", b"")
    with pytest.raises(Refused, match="too many"):
        at.begin("k", "6", b"")
    now.at += LASTS_S + 1
    at.begin("k", "6", b"")


FULL = """
import resource, sys
from pathlib import Path
from doorward.adapters.signin.ceremonies import Ceremonies
from doorward.core.errors import DiskFull
resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4))
try:
    Ceremonies(Path(sys.argv[1]), lambda: 1e6).begin("k", "ada", b"challenge")
except DiskFull:
    sys.exit(7)
"""


def test_a_full_disk_is_told_as_such_and_leaves_nothing(tmp_path: Path) -> None:
    """A process that may write four bytes a file."""
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path / "c")], check=False)
    assert done.returncode == 7 and list((tmp_path / "c").iterdir()) == []
