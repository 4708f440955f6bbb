"""Pushing segments as tags to a server that behaves like WeCom."""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from assets.segment_push.ledger import TagLedger
from assets.segment_push.tagging import TAG_GROUP, Pushed, due_changes, push_tags
from assets.segment_push.wecom import MAX_TAGS, Pace, TagLimitError, WeComClient, WeComError
from tests.unit.assets.segment_push.wecom_server import CORP_ID, SECRET, Clock, WeCom, served

CONTACTS = 16
NAMES = ["备孕妈妈", "高价值", "待复购"]


def external_user_id(number: int) -> str:
    return f"wmExternal{number:04}"


def token(number: int) -> str:
    return f"{number:032x}"


def members(of: Mapping[int, Collection[str]]) -> pl.DataFrame:
    rows = [(token(number), name) for number, names in of.items() for name in names]
    return pl.DataFrame(rows, schema={"contact_token": pl.String, "segment_name_zh": pl.String}, orient="row")


EVERYONE = {number: NAMES[: 1 + number % 3] for number in range(CONTACTS)}


def vault(contact_tokens: Collection[str]) -> Mapping[str, str]:
    return {contact: external_user_id(int(contact, 16)) for contact in contact_tokens}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wecom(clock: Clock) -> Iterator[WeCom]:
    """Every fourth contact is followed by two members."""
    followers = {external_user_id(number): ["wang"] + ["li"] * (number % 4 == 0) for number in range(CONTACTS)}
    with served(WeCom(clock, followers)) as server:
        yield server


@pytest.fixture
def ledger(tmp_path: Path) -> TagLedger:
    return TagLedger(tmp_path / "ledger" / "wecom_tags.sqlite")


Push = Callable[..., Pushed]


@pytest.fixture
def push(wecom: WeCom, ledger: TagLedger, clock: Clock) -> Push:
    def run(
        of: Mapping[int, Collection[str]] = EVERYONE,
        names: Sequence[str] = NAMES,
        calls_per_minute: int = 6000,
        secret: str = SECRET,
        client_type: type[WeComClient] = WeComClient,
    ) -> Pushed:
        pace = Pace(calls_per_minute, clock, clock.sleep)
        with client_type(wecom.address, CORP_ID, secret, pace) as client:
            return push_tags(client, ledger, members(of), names, vault)

    return run


def assert_tagged(wecom: WeCom, of: Mapping[int, Collection[str]]) -> None:
    for number in range(CONTACTS):
        assert wecom.tags_of(external_user_id(number)) == set(of.get(number, ()))


def test_every_contact_has_its_tags_with_each_member_who_has_it_and_nothing_is_pushed_twice(
    wecom: WeCom, push: Push
) -> None:
    tags = sum(len(names) for names in EVERYONE.values())
    assert push() == Pushed(contacts=CONTACTS, added=tags, removed=0, unknown=0, sealed=0)
    assert_tagged(wecom, EVERYONE)
    first = dict(wecom.calls)
    assert first["externalcontact/mark_tag"] == CONTACTS + CONTACTS // 4
    assert first["externalcontact/add_corp_tag"] == 1
    assert set(wecom.group_of_tag.values()) == {TAG_GROUP}
    assert push() == Pushed(0, 0, 0, 0, 0)
    assert wecom.calls["externalcontact/mark_tag"] == first["externalcontact/mark_tag"]
    assert wecom.calls["externalcontact/add_corp_tag"] == 1


def test_only_the_difference_is_called_for_and_what_is_withdrawn_goes_first(wecom: WeCom, push: Push) -> None:
    push()
    # Number 15 has withdrawn a consent and is in no segment any more; number 0 has come into another.
    now = {number: names for number, names in EVERYONE.items() if number != 15} | {0: [NAMES[0], NAMES[2]]}
    before = wecom.calls["externalcontact/get"]
    done = push(now)
    assert done == Pushed(contacts=2, added=1, removed=len(EVERYONE[15]), unknown=0, sealed=0)
    assert wecom.calls["externalcontact/get"] == before + 2
    assert_tagged(wecom, now)
    held = {token(15): {"a"}}
    wanted = {token(0): {"a"}}
    assert [change.contact_token for change in due_changes(wanted, held, held)] == [token(15), token(0)]


