"""Passkeys and providers as commands: whose, how often, and what is left when they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from doorward.access.checks import PASSKEY, SUBJECT
from doorward.access.commands import ref_of
from doorward.access.rights import holds
from doorward.access.signing import MOST_PASSKEYS, KeptPasskey, ref_of_credential, ref_of_subject
from doorward.access.state import FOLDS
from doorward.core.errors import BadInput, Refused
from doorward.ledger.ledger import Ledger
from doorward.tables.people import Passkeys, Principal
from tests.access.office import Office, as_lists, bytes_of, office, reference

ADMIN = 0
ISSUER = "https://id.example.org"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as made:
        yield made


def add(at: Office, session: int, credential: str = "AAEC", count: int = 0) -> int:
    """A passkey for who is signed in."""
    return at.made(
        "add_passkey", session, name="Laptop", credential=credential, public_key="pQEC", count=count
    )


def enter(at: Office, passkey: int, count: int) -> int:
    """Sign in with it."""
    return at.made(
        "enter_by_passkey", passkey=passkey, count=count, digest=at.digest(), ends_s=at.now_s + 86_400
    )


def vouched(at: Office, subject: str, email: str = "", issuer: str = ISSUER) -> int:
    """Sign in by a provider."""
    return at.made(
        "enter_by_subject", issuer=ref_of(issuer), subject=ref_of_subject(issuer, subject),
        email=ref_of(email) if email else "", digest=at.digest(), ends_s=at.now_s + 86_400,
    )  # fmt: skip


def test_a_passkey_signs_in_its_user(at: Office) -> None:
    ada = at.user(ADMIN, 1, "shipper", "ada@example.org")
    passkey = add(at, at.session(ada))
    session = enter(at, passkey, 1)
    assert at.grants.kind[session] == Principal.SESSION and at.grants.about[session] == ada
    assert at.grants.org[session] == 1 and holds(at.grants, session, at.now_s)
    passkeys = at.ledger.table(Passkeys)
    assert passkeys.count.tolist() == [1] and passkeys.used_s.tolist() == [at.now_s]


@pytest.mark.parametrize(("before", "now", "good"), [
    (0, 0, True), (0, 1, True), (5, 6, True), (5, 500, True), (5, 5, False), (5, 4, False), (5, 0, False),
])  # fmt: skip
def test_a_counter_goes_on_or_nobody_comes_in(at: Office, before: int, now: int, good: bool) -> None:
    """Zero stays zero where a device does not count (W3C Web Authentication 6.1.1)."""
    passkey = add(at, at.session(at.user(ADMIN, 0, "admin", "ada@example.org")), count=before)
    if good:
        session = enter(at, passkey, now)
        assert holds(at.grants, session, at.now_s)
        return
    people = len(at.grants)
    with pytest.raises(Refused, match="copy"):
        enter(at, passkey, now)
    assert len(at.grants) == people and at.ledger.table(Passkeys).count[passkey] == before


def test_nobody_adds_a_way_in_to_another_account(at: Office) -> None:
    """Only a session of the user itself: no key, no user's row, no session made with a key, none that was revoked."""
    ada = at.user(ADMIN, 0, "admin", "ada@example.org")
    session = at.session(ada)
    for asker in (-1, ADMIN, ada, at.session(ADMIN)):
        with pytest.raises(Refused, match="signed in"):
            add(at, asker)
    at.do("revoke", ADMIN, grant=session)
    with pytest.raises(Refused, match="signed in"):
        add(at, session)
    assert len(at.ledger.table(Passkeys)) == 0


def test_a_credential_belongs_to_one_person_and_people_have_few(at: Office) -> None:
    ada, eve = (at.session(at.user(ADMIN, 1, "shipper", f"{name}@example.org")) for name in ("ada", "eve"))
    add(at, ada)
    for session in (ada, eve):
        with pytest.raises(BadInput, match="registered already"):
            add(at, session)
    for i in range(1, MOST_PASSKEYS):
        add(at, ada, f"AA{i:02}")
    with pytest.raises(Refused, match="at most"):
        add(at, ada, "BBBB")
    add(at, eve, "BBBB")


def test_one_removes_ones_own_and_other_sessions_end(at: Office) -> None:
    ada, eve = (at.user(ADMIN, 1, "shipper", f"{name}@example.org") for name in ("ada", "eve"))
    here, there, hers = at.session(ada), at.session(ada), at.session(eve)
    passkey = add(at, here)
    stolen = enter(at, passkey, 1)
    shop_key, other_shop = at.key(ADMIN, 1, "shipper"), at.key(ADMIN, 2, "shipper")
    with pytest.raises(Refused, match="own organisation"):
        at.do("remove_passkey", other_shop, passkey=passkey)
    at.do("remove_passkey", here, passkey=passkey)
    stand = [holds(at.grants, each, at.now_s) for each in (here, there, stolen, hers)]
    assert stand == [True, False, False, True]
    with pytest.raises(Refused, match="removed"):
        enter(at, passkey, 2)
    for asker in (here, shop_key):
        with pytest.raises(BadInput, match="no passkey"):
            at.do("remove_passkey", asker, passkey=passkey)
    assert add(at, here) == passkey + 1, "the device may register anew"
    at.do("remove_passkey", shop_key, passkey=passkey + 1)
    assert not holds(at.grants, here, at.now_s)


