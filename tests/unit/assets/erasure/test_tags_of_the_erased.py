"""An erasure takes a person's tags off in WeCom, and the person out of ledger and exports, before the keys are gone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from assets.erasure.searching import files_that_hold
from assets.erasure.spelling import Needles
from assets.segment_push.exporting import CHANGES, MEMBERS, MEMBERS_SCHEMA
from assets.segment_push.ledger import TagLedger
from assets.segment_push.wecom import WeComError
from tests.unit.assets.erasure.conftest import JOHN, MARY, Household
from tests.unit.assets.segment_push.wecom_server import CORP_ID, SECRET, Clock, WeCom, served

DAY = date(2025, 3, 5)
TAG = "et0"


@pytest.fixture
def wecom(household: Household) -> Iterator[WeCom]:
    """Both have a tag, and both are in the exported segments."""
    contacts = [who["external_user_id"] for who in (MARY, JOHN)]
    with served(WeCom(Clock(), {contact: ["wang"] for contact in contacts})) as server:
        server.tag_names[TAG] = "高价值"
        server.marked = {("wang", contact): {TAG} for contact in contacts}
        household.settings = replace(
            household.settings,
            wecom_corp_id=CORP_ID,
            wecom_secret=SECRET,
            wecom_api_base=server.address,
            wecom_calls_per_minute=60_000,
        )
        ledger = TagLedger(household.zones.tag_ledger)
        for contact in contacts:
            ledger.confirm(household.token("external_user_id", contact), [TAG], [])
        folder = household.zones.segment_exports / DAY.isoformat()
        folder.mkdir(parents=True)
        persons = [household.person(who) for who in (MARY, JOHN)]
        rows = pl.DataFrame({"person_token": persons}).with_columns(
            **{name: pl.lit("x") for name in MEMBERS_SCHEMA if name != "person_token"}
        )
        rows.write_parquet(folder / f"{MEMBERS}.parquet")
        rows.write_parquet(folder / f"{CHANGES}.parquet")
        rows.write_csv(folder / f"{CHANGES}.csv")
        yield server


def test_the_erased_person_has_no_tag_left_and_is_in_no_export(household: Household, wecom: WeCom) -> None:
    person, of_john = household.person(MARY), household.person(JOHN)
    contact = household.token("external_user_id", MARY["external_user_id"])
    household.erase(MARY)
    assert wecom.tags_of(MARY["external_user_id"]) == set()
    assert wecom.tags_of(JOHN["external_user_id"]) == {"高价值"}
    for folder in (household.zones.segment_exports, household.zones.tag_ledger.parent):
        assert files_that_hold(folder, Needles([person, contact]))[0] == []
    for name in (MEMBERS, CHANGES):
        kept = pl.read_parquet(household.zones.segment_exports / DAY.isoformat() / f"{name}.parquet")
        assert kept["person_token"].to_list() == [of_john]


def test_nothing_is_signed_while_wecom_cannot_be_told(household: Household, wecom: WeCom) -> None:
    on = household.settings
    household.settings = replace(on, wecom_secret="another")
    with pytest.raises(WeComError):
        household.erase(MARY)
    assert wecom.tags_of(MARY["external_user_id"]) == {"高价值"}
    # The next call goes on where this one stopped.
    household.settings = on
    assert len(household.erase()) == 1
    assert wecom.tags_of(MARY["external_user_id"]) == set()
