"""Merges and splits are on record, by day, whatever the order in which the days came."""

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.identity.changes import person_changes
from assets.identity.decisions import DECISIONS_SCHEMA
from assets.identity.persons import person_token_of
from tests.unit.assets.identity.sightings import FIRST_DAY, LIMITS, Record, decisions, evidence, persons

NO_DECISIONS = pl.DataFrame(schema=DECISIONS_SCHEMA)


def changes(records: list[Record], decided: pl.DataFrame = NO_DECISIONS) -> list[tuple]:
    """Day, kind, and the identifiers after which the two persons are named."""
    known = evidence(records)
    tokens = known.identifiers["identifier_token"]
    names = dict(zip(person_token_of(tokens), tokens, strict=True)) | {None: None}
    found = person_changes(known, LIMITS, decided)
    return [
        ((row["changed_on"] - FIRST_DAY).days, row["change_kind"], names[row["previous_person_token"]],
         names[row["person_token"]])
        for row in found.iter_rows(named=True)
    ]  # fmt: skip


def test_a_record_that_links_two_persons_merges_the_later_one_into_the_earlier() -> None:
    assert changes([(0, "M1 C1"), (2, "U1 O1"), (5, "C1 U1"), (7, "C1 U1 O1")]) == [(5, "merge", "U1", "M1")]


def test_new_identifiers_of_a_person_are_no_change() -> None:
    assert changes([(0, "M1 C1"), (1, "C1 U1"), (2, "U1 P1"), (3, "P1 D1:x")]) == []


def test_a_phone_that_turns_out_to_be_shared_is_split_off() -> None:
    records = [(0, "M1 P1"), (2, "D1:x P1"), (4, "M2 P1")]
    assert changes(records) == [(4, "split", "M1", "D1"), (4, "shared", "M1", None)]


def test_a_guest_known_by_phone_only_ends_where_the_phone_is_shared() -> None:
    assert changes([(0, "P1"), (3, "M1 P1"), (6, "M2 P1")]) == [(6, "merge", "P1", "M1"), (6, "shared", "P1", None)]


def test_a_join_a_part_and_their_withdrawal_are_on_record_with_the_decision() -> None:
    records = [(0, "M1 C1"), (0, "M2 C2")]
    decided = decisions((3, "join", "J", "M1|M2"), (6, "withdrawn", "J", "M1|M2"))
    assert changes(records, decided) == [(3, "merge", "M2", "M1"), (6, "split", "M1", "M2")]
    told = person_changes(evidence(records), LIMITS, decided)
    assert told["decision_id"].to_list() == ["J", "J"]
    linked = [(0, "M1 U1"), (0, "M2 U1")]
    assert changes(linked, decisions((4, "part", "S", "M1|M2"))) == [(4, "split", "M1", "M2")]


_RECORDS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.lists(
            st.sampled_from(["M1", "M2", "C1", "C2", "U1", "O1:a", "D1:x", "D2:x", "D3:y", "P1", "P2", "N1", "N2"]),
            min_size=1,
            max_size=3,
            unique=True,
        ).map(" ".join),
    ).filter(lambda record: any(word[0] != "N" for word in record[1].split())),
    min_size=1,
    max_size=12,
)
_DECISIONS = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["join", "part", "withdrawn"]),
        st.sampled_from(["M1|M2", "C1|U1", "D1|D3 C2"]),
    ),
    max_size=3,
)


@settings(max_examples=12)
@given(_RECORDS, _DECISIONS, st.randoms(use_true_random=False))
def test_the_history_leads_to_who_is_who_now_and_does_not_depend_on_order(
    records: list[Record], ruled: list[tuple[int, str, str]], rng: random.Random
) -> None:
    named = [(day, kind, words, words) for day, kind, words in ruled]
    named = [entry for entry in named if any(entry[2] == other[2] and other[1] != "withdrawn" for other in named)]
    decided = decisions(*named) if named else NO_DECISIONS
    told = changes(records, decided)
    assert changes(rng.sample(records, len(records)), decided) == told
    # Who was who on each day, by resolving all that had arrived by then at once.
    for day in range(8):
        known = [record for record in records if record[0] <= day]
        before = [record for record in known if record[0] < day]
        if not before:
            continue
        now, then = (
            persons(part, given=decided.filter(pl.col("arrived_on") <= last))
            for part, last in (
                (known, FIRST_DAY + pl.duration(days=day)),
                (before, FIRST_DAY + pl.duration(days=day - 1)),
            )
        )
        moved = {(then[token], now[token]) for token in then if then[token] is not None and then[token] != now[token]}
        assert {(one, other) for at, _, one, other in told if at == day} == moved
