"""The journey's page is a sound state machine."""

from __future__ import annotations

from doorward.tables.journey import ENDED, JOURNEY, Event, Holder, Status


def test_every_event_has_a_rule_and_every_status_a_way_in() -> None:
    assert set(JOURNEY) == set(Event)
    assert {rule.after for rule in JOURNEY.values()} == set(Status)


def test_every_status_that_is_not_an_end_leads_on_to_an_end() -> None:
    reaches = set(ENDED)
    while True:
        more = {s for r in JOURNEY.values() if r.after in reaches for s in r.before} - reaches
        if not more:
            break
        reaches |= more
    assert reaches == set(Status)


def test_a_status_names_its_holder() -> None:
    kinds: dict[Status, set[Holder]] = {}
    for rule in JOURNEY.values():
        kinds.setdefault(rule.after, set()).add(rule.holder)
    assert all(len(k) == 1 for k in kinds.values()), "one kind of holder for each status"


def test_nothing_leaves_a_written_off_or_cancelled_package() -> None:
    dead = {Status.CANCELLED, Status.LOST, Status.RETURNED}
    assert not any(dead & set(rule.before) for rule in JOURNEY.values())
