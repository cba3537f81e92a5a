"""The file of deliveries: pages list each delivery once, newest first, beside the process that writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.ledger.deliveries import DEAD, DELIVERED, WAITS, Deliveries, Delivery, Post


@settings(max_examples=30, deadline=None)
@given(
    times=st.lists(st.integers(0, 5), max_size=25),
    status=st.sampled_from([None, WAITS, DELIVERED, DEAD]),
    most=st.integers(1, 7),
)
def test_pages_list_each_once(
    tmp_path_factory: pytest.TempPathFactory, times: list[int], status: int | None, most: int
) -> None:
    book = Deliveries(tmp_path_factory.mktemp("book") / "hooks.db")
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


@settings(max_examples=40, deadline=None)
@given(
    ends=st.lists(st.tuples(st.sampled_from([WAITS, DELIVERED, DEAD]), st.integers(0, 9)), max_size=24),
    before_s=st.integers(0, 10),
    status=st.sampled_from([WAITS, DELIVERED, DEAD]),
    most=st.integers(1, 5),
)
def test_what_ended_long_ago_is_forgotten_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
    ends: list[tuple[int, int]],
    before_s: int,
    status: int,
    most: int,
) -> None:
    """Message k goes to lanes k and k + 1; each delivery ends for itself. What waits is never forgotten."""
    book = Deliveries(tmp_path_factory.mktemp("book") / "hooks.db")
    count = (len(ends) + 1) // 2
    book.add(1, [Post(f"m{k:02d}", k, b"{}", [k, k + 1]) for k in range(count)], [], [], 0)
    stands = {(k + side, f"m{k:02d}"): (WAITS, 0) for k in range(count) for side in (0, 1)}
    for one, end in zip(sorted(stands), ends, strict=False):
        stands[one] = end
        book.tried(Delivery(*one, 0, b"{}"), end[1], 200, 5, "", status=end[0], due_s=end[1])
    while book.forget(status, before_s, most) == most:
        pass
    left = {key for key, (how, at_s) in stands.items() if how == WAITS or how != status or at_s >= before_s}
    assert {(lane, line.message) for lane in range(count + 1) for line in book.page(lane, most=99)} == left
    tried_left = {key for key in list(sorted(stands))[: len(ends)] if key in left}
    assert {(lane, m) for lane, m in book.sql.execute("select lane, message from attempts")} == tried_left
    assert {m for (m,) in book.sql.execute("select id from messages")} == {m for _, m in left}
    book.close()
