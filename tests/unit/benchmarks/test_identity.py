"""The bench of identity: invented persons are put together as they were made, and public people are found again."""

import pytest

from benchmarks.identity.febrl import score
from benchmarks.identity.scale import measure
from tests.public_data import PUBLIC_DATA, why_absent


def test_invented_persons_come_out_as_they_went_in() -> None:
    found = measure(20_000)
    assert found.identifiers == pytest.approx(20_000, rel=0.02)
    people = 20_000 / 6.8
    # One in five gives the phone of the one before, whom four in five of these phones name as well.
    assert found.shared == pytest.approx(people * 0.2 * 0.8, rel=0.15)
    # Such a phone is nobody's, so that it leads from neither platform account to its person.
    assert found.persons == pytest.approx(people + 2 * found.shared, rel=0.02)


@pytest.mark.skipif(why_absent("febrl") is not None, reason=str(why_absent("febrl")))
def test_people_are_found_again_by_name_and_address_without_looking_at_the_truth() -> None:
    assert score("dataset1", PUBLIC_DATA / "febrl").f1 > 0.98
