"""Who is joined to whom, and who is kept apart."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.identity.components import component_of
from tests.unit.assets.identity.sightings import LIMITS, persons


def test_identifiers_of_one_record_and_of_records_that_share_one_are_one_person() -> None:
    found = persons([(0, "M1 C1 U1"), (1, "U1 O1"), (2, "O1 P1"), (0, "M2 C2")])
    assert found == dict.fromkeys(["M1", "C1", "U1", "O1", "P1"], "M1") | dict.fromkeys(["M2", "C2"], "M2")


def test_a_phone_of_two_members_joins_nobody() -> None:
    assert persons([(0, "M1 P1"), (1, "M2 P1"), (2, "D1 P1")]) == {"M1": "M1", "M2": "M2", "D1": "D1", "P1": None}


def test_a_phone_of_two_unionids_or_of_a_member_and_a_unionid_joins_nobody() -> None:
    assert persons([(0, "U1 P1"), (0, "U2 P1")])["P1"] is None
    assert persons([(0, "M1 C1 P1"), (0, "U2 P1")])["P1"] is None


def test_a_phone_joins_a_guests_accounts_on_several_platforms() -> None:
    assert set(persons([(0, "D1:meituan P1"), (1, "D2:eleme P1"), (2, "P1")]).values()) == {"D1"}


def test_two_accounts_on_one_platform_that_give_one_phone_stay_apart() -> None:
    assert persons([(0, "D1:meituan P1"), (1, "D2:meituan P1")]) == {"D1": "D1", "D2": "D2", "P1": None}


def test_two_accounts_on_one_platform_of_one_member_do_not_make_the_phone_shared() -> None:
    found = persons([(0, "M1 D1 D2 P1"), (1, "D1:meituan P1"), (2, "D2:meituan P1")])
    assert set(found.values()) == {"M1"}


def test_a_member_who_registered_twice_is_one_person_where_something_stronger_than_a_phone_says_so() -> None:
    assert set(persons([(0, "M1 U1 P1"), (3, "M2 U1 P1")]).values()) == {"M1"}
    assert persons([(0, "M1 P1"), (3, "M2 P1")])["M2"] == "M2"


def test_phones_do_not_chain_two_identities_by_way_of_a_guests_account() -> None:
    found = persons([(0, "M1 P1"), (0, "D1:eleme P1"), (0, "D1:eleme P2"), (0, "M2 P2")])
    assert found == {"M1": "M1", "M2": "M2", "D1": "D1", "P1": None, "P2": None}


def test_a_phone_that_only_one_person_gives_stays_when_another_one_is_shared() -> None:
    found = persons([(0, "M1 P1"), (0, "M2 P1"), (0, "M2 P2")])
    assert found["P1"] is None
    assert found["P2"] == "M2"


def test_an_identifier_beside_more_members_than_the_limit_joins_nobody() -> None:
    staff_card = [(day, f"M{day} C9 U{day}") for day in range(LIMITS.partners_per_identifier + 1)]
    found = persons(staff_card)
    assert found["C9"] is None
    assert all(found[f"M{day}"] == found[f"U{day}"] == f"M{day}" for day in range(len(staff_card)))
    assert set(persons(staff_card[:-1]).values()) == {"M0"}


def test_a_person_is_named_after_the_identifier_seen_first_then_the_strongest_kind() -> None:
    assert set(persons([(4, "M1 U1"), (2, "U1 O1"), (2, "O1 D1")]).values()) == {"U1"}


_RECORDS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.lists(
            st.sampled_from(
                ["M1", "M2", "M3", "C1", "C2", "U1", "U2", "O1:a", "O2:a", "D1:x", "D2:x", "D3:y", "P1", "P2"]
            ),
            min_size=1,
            max_size=4,
            unique=True,
        ).map(" ".join),
    ),
    min_size=1,
    max_size=14,
)


@given(_RECORDS, st.randoms(use_true_random=False))
def test_persons_do_not_depend_on_the_order_of_the_records(records: list[tuple[int, str]], rng: random.Random) -> None:
    shuffled = rng.sample(records, len(records))
    assert persons(shuffled) == persons(records)


@given(_RECORDS)
def test_no_phone_holds_two_members_together(records: list[tuple[int, str]]) -> None:
    with_phones = persons(records)
    without = persons([(day, " ".join(w for w in words.split() if w[0] != "P") or "D9:z") for day, words in records])
    members = [token for token in with_phones if token[0] == "M"]
    for one in members:
        for other in members:
            if with_phones[one] is not None and with_phones[one] == with_phones[other]:
                assert without[one] == without[other]


@pytest.mark.parametrize("seed", range(3))
def test_components_are_those_of_a_search_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 60, (2, 45))
    least = np.arange(60)
    for _ in range(60):
        for one, other in zip(left, right, strict=True):
            least[one] = least[other] = min(least[one], least[other])
    assert component_of(60, left, right).tolist() == least.tolist()
