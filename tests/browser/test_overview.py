"""The overview as a person sees it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboards.formatting import format_value
from tests.snapshot_fixture import AS_OF, build_tables, publish
from warehouse.kpi_values import KpiFilters, KpiQuery, catalogue, kpi_values
from warehouse.snapshots import open_current
from warehouse.zones import Zones

pytestmark = pytest.mark.browser


def expected(root: Path, start: date, filters: KpiFilters, language: str) -> dict[str, str]:
    """Value of every KPI from ``start`` to the as-of day, as a tile writes it."""
    with open_current(Zones(root)).connect() as connection:
        values = {}
        for kpi in catalogue(connection).iter_rows(named=True):
            first = start if kpi["is_additive"] else AS_OF.replace(day=1)
            (row,) = kpi_values(connection, KpiQuery((kpi["kpi_code"],), first, AS_OF, filters=filters)).to_dicts()
            values[kpi["kpi_code"]] = format_value(row["value"], kpi["unit"], language)  # type: ignore[arg-type]
    return values


def shown(page: Page) -> dict[str, str]:
    return {
        str(tile.get_attribute("id")).removeprefix("value-"): tile.inner_text()
        for tile in page.locator(".tile-value").all()
    }


def choose(page: Page, name: str, option: str) -> None:
    page.locator(f"#filter-{name}").click()
    page.get_by_role("option", name=option, exact=True).click()


def test_tiles_show_what_kpi_values_gives_for_the_last_28_days(page: Page, address: str, published: Path) -> None:
    figures = expected(published, AS_OF - timedelta(days=27), KpiFilters(), "zh")
    page.goto(address)
    expect(page.locator(".tile")).to_have_count(len(figures))
    assert shown(page) == figures
    expect(page.locator("#city-hours .heatmaplayer image")).to_have_count(2)
    expect(page.locator("#tile-sales_yuan img")).to_have_attribute("alt", re.compile("销售额走势"))


def test_filters_change_the_figures_and_the_url_and_the_url_brings_them_back(
    page: Page, address: str, published: Path
) -> None:
    page.goto(address)
    choose(page, "region", "华东")
    expect(page).to_have_url(re.compile(r"region="))
    last_week = page.get_by_role("link", name="近 7 天")
    expect(last_week).to_have_attribute("href", re.compile(r"region="))
    last_week.click()
    expect(page).to_have_url(re.compile(r"days=7"))
    expect(page.locator("#period")).to_contain_text("共 7 天")
    by_region = expected(published, AS_OF - timedelta(days=6), KpiFilters(regions=("华东",)), "zh")
    assert shown(page) == by_region

    choose(page, "city", "杭州")
    in_hangzhou = expected(published, AS_OF - timedelta(days=6), KpiFilters(cities=("杭州",)), "zh")
    expect(page.locator("#value-sales_yuan")).to_have_text(in_hangzhou["sales_yuan"])
    assert shown(page) == in_hangzhou != by_region

    page.reload()
    expect(page.locator("#value-sales_yuan")).to_have_text(in_hangzhou["sales_yuan"])
    page.go_back()
    expect(page.locator("#value-sales_yuan")).to_have_text(by_region["sales_yuan"])


def test_choosing_another_region_lets_the_city_go(page: Page, address: str) -> None:
    page.goto(f"{address}/?region=华东&city=杭州")
    choose(page, "region", "华南")
    expect(page).to_have_url(re.compile(r"\?region=[^&]+$"))
    expect(page.locator("#filter-city")).to_have_value("")
    expect(page.locator(".notice")).to_have_count(0)


def test_a_range_picked_in_the_calendar_is_shown(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#filter-dates").click()
    page.get_by_role("button", name="10 三月 2026").or_(page.get_by_role("button", name="10 3月 2026")).click()
    page.get_by_role("button", name="12 三月 2026").or_(page.get_by_role("button", name="12 3月 2026")).click()
    expect(page.locator("#period")).to_have_text("2026-03-10 至 2026-03-12，共 3 天")
    expect(page).to_have_url(re.compile(r"from=2026-03-10&to=2026-03-12"))


def test_the_language_switch_keeps_the_filters(page: Page, address: str, published: Path) -> None:
    page.goto(f"{address}/?days=7&region=华南")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Overview")
    expect(page).to_have_url(re.compile(r"lang=en.*days=7.*region="))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#filter-region")).to_have_value("South China")
    assert shown(page) == expected(published, AS_OF - timedelta(days=6), KpiFilters(regions=("South China",)), "en")
    assert re.findall(r"[\u4e00-\u9fff]+", page.locator(".page, .foot").first.inner_text()) == []
    page.get_by_role("link", name="中文").click()
    expect(page.locator("h1")).to_have_text("经营总览")


def test_a_newly_published_snapshot_appears_on_the_next_load(
    page: Page, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    first = publish(tmp_path, build_tables(days=30))
    page.goto(serve(tmp_path))
    expect(page.locator("#snapshot-id")).to_have_text(first)
    before = shown(page)
    tomorrow = AS_OF + timedelta(days=1)
    second = publish(tmp_path, build_tables(tomorrow, 30, seed=11), tomorrow)
    expect(page.locator("#snapshot-id")).to_have_text(first)
    page.reload()
    expect(page.locator("#snapshot-id")).to_have_text(second)
    expect(page.locator(".foot")).to_contain_text("数据截至 2026-04-01")
    assert shown(page) != before


def test_without_a_snapshot_a_friendly_page_says_what_to_do(
    page: Page, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    page.goto(serve(tmp_path))
    expect(page.locator(".message h1")).to_have_text("还没有发布任何数据")
    page.get_by_role("link", name="English").click()
    expect(page.locator(".message h1")).to_have_text("Nothing is published yet")


def test_the_definition_of_a_kpi_is_read_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#tile-stockout_rate .info").focus()
    expect(page.get_by_role("tooltip")).to_contain_text("缺货率：分子与分母按门店和日计算。")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_sees_the_whole_width_of_the_page(page: Page, address: str, language: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/?lang={language}")
    expect(page.locator("#city-hours .heatmaplayer image")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for tile in page.locator(".tile").all():
        box = tile.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_a_misspelt_link_leads_back(page: Page, address: str) -> None:
    page.goto(f"{address}/overwiev")
    page.get_by_role("link", name="回到经营总览").click()
    expect(page.locator(".tile-value").first).to_be_visible()