def test_the_last_way_in_of_the_last_admin_stays(at: Office) -> None:
    ada = at.user(ADMIN, 0, "admin", "ada@example.org", hashed="")
    with pytest.raises(Refused, match="the last one"):
        at.do("revoke", ADMIN, grant=ADMIN)
    session = at.session(ada)
    passkey = add(at, session)
    at.do("revoke", ADMIN, grant=ADMIN)
    with pytest.raises(Refused, match="the last one"):
        at.do("remove_passkey", session, passkey=passkey)
    second = add(at, session, "BBBB")
    at.do("remove_passkey", session, passkey=passkey)
    with pytest.raises(Refused, match="the last one"):
        at.do("remove_passkey", session, passkey=second)


def test_who_was_erased_leaves_no_passkey_and_no_subject(at: Office, tmp_path: Path) -> None:
    ada = at.user(ADMIN, 1, "shipper", "ada@example.org")
    passkey = add(at, at.session(ada), "Q1JFREVOVElBTA")
    vouched(at, "subject-1", "ada@example.org")
    at.do("erase", ADMIN, kind="user", row=ada)
    vault = at.ledger.vault
    assert vault.read(PASSKEY, passkey) is None
    assert vault.find(PASSKEY, [ref_of_credential("Q1JFREVOVElBTA")]) == [-1]
    assert vault.find(SUBJECT, [ref_of_subject(ISSUER, "subject-1")]) == [-1]
    assert b"Q1JFREVOVElBTA" not in bytes_of(tmp_path)
    for again in (lambda: enter(at, passkey, 9), lambda: vouched(at, "subject-1", "ada@example.org")):
        with pytest.raises(Refused):
            again()


def test_facts_hold_numbers_only(at: Office) -> None:
    """What a device and a provider say stands in the vault; the journal knows rows and counters."""
    ada = at.user(ADMIN, 1, "shipper", "ada@example.org")
    passkey = add(at, at.session(ada))
    vouched(at, "subject-1", "ada@example.org")
    kept = msgspec.json.decode(at.ledger.vault.read(PASSKEY, passkey) or b"", type=KeptPasskey)
    assert kept == KeptPasskey("Laptop", "AAEC", "pQEC")
    for turn in at.ledger.journal.turns():
        for fact in turn.facts:
            for secret in (b"AAEC", b"pQEC", b"Laptop", b"subject-1", b"ada@"):
                assert secret not in fact.body


def test_who_was_invited_comes_in_by_a_verified_address_once_and_by_subject_ever_after(at: Office) -> None:
    ada = at.user(ADMIN, 1, "shipper", "ada@example.org", hashed="")
    with pytest.raises(Refused, match="invited"):
        vouched(at, "subject-1")
    with pytest.raises(Refused, match="invited"):
        vouched(at, "subject-1", "eve@example.org")
    first = vouched(at, "subject-1", "Ada@Example.org")
    assert at.grants.about[first] == ada
    again = vouched(at, "subject-1", "married@example.org")
    assert at.grants.about[again] == ada, "who it is there counts, not the address"
    with pytest.raises(Refused, match="somebody else"):
        vouched(at, "subject-2", "ada@example.org")
    other = vouched(at, "subject-1", "ada@example.org", "https://other.example.org")
    assert at.grants.about[other] == ada, "another provider knows the same address"


def test_a_subject_of_another_issuer_is_somebody_else(at: Office) -> None:
    at.user(ADMIN, 1, "shipper", "ada@example.org")
    vouched(at, "1", "ada@example.org")
    with pytest.raises(Refused, match="invited"):
        vouched(at, "1", "", "https://evil.example")
    assert ref_of_subject("ab", "c") != ref_of_subject("a", "bc")


def test_who_was_revoked_does_not_come_in(at: Office) -> None:
    ada = at.user(ADMIN, 1, "shipper", "ada@example.org")
    passkey = add(at, at.session(ada))
    vouched(at, "1", "ada@example.org")
    at.do("revoke", ADMIN, grant=ada)
    calls: list[Any] = [lambda: enter(at, passkey, 1), lambda: vouched(at, "1")]
    for call in calls:
        with pytest.raises(Refused, match="holds"):
            call()


def test_the_same_tables_are_folded_again(at: Office, tmp_path: Path) -> None:
    session = at.session(at.user(ADMIN, 1, "shipper", "ada@example.org"))
    enter(at, add(at, session), 3)
    at.do("remove_passkey", session, passkey=add(at, session, "BBBB"))
    before = as_lists(at.ledger)
    with Ledger.open(tmp_path, FOLDS, reference(), read_only=True) as again:
        assert as_lists(again) == before