def test_tags_of_others_and_those_of_other_groups_stay(wecom: WeCom, push: Push) -> None:
    wecom.tag_names["etOther"], wecom.group_of_tag["etOther"] = NAMES[0], "门店自建"
    wecom.marked["wang", external_user_id(1)] = {"etOther"}
    push()
    push({})
    assert wecom.marked["wang", external_user_id(1)] == {"etOther"}
    assert_tagged(wecom, {1: [NAMES[0]]})


def test_a_renamed_segment_moves_its_people_to_the_new_tag(wecom: WeCom, push: Push) -> None:
    push({1: ["高价值"]}, ["高价值"])
    done = push({1: ["尊享会员"]}, ["尊享会员"])
    assert done == Pushed(contacts=1, added=1, removed=1, unknown=0, sealed=0)
    assert wecom.tags_of(external_user_id(1)) == {"尊享会员"}


def test_a_push_in_step_with_the_limit_is_never_refused(wecom: WeCom, push: Push) -> None:
    wecom.calls_per_minute = 30
    push(calls_per_minute=30)
    assert wecom.refused == {}
    assert_tagged(wecom, EVERYONE)


def test_a_push_that_meets_the_limit_backs_off_and_goes_on(wecom: WeCom, push: Push, clock: Clock) -> None:
    wecom.calls_per_minute = 30
    push(calls_per_minute=6000)
    assert wecom.refused[45009] > 0
    assert_tagged(wecom, EVERYONE)
    # A client that asks again at once would be refused thousands of times in these minutes.
    assert wecom.refused[45009] < 7 * (clock() / 60 + 1)


@pytest.mark.parametrize("code", [42001, 40014])
def test_a_token_that_ran_out_is_renewed_and_the_call_made_again(wecom: WeCom, push: Push, code: int) -> None:
    wecom.token_lives_for, wecom.expired_code = 25, code
    push()
    assert_tagged(wecom, EVERYONE)
    calls = sum(count for name, count in wecom.calls.items() if name != "gettoken")
    assert len(wecom.tokens) == -(-calls // (wecom.token_lives_for + 1))


def test_a_wrong_secret_stops_at_once(wecom: WeCom, push: Push) -> None:
    with pytest.raises(WeComError, match="gettoken: errcode 40001") as caught:
        push(secret="wrong-secret")
    assert "wrong-secret" not in str(caught.value)
    assert wecom.calls == {"gettoken": 1}


def test_contacts_that_wecom_does_not_know_hold_up_nobody_and_get_their_tags_when_they_are_back(
    wecom: WeCom, push: Push
) -> None:
    gone = wecom.followers.pop(external_user_id(3))
    wecom.followers[external_user_id(5)] = []
    done = push()
    assert (done.contacts, done.unknown) == (CONTACTS - 2, 2)
    wecom.followers |= {external_user_id(3): gone, external_user_id(5): ["wang"]}
    assert push().contacts == 2
    assert_tagged(wecom, EVERYONE)


def test_contacts_whose_id_the_vault_does_not_open_are_counted_and_left(
    wecom: WeCom, ledger: TagLedger, clock: Clock
) -> None:
    def half_of_them(contact_tokens: Collection[str]) -> Mapping[str, str]:
        return {contact: name for contact, name in vault(contact_tokens).items() if int(contact, 16) % 2}

    with WeComClient(wecom.address, CORP_ID, SECRET, Pace(6000, clock, clock.sleep)) as client:
        done = push_tags(client, ledger, members(EVERYONE), NAMES, half_of_them)
    assert (done.contacts, done.sealed) == (CONTACTS // 2, CONTACTS // 2)


class Killed(BaseException):
    """What ends a process in the middle of a push."""


class DyingClient(WeComClient):
    """Dies right after WeCom has taken its fifteenth mark, before anybody knows."""

    def mark(self, user_id: str, external_user_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        super().mark(user_id, external_user_id, add, remove)
        self.marks = getattr(self, "marks", 0) + 1
        if self.marks == 15:
            raise Killed


def test_a_killed_push_goes_on_where_it_was(wecom: WeCom, push: Push) -> None:
    with pytest.raises(Killed):
        push(client_type=DyingClient)
    push()
    assert_tagged(wecom, EVERYONE)
    # Of the contact that was being marked WeCom is told once more; at most two members have it.
    assert wecom.calls["externalcontact/mark_tag"] <= CONTACTS + CONTACTS // 4 + 2
    assert wecom.calls["externalcontact/add_corp_tag"] == 1


def test_who_withdraws_after_a_killed_push_keeps_nothing_of_what_it_put_on(wecom: WeCom, push: Push) -> None:
    with pytest.raises(Killed):
        push(client_type=DyingClient)
    assert sum(bool(tags) for tags in wecom.marked.values()) == 15
    push({})
    assert_tagged(wecom, {})
    before = wecom.calls["externalcontact/get"]
    push({})
    assert wecom.calls["externalcontact/get"] == before


def test_a_member_who_let_go_of_a_contact_leaves_the_others_their_tags(wecom: WeCom, push: Push) -> None:
    class Hasty(WeComClient):
        def followers(self, external_user_id: str) -> list[str]:
            return ["gone", *super().followers(external_user_id)]

    assert push(client_type=Hasty).contacts == CONTACTS
    assert_tagged(wecom, EVERYONE)


@pytest.mark.parametrize(
    "name", ["gettoken", "externalcontact/add_corp_tag", "externalcontact/get", "externalcontact/mark_tag"]
)
def test_an_answer_that_got_lost_or_a_busy_system_changes_nothing_in_the_end(
    wecom: WeCom, push: Push, name: str
) -> None:
    wecom.lose_answer_of = [name]
    wecom.busy_for = [name]
    push()
    assert_tagged(wecom, EVERYONE)
    assert sorted(wecom.tag_names.values()) == sorted(NAMES)


def test_what_was_pushed_before_a_failure_is_not_pushed_again(wecom: WeCom, push: Push) -> None:
    # More in a row than the client asks again for: as if WeCom were down.
    wecom.busy_for = ["externalcontact/mark_tag"] * 6
    with pytest.raises(WeComError, match="mark_tag: errcode -1"):
        push({1: NAMES})
    assert push({1: NAMES}).contacts == 1
    assert_tagged(wecom, {1: NAMES})


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["长" * 31], "30 characters"),
        ([""], "30 characters"),
        ([f"分群{number}" for number in range(MAX_TAGS + 1)], "3000"),
        (["高价值", "高价值"], "same name"),
    ],
)
def test_more_or_longer_tags_than_wecom_takes_are_refused_before_any_call(
    wecom: WeCom, push: Push, names: list[str], said: str
) -> None:
    with pytest.raises(TagLimitError, match=said):
        push({}, names)
    assert wecom.calls == {}


