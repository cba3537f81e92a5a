"""What each command allows and refuses, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.access.commands import EMAIL, SECRET, ref_of
from doorward.access.rights import holds, may, order_of, scopes
from doorward.access.state import FOLDS
from doorward.adapters.secrets import check_password, digest, hash_password, new_key
from doorward.core.errors import BadInput, Refused
from doorward.ledger.ledger import Ledger
from doorward.tables.people import ALL, ROLE_SCOPES, ROLES_OF, OrgKind, Role, Scope
from tests.access.office import FOREVER_S, Office, as_lists, bytes_of, office, reference

ADMIN = 0


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as made:
        yield made


def test_roles_and_scopes_are_one_table() -> None:
    assert set(ROLE_SCOPES) == set(Role) == {role for roles in ROLES_OF.values() for role in roles}
    assert ROLE_SCOPES[Role.ADMIN] == ALL == Scope(sum(Scope))
    for kind, roles in ROLES_OF.items():
        for role in roles:
            if kind != OrgKind.OPERATOR:
                whole_network = Scope.NETWORK_READ | Scope.ORGANISATIONS | Scope.PLANS_WRITE | Scope.TWIN
                assert not ROLE_SCOPES[role] & whole_network, role


def test_the_first_start_happens_once(at: Office) -> None:
    assert scopes(at.grants, ADMIN) == ALL and at.grants.maker[ADMIN] == -1
    with pytest.raises(Refused, match="operator already"):
        at.do("start", name="Eve", digest=at.digest())
    assert len(at.grants) == 1


def test_a_key_gives_no_more_than_it_has(at: Office) -> None:
    shop = at.key(ADMIN, 1, "shipper")
    assert at.key(shop, 1, "shipper") > shop
    for org, role in ((0, "admin"), (0, "viewer"), (2, "shipper"), (3, "contractor")):
        with pytest.raises(Refused, match="own organisation"):
            at.key(shop, org, role)
    with pytest.raises(BadInput, match="role"):
        at.key(shop, 1, "admin")
    narrow = at.key(ADMIN, 0, "admin", scopes=["PEOPLE", "ORGANISATIONS"])
    with pytest.raises(Refused, match="more than they have: NETWORK_READ"):
        at.key(narrow, 0, "viewer")
    with pytest.raises(Refused, match="scope ORGANISATIONS"):
        at.do("make_organisation", shop, name="x", kind="shipper")
    with pytest.raises(Refused, match="not all of these"):
        at.key(ADMIN, 1, "shipper", scopes=["TWIN"])


def test_nobody_gives_for_longer_than_they_have(at: Office) -> None:
    last_s = at.now_s + 1_000
    short = at.key(ADMIN, 0, "admin", ends_s=last_s)
    for ends_s in (-1, last_s + 1):
        with pytest.raises(Refused, match="for longer"):
            at.key(short, 0, "admin", ends_s=ends_s)
        with pytest.raises(Refused, match="for longer"):
            at.key(at.session(short), 0, "admin", ends_s=ends_s)
    with pytest.raises(Refused, match="for longer"):
        at.user(short, 0, "admin", "eve@example.org")
    made = at.key(short, 0, "admin", ends_s=last_s)
    assert may(at.grants, made, Scope.TWIN, last_s - 1) and not may(at.grants, made, Scope.TWIN, last_s)
    with pytest.raises(BadInput, match="after now"):
        at.key(ADMIN, 0, "admin", ends_s=at.now_s)


def test_who_was_revoked_meanwhile_does_nothing(at: Office) -> None:
    user = at.user(ADMIN, 1, "shipper", "ada@example.org")
    session, key = at.session(user), at.key(ADMIN, 1, "shipper")
    at.do("revoke", ADMIN, grant=user)
    at.do("revoke", ADMIN, grant=key)
    assert not holds(at.grants, session, at.now_s), "a user's sessions end with it"
    before = at.ledger.head()
    for asker in (user, session, key):
        for name, asked in (
            ("make_key", {"org": 1, "role": "shipper", "label": "x", "digest": "0" * 64}),
            ("make_user", {"org": 1, "role": "shipper", "email": "eve@example.org"}),
            ("make_link", {"order": 1, "digest": "0" * 64, "ends_s": at.now_s + 9}),
            ("set_password", {"grant": user, "hashed": "mine"}),
            ("revoke", {"grant": ADMIN}),
            ("erase", {"kind": "recipient", "row": 1}),
            ("give_vehicles", {"vehicles": [0], "org": 3}),
        ):
            with pytest.raises(Refused):
                at.do(name, asker, **asked)
    assert at.ledger.head() == before


def test_a_link_shows_its_order_and_does_nothing(at: Office) -> None:
    user = at.user(ADMIN, 0, "viewer", "ada@example.org")
    ends_s = at.now_s + 3_600
    link = at.made("make_link", ADMIN, order=user, digest=at.digest(), ends_s=ends_s)
    assert order_of(at.grants, link, at.now_s) == user
    assert order_of(at.grants, link, ends_s) == order_of(at.grants, ADMIN, at.now_s) == -1
    with pytest.raises(Refused):  # the order that it is about bears the number of a user
        at.do("set_password", link, grant=user, hashed="mine")
    at.do("revoke", ADMIN, grant=link)
    assert order_of(at.grants, link, at.now_s) == -1
    for late_s in (at.now_s, -1, FOREVER_S):
        with pytest.raises(BadInput, match="ends_s"):
            at.do("make_link", ADMIN, order=1, digest=at.digest(), ends_s=late_s)
    shop = at.key(ADMIN, 2, "shipper")
    with pytest.raises(BadInput, match="no order 1"):
        at.do("make_link", shop, order=1, digest=at.digest(), ends_s=ends_s)


def test_sessions_end_with_the_password_and_ones_own_can_be_set(at: Office) -> None:
    user = at.user(ADMIN, 0, "planner", "ada@example.org")
    session, other = at.session(user), at.user(ADMIN, 0, "planner", "bob@example.org")
    with pytest.raises(Refused, match="own organisation"):
        at.do("set_password", session, grant=other, hashed="new")
    at.do("set_password", session, grant=user, hashed="new")
    assert not holds(at.grants, session, at.now_s) and holds(at.grants, user, at.now_s)
    assert b"new" in (at.ledger.vault.read("user", user) or b"")


def test_the_last_who_may_make_organisations_stays(at: Office) -> None:
    with pytest.raises(Refused, match="last one"):
        at.do("revoke", ADMIN, grant=ADMIN)
    nobody = at.user(ADMIN, 0, "admin", "no@example.org", hashed="")
    at.key(ADMIN, 0, "admin", ends_s=at.now_s + 9)
    with pytest.raises(Refused, match="last one"):
        at.do("revoke", ADMIN, grant=ADMIN)
    at.do("set_password", ADMIN, grant=nobody, hashed="has one now")
    at.do("revoke", ADMIN, grant=ADMIN)
    with pytest.raises(Refused, match="last one"):
        at.do("erase", -1, kind="user", row=nobody)


def test_an_address_signs_in_one_person_until_it_is_erased(at: Office, tmp_path: Path) -> None:
    hashed = hash_password("correct horse battery")
    user = at.user(ADMIN, 1, "shipper", "Ada@Example.org", hashed)
    with pytest.raises(BadInput, match="signs in somebody"):
        at.user(ADMIN, 2, "shipper", "ada@example.ORG")
    assert at.ledger.vault.find(EMAIL, [ref_of("ADA@example.org")]) == [user]
    session, stranger = at.session(user), at.key(ADMIN, 2, "shipper")
    for text in (b"ada@example.org", b"Lovelace", hashed.encode()):
        assert text in bytes_of(tmp_path)
    with pytest.raises(Refused, match="own organisation"):
        at.do("erase", stranger, kind="user", row=user)
    at.do("erase", ADMIN, kind="user", row=user)
    for text in (b"ada@example.org", b"Lovelace", hashed.encode(), ref_of("ada@example.org").encode()):
        assert text not in bytes_of(tmp_path), text
    assert not holds(at.grants, user, at.now_s) and not holds(at.grants, session, at.now_s)
    with pytest.raises(Refused, match="was erased"):
        at.do("set_password", ADMIN, grant=user, hashed=hashed)
    assert at.user(ADMIN, 1, "shipper", "ada@example.org", hashed) > user


def test_only_a_users_text_is_erased_as_a_users(at: Office) -> None:
    key = at.key(ADMIN, 1, "shipper")
    for kind, row in (("user", key), ("user", 99), ("recipient", 4), ("recipient", -1), ("key", key)):
        with pytest.raises(BadInput):
            at.do("erase", ADMIN, kind=kind, row=row)
    with pytest.raises(Refused):
        at.do("erase", at.key(ADMIN, 2, "shipper"), kind="recipient", row=1)


def test_vehicles_and_services_go_to_whom_they_fit(at: Office) -> None:
    for name, field, org, wrong in (
        ("give_vehicles", "vehicles", 3, 4),
        ("give_services", "services", 4, 3),
    ):
        for bad in (wrong, 0, 1, 99, -2):
            with pytest.raises(BadInput, match="org: "):
                at.do(name, ADMIN, **{field: [0], "org": bad})
        with pytest.raises(BadInput, match="does not exist"):
            at.do(name, ADMIN, **{field: [0, 3], "org": org})
        with pytest.raises(Refused, match="ORGANISATIONS"):
            at.do(name, at.key(ADMIN, 3, "contractor"), **{field: [0], "org": org})
        at.do(name, ADMIN, **{field: [1, 1], "org": org})
    assert as_lists(at.ledger)["Responsible"] == {"org": [-1, 3]}
    assert as_lists(at.ledger)["Serving"] == {"org": [-1, 4]}


def test_replay_gives_the_same_tables(tmp_path: Path) -> None:
    with office(tmp_path) as at:
        user = at.user(ADMIN, 1, "shipper", "ada@example.org")
        at.session(user)
        at.key(ADMIN, 3, "contractor", ends_s=at.now_s + 50)
        at.do("give_vehicles", ADMIN, vehicles=[0, 2], org=3)
        at.do("give_services", ADMIN, services=[1], org=4)
        at.now_s += 60
        at.do("set_password", ADMIN, grant=user, hashed="new")
        at.session(user)
        at.do("erase", ADMIN, kind="user", row=user)
        live, head = as_lists(at.ledger), at.ledger.head()
    with Ledger.open(tmp_path, FOLDS, reference(), read_only=True) as again:
        assert as_lists(again) == live and again.head() == head


def test_a_key_that_differs_in_any_byte_is_nobodys(at: Office) -> None:
    secret = new_key()
    row = at.made("make_key", ADMIN, org=0, role="viewer", label="k", digest=digest(secret))
    changed = [secret[:i] + chr(ord(c) ^ 1) + secret[i + 1 :] for i, c in enumerate(secret)]
    changed += [secret[:-1], secret + "A", secret.upper(), ""]
    assert at.ledger.vault.find(SECRET, [digest(secret)]) == [row]
    assert at.ledger.vault.find(SECRET, [digest(each) for each in changed]) == [-1] * len(changed)
    with pytest.raises(BadInput, match="used before"):
        at.do("make_key", ADMIN, org=0, role="viewer", label="k", digest=digest(secret))


def test_passwords() -> None:
    hashed = hash_password("correct horse battery")
    assert hashed.startswith("$argon2id$") and hashed != hash_password("correct horse battery")
    assert check_password(hashed, "correct horse battery")
    assert not check_password(hashed, "correct horse batterz")
    assert not check_password("", "") and not check_password("no hash", "x")
