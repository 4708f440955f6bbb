"""Pages drawn from a small snapshot, without a browser."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import plotly.io
import pytest
from dash.development.base_component import Component

from dashboards import queries, shell
from dashboards.app import create_app, find_pages
from dashboards.page import Page
from dashboards.state import PageState
from tests.snapshot_fixture import AS_OF, build_tables, publish
from warehouse.kpi_values import KpiQuery, kpi_values
from warehouse.settings import Settings
from warehouse.snapshots import open_current


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("data")
    publish(root, build_tables(days=60))
    return Settings(data_root=root)


def draw(settings: Settings, name: str = "overview", **parameters: Any) -> str:
    """JSON text of the drawn page."""
    pages = find_pages()
    page = pages[f"dashboards.pages.{name}"]
    drawn: Component = shell.render(page, tuple(pages.values()), settings, **parameters)
    return json.dumps(json.loads(plotly.io.json.to_json_plotly(drawn)), ensure_ascii=False)


def test_the_cells_of_the_heat_map_sum_to_the_rate_of_the_tile(settings: Settings) -> None:
    state = PageState(AS_OF - timedelta(days=27), AS_OF, region="华东")
    with open_current(settings.zones).connect() as connection:
        cells = queries.deliveries_by_city_hour(connection, state)
        query = KpiQuery(("delivery_30min_rate",), state.date_from, state.date_to, filters=state.filters)
        (rate,) = kpi_values(connection, query).to_dicts()
    assert set(cells["city_en"]) == {"Shanghai", "Hangzhou", "Nanjing"}
    assert (cells["within_30_minutes"].sum(), cells["deliveries"].sum()) == (rate["numerator"], rate["denominator"])


def test_every_page_names_the_snapshot_and_the_as_of_day_in_both_languages(settings: Settings) -> None:
    snapshot_id = open_current(settings.zones).snapshot_id
    for name in ("overview", "not_found_404"):
        assert snapshot_id in draw(settings, name)
        assert "数据截至 2026-03-31" in draw(settings, name)
        assert "Data as of 2026-03-31" in draw(settings, name, lang="en")


def test_a_city_whose_count_is_suppressed_shows_no_figure(settings: Settings) -> None:
    assert "Too few people to show" in draw(settings, city="南京", lang="en")


def test_links_of_the_page_keep_its_filters(settings: Settings) -> None:
    drawn = draw(settings, region="华东", days="7")
    assert "/?lang=en&days=7&region=%E5%8D%8E%E4%B8%9C" in drawn


def test_unknown_parameters_are_ignored(settings: Settings) -> None:
    assert "经营总览" in draw(settings, utm_source="wecom", region=["华东", "华南"])


def test_without_a_snapshot_the_page_says_so_kindly(tmp_path: Path) -> None:
    empty = Settings(data_root=tmp_path)
    assert "还没有发布任何数据" in draw(empty)
    assert "Nothing is published yet" in draw(empty, lang="en")


def test_a_page_that_fails_shows_a_reference_that_the_log_explains(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(_context: object) -> Component:
        raise RuntimeError("secret internals")

    page = Page(path="/x", title=find_pages()["dashboards.pages.overview"].title, order=1, content=crash)
    drawn = json.dumps(shell.render(page, (page,), settings, lang="en").to_plotly_json(), default=str)
    assert "could not be drawn" in drawn
    assert "secret internals" not in drawn
    assert "secret internals" in caplog.text


def test_the_app_loads_nothing_from_elsewhere(settings: Settings) -> None:
    answer = create_app(settings).server.test_client().get("/")
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(sources) > 5
    assert [source for source in sources if "//" in source] == []


def test_every_page_module_is_found_and_listed_in_order() -> None:
    pages = find_pages()
    assert next(iter(pages)) == "dashboards.pages.overview"
    assert {page.path for page in pages.values() if page.is_listed} >= {"/"}
