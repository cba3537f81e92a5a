"""The roster: appointed times, a fixed order, and where it goes on after an interruption."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorward.ledger.desk import Desk
from doorward.ledger.service import Service
from doorward.runtime.build import ROSTER, all_services
from doorward.runtime.roster import first_due


def nothing(desk: Desk) -> None:
    """Works not at all."""


@given(
    st.integers(0, 10**6),
    st.sampled_from([300, 900, 3600, 86_400]),
    st.integers(0, 86_399),
    st.integers(-12, 14),
)
def test_first_due_is_the_next_appointed_second(now: int, every: int, offset: int, zone: int) -> None:
    service = Service("a.b", every, nothing, offset)
    due = first_due(service, now, zone * 3600)
    assert now <= due < now + every
    assert (due + zone * 3600 - offset) % every == 0


def test_all_rooms_are_on_the_roster() -> None:
    assert [s.name for s in all_services()] == list(ROSTER)
