"""The file of deliveries: pages list each delivery once, newest first, beside the process that writes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.ledger.deliveries import DEAD, DELIVERED, WAITS, Deliveries, Post


@settings(max_examples=30, deadline=None)
@given(
    times=st.lists(st.integers(0, 5), max_size=25),
    status=st.sampled_from([None, WAITS, DELIVERED, DEAD]),
    most=st.integers(1, 7),
)
def test_pages_list_each_once(
    tmp_path_factory: object, times: list[int], status: int | None, most: int
) -> None:
    book = Deliveries(tmp_path_factory.mktemp("book") / "hooks.db")  # type: ignore[attr-defined]
    posts = [Post(f"m{n:02d}", at_s, b"{}", [n % 2]) for n, at_s in enumerate(times)]
    book.add(1, posts, [], [], 100)
    for n, one in enumerate(book.due(0, 100, 100)):
        if n % 3:
            now = DELIVERED if n % 3 == 1 else DEAD
            book.tried(one, 100, 200, 5, "", status=now, due_s=100)
    reader = Deliveries(book.path, read_only=True)
    assert reader.ready
    seen, after = [], None
    while lines := reader.page(0, status, after, most):
        assert len(lines) <= most and all(status in (None, line.status) for line in lines)
        seen += [line.message for line in lines]
        after = lines[-1].at_s, lines[-1].message
    mine = sorted((-post.at_s, post.id) for post in posts if post.lanes == [0])
    stands = {one.message: one.status for one in reader.page(0, most=1_000)}
    assert seen == [name for _, name in mine if status in (None, stands[name])]
    for name in seen:
        assert len(reader.attempts(0, name)) == (stands[name] != WAITS)
    reader.close()
    book.close()


def test_an_older_file_gets_its_indexes(tmp_path: Path) -> None:
    book = Deliveries(tmp_path / "hooks.db")
    book.sql.execute("drop index newest; drop index tries_of")
    book.close()
    reader = Deliveries(tmp_path / "hooks.db", read_only=True)
    assert not reader.ready
    reader.close()
    book = Deliveries(tmp_path / "hooks.db")
    assert book.ready
    book.close()
