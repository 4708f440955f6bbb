"""What people decide holds, and can be taken back."""

from tests.unit.assets.identity.sightings import decisions, persons

TWICE_REGISTERED = [(0, "M1 C1 P1"), (5, "M2 C2 P1")]


def test_a_join_makes_one_person_of_two_and_gives_back_the_phone_that_they_shared() -> None:
    assert persons(TWICE_REGISTERED)["P1"] is None
    joined = persons(TWICE_REGISTERED, given=decisions((6, "join", "J", "M1|M2")))
    assert set(joined.values()) == {"M1"}


def test_a_join_that_is_withdrawn_never_was() -> None:
    given = decisions((6, "join", "J", "M1|M2"), (8, "withdrawn", "J", "M1|M2"))
    assert persons(TWICE_REGISTERED, given=given) == persons(TWICE_REGISTERED)


def test_a_part_splits_what_records_link_and_a_withdrawn_one_does_not() -> None:
    records = [(0, "M1 C1 U1"), (3, "M2 C2 U1"), (4, "C2 O2")]
    assert set(persons(records).values()) == {"M1"}
    part = (6, "part", "S", "M1 C1|M2 C2")
    assert persons(records, given=decisions(part)) == {
        **dict.fromkeys(["M1", "C1", "U1"], "M1"),
        **dict.fromkeys(["M2", "C2", "O2"], "M2"),
    }
    assert persons(records, given=decisions(part, (7, "withdrawn", "S", ""))) == persons(records)


def test_a_part_holds_against_a_join_and_against_a_phone() -> None:
    given = decisions((6, "join", "J", "M1|M2"), (7, "part", "S", "M1|M2"))
    assert persons([(0, "M1"), (1, "M2")], given=given) == {"M1": "M1", "M2": "M2"}
    one_phone = [(0, "M1 P1"), (1, "D1:x P1")]
    assert persons(one_phone)["D1"] == "M1"
    assert persons(one_phone, given=decisions((2, "part", "S", "M1|D1")))["D1"] == "D1"


def test_decisions_on_identifiers_that_nobody_has_sent_wait_for_them() -> None:
    given = decisions((0, "join", "J", "M1|M2"), (0, "part", "S", "M8|M9"))
    assert persons([(0, "M1")], given=given) == {"M1": "M1"}
    assert set(persons([(0, "M1"), (9, "M2")], given=given).values()) == {"M1"}
