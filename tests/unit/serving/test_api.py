"""The contract that other services rely on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.routes import kpis
from tests.snapshot_fixture import AS_OF, SnapshotTables, build_tables, daily_frame, daily_row, publish
from warehouse.kpi_values import KpiQuery, kpi_values
from warehouse.settings import Settings
from warehouse.snapshots import open_current

KEY = "key-of-the-mini-program"
RATE = "delivery_30min_rate"
DAY = date(2026, 3, 30)


@pytest.fixture(scope="module")
def tables() -> SnapshotTables:
    return build_tables(days=40)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, tables: SnapshotTables) -> Settings:
    root = tmp_path_factory.mktemp("data")
    publish(root, tables)
    return Settings(data_root=root, api_keys=("another-key", KEY))


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
        yield client


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(data_root=tmp_path, api_keys=(KEY,))


def keyed(settings: Settings, **kwargs) -> TestClient:
    return TestClient(create_app(settings), headers={"X-API-Key": KEY}, **kwargs)


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}, {"X-API-Key": KEY + "x"}, {"X-API-Key": KEY[:-1]}])
@pytest.mark.parametrize("path", ["/v1/kpis", f"/v1/kpis/{RATE}", f"/v1/kpis/{RATE}/values", "/v1/snapshot"])
def test_no_route_with_data_answers_without_a_known_key(settings: Settings, path: str, headers: dict) -> None:
    answer = TestClient(create_app(settings)).get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "X-API-Key" in answer.json()["next_step"]
    assert "snapshot_id" not in answer.json()


def test_a_key_is_made_at_first_start_for_the_owner_only_and_kept(settings: Settings) -> None:
    unset = replace(settings, api_keys=())
    create_app(unset)
    file = unset.zones.keys / "api.key"
    assert file.stat().st_mode & 0o777 == 0o600
    key = file.read_text().strip()
    assert TestClient(create_app(unset)).get("/v1/kpis", headers={"X-API-Key": key}).status_code == 200
    assert TestClient(create_app(unset)).get("/v1/kpis", headers={"X-API-Key": KEY}).status_code == 401


def test_every_answer_names_the_snapshot_and_its_as_of_day(client: TestClient, settings: Settings) -> None:
    snapshot_id = open_current(settings.zones).snapshot_id
    for path in ("/health", "/v1/snapshot", "/v1/kpis", f"/v1/kpis/{RATE}", f"/v1/kpis/{RATE}/values"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["x-snapshot-id"] == answer.json()["snapshot_id"] == snapshot_id
        assert answer.json()["as_of_date"] == AS_OF.isoformat()


def test_health_needs_no_key_and_tells_when_nothing_is_published(empty: Settings) -> None:
    answer = TestClient(create_app(empty)).get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "no_snapshot", "snapshot_id": None, "as_of_date": None}


def test_without_a_snapshot_the_answer_is_503_and_names_no_folder(empty: Settings) -> None:
    answer = keyed(empty).get("/v1/kpis")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["type"] == "urn:problem:no-snapshot"
    assert str(empty.data_root) not in answer.text


def test_the_catalogue_has_every_kpi_with_its_texts(client: TestClient) -> None:
    listed = client.get("/v1/kpis").json()["kpis"]
    assert len(listed) == 10
    sales = client.get("/v1/kpis/sales_yuan").json()["kpi"]
    assert sales == listed[0]
    assert (sales["kpi_name_zh"], sales["unit"], sales["target_value"]) == ("销售额", "yuan", None)
    assert sales["feeds"] == ["orders", "stores"]


def test_a_roll_up_worked_by_hand(tmp_path: Path) -> None:
    frames = build_tables(days=1).frames
    frames["fct_kpi_daily"] = daily_frame(
        [
            daily_row(RATE, DAY, 9, 10, store_id="S001", channel="meituan"),
            daily_row(RATE, DAY, 30, 40, store_id="S002", channel="eleme"),
            daily_row(RATE, DAY, 1, 2, store_id="S005", channel="eleme"),
        ]
    )
    publish(tmp_path, SnapshotTables(frames))
    client = keyed(Settings(data_root=tmp_path, api_keys=(KEY,)))
    parameters = {"from": "2026-03-30", "to": "2026-03-30", "period": "total", "group_by": "region"}
    answer = client.get(f"/v1/kpis/{RATE}/values", params=parameters).json()
    assert [(row["group"], row["numerator"], row["denominator"], row["value"]) for row in answer["values"]] == [
        ({"region": "华东"}, 39, 50, 0.78),
        ({"region": "华南"}, 1, 2, 0.5),
    ]
    only = client.get(f"/v1/kpis/{RATE}/values", params=parameters | {"city": "Shanghai", "channel": "eleme"}).json()
    assert [row["value"] for row in only["values"]] == [0.75]


def test_the_api_gives_what_kpi_values_gives(client: TestClient, settings: Settings) -> None:
    start = AS_OF - timedelta(days=13)
    with open_current(settings.zones).connect() as connection:
        expected = kpi_values(connection, KpiQuery((RATE,), start, AS_OF, "week", ("city", "channel")))
    answer = client.get(
        f"/v1/kpis/{RATE}/values",
        params={"from": start.isoformat(), "period": "week", "group_by": ["channel", "city"]},
    ).json()
    assert answer["page"]["total"] == expected.height
    for shown, row in zip(answer["values"], expected.iter_rows(named=True), strict=True):
        assert shown["group"] == {"channel": row["channel"], "city": row["city"]}
        for name in ("numerator", "denominator", "value", "observations", "lower", "upper", "is_suppressed"):
            assert shown[name] == row[name]


def test_dates_default_to_the_last_28_days_and_end_at_the_as_of_day(client: TestClient) -> None:
    answer = client.get(f"/v1/kpis/{RATE}/values", params={"to": "2027-01-01"}).json()
    assert (answer["date_from"], answer["date_to"]) == ("2026-03-04", "2026-03-31")
    assert len(answer["values"]) == 28


def test_suppressed_figures_are_withheld(client: TestClient) -> None:
    parameters = {"from": "2026-03-01", "period": "month", "group_by": "store", "city": "南京"}
    (row,) = client.get("/v1/kpis/community_mau_rate/values", params=parameters).json()["values"]
    assert row["is_suppressed"]
    assert row["numerator"] is row["denominator"] is row["value"] is row["observations"] is row["lower"] is None


def test_pages_follow_one_another_on_one_snapshot_even_when_a_new_one_is_published(tmp_path: Path) -> None:
    publish(tmp_path, build_tables(days=30))
    client = keyed(Settings(data_root=tmp_path, api_keys=(KEY,)))
    path = f"/v1/kpis/{RATE}/values?group_by=city&limit=50"
    whole = client.get(path.replace("50", "5000")).json()
    assert whole["page"]["next"] is None
    seen, ids, following = [], set(), path
    while following:
        page = client.get(following).json()
        if not seen:
            publish(tmp_path, build_tables(AS_OF + timedelta(days=1), 30, seed=8), AS_OF + timedelta(days=1))
        seen += page["values"]
        ids.add(page["snapshot_id"])
        following = page["page"]["next"]
    assert seen == whole["values"]
    assert ids == {whole["snapshot_id"]} != {client.get("/v1/snapshot").json()["snapshot_id"]}


def test_an_unchanged_answer_is_304_and_another_question_or_snapshot_is_not(tmp_path: Path) -> None:
    publish(tmp_path, build_tables(days=3))
    client = keyed(Settings(data_root=tmp_path, api_keys=(KEY,)))
    path = f"/v1/kpis/{RATE}/values?period=total&from=2026-03-30"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["x-snapshot-id"] == first.headers["x-snapshot-id"]
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get(path + "&city=Shanghai", headers=known).status_code == 200
    publish(tmp_path, build_tables(days=3, seed=8), AS_OF + timedelta(days=1))
    assert client.get(path, headers=known).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/v1/kpis/nps2", 404, "unknown-kpi"),
        ("/v1/kpis/nps2/values", 404, "unknown-kpi"),
        (f"/v1/kpis/{RATE}/values?from=31.03.2026", 422, "invalid-parameter"),
        (f"/v1/kpis/{RATE}/values?from=2026-02-30", 422, "invalid-parameter"),
        (f"/v1/kpis/{RATE}/values?from=2026-03-09&to=2026-03-01", 422, "invalid-question"),
        (f"/v1/kpis/{RATE}/values?from=2026-04-01", 422, "after-as-of-day"),
        (f"/v1/kpis/{RATE}/values?form=2026-03-01", 422, "invalid-parameter"),
        (f"/v1/kpis/{RATE}/values?period=year", 422, "invalid-parameter"),
        (f"/v1/kpis/{RATE}/values?group_by=person", 422, "invalid-parameter"),
        (f"/v1/kpis/{RATE}/values?limit=999999", 422, "invalid-parameter"),
        (f"/v1/kpis/{RATE}/values?city=Atlantis", 422, "unknown-filter"),
        ("/v1/kpis/community_mau_rate/values?period=week", 422, "unanswerable-grain"),
        ("/v1/kpis/stockout_rate/values?group_by=channel", 422, "unanswerable-grain"),
        ("/v1/kpis?snapshot_id=../../etc", 410, "snapshot-expired"),
        ("/v1/nothing", 404, "no-such-route"),
    ],
)
def test_a_question_without_an_answer_says_what_to_do_next(
    client: TestClient, path: str, status: int, kind: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body = answer.json()
    assert (body["status"], body["type"]) == (status, f"urn:problem:{kind}")
    assert body["next_step"]
    assert body["instance"] == path.split("?")[0]


def test_a_crash_tells_the_caller_a_reference_and_nothing_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("secret internals")

    monkeypatch.setattr(kpis, "kpi_values", crash)
    answer = keyed(settings, raise_server_exceptions=False).get(f"/v1/kpis/{RATE}/values")
    assert answer.status_code == 500
    assert "secret internals" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.json()["detail"].split()[-1].rstrip(".") in caplog.text


def test_no_origin_is_let_in_by_cors(client: TestClient) -> None:
    answer = client.get("/v1/kpis", headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_openapi_describes_every_parameter_and_the_key(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, verbs in document["paths"].items():
        for operation in verbs.values():
            assert operation["summary"]
            assert operation["description"]
            assert bool(operation.get("security")) == path.startswith("/v1")
            assert all(parameter["description"] for parameter in operation.get("parameters", []))
            failures = [answer for status, answer in operation["responses"].items() if status != "200"]
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in failures)
    names = [entry["name"] for entry in document["paths"]["/v1/kpis/{code}/values"]["get"]["parameters"]]
    assert {"from", "to", "period", "group_by", "store_id", "city", "region", "channel", "limit"} <= set(names)
    assert len(names) == len(set(names))


def test_the_reference_page_lists_every_route_and_loads_nothing(client: TestClient) -> None:
    answer = client.get("/docs")
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in answer.text
    assert "<script" not in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