def test_no_identifier_and_no_secret_gets_into_logs_or_errors(
    wecom: WeCom, push: Push, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wecom.token_lives_for = 9
    wecom.followers.pop(external_user_id(3))
    wecom.busy_for = ["externalcontact/get"]
    push()
    texts = [caplog.text]
    for call in ("externalcontact/get", "externalcontact/mark_tag", "gettoken"):
        wecom.busy_for = [call] * 10
        wecom.token_lives_for = 0 if call == "gettoken" else 1000
        with pytest.raises(WeComError) as caught:
            push({1: [NAMES[2]], 2: NAMES})
        error: BaseException | None = caught.value
        while error is not None:
            texts.append(repr(error))
            error = error.__cause__ or error.__context__
    said = "\n".join([*texts, caplog.text])
    assert "errcode -1" in said
    for secret in ("wmExternal", SECRET, "token-", "access_token", "127.0.0.1"):
        assert secret not in said


def test_an_erased_contact_leaves_no_trace_in_the_ledger(ledger: TagLedger, tmp_path: Path) -> None:
    # In many batches and with ids of many lengths, so that pages are split and entries move.
    contacts = [hashlib.sha256(bytes([number // 256, number % 256])).hexdigest()[:32] for number in range(3000)]
    tag_ids = {
        contact: ["et" + "x" * ((number * 13 + tag * 31) % 100) for tag in range(3)]
        for number, contact in enumerate(contacts)
    }
    for first in range(0, 3000, 50):
        ledger.intend((contact, tag_id) for contact in contacts[first : first + 50] for tag_id in tag_ids[contact])
    gone = contacts[::3]
    assert ledger.erase(gone) == sum(len(set(tag_ids[contact])) for contact in gone)
    assert ledger.tags().keys() == set(contacts) - set(gone)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not [contact for contact in gone if contact.encode() in stored]
