"""Charts are pure: figures in, a figure out."""

import base64
import xml.etree.ElementTree as ElementTree

import polars as pl
import pytest

from dashboards.figures.city_hours import FEWEST_DELIVERIES, city_hours
from dashboards.figures.sparkline import HEIGHT, WIDTH, sparkline

CELLS = pl.DataFrame(
    {
        "city_zh": ["上海", "上海", "广州", "广州"],
        "city_en": ["Shanghai", "Shanghai", "Guangzhou", "Guangzhou"],
        "paid_hour": [9, 11, 9, 11],
        "deliveries": [40, FEWEST_DELIVERIES - 1, 100, FEWEST_DELIVERIES],
        "within_30_minutes": [38, 0, 50, 20],
    }
)


def svg(uri: str | None) -> ElementTree.Element:
    assert uri is not None
    return ElementTree.fromstring(base64.b64decode(uri.partition(",")[2]))


def tags(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return root.findall(f"{{http://www.w3.org/2000/svg}}{name}")


def test_the_heat_map_adds_up_the_cities_and_puts_the_latest_city_first() -> None:
    grey, coloured = city_hours(CELLS, 0.9, "en").data
    assert list(coloured.y) == ["All", "Guangzhou", "Shanghai"]
    assert list(coloured.x) == ["09", "10", "11"]
    assert [list(row) for row in coloured.z] == [
        [88 / 140, None, 20 / (2 * FEWEST_DELIVERIES - 1)],
        [0.5, None, 1.0],
        [0.95, None, None],
    ]
    assert [list(row) for row in grey.z] == [[None, None, None], [None, None, None], [None, None, 1]]


def test_a_cell_with_few_deliveries_is_grey_and_tells_n_but_no_rate() -> None:
    grey, coloured = city_hours(CELLS, 0.9, "en").data
    assert grey.customdata[2][2] == f"Too few orders (n = {FEWEST_DELIVERIES - 1})"
    assert coloured.text[2][2] == ""
    assert coloured.customdata[1][0] == "Rate 50.0%<br>50 of 100 orders"


@pytest.mark.parametrize("target", [0.9, None])
def test_the_colours_part_at_the_target_or_else_at_the_overall_rate(target: float | None) -> None:
    coloured = city_hours(CELLS, target, "zh").data[1]
    middle = target if target is not None else CELLS["within_30_minutes"].sum() / CELLS["deliveries"].sum()
    stops = [stop for stop, _ in coloured.colorscale]
    turn = stops[2]
    assert stops[2] == stops[3]
    assert coloured.zmin + turn * (coloured.zmax - coloured.zmin) == pytest.approx(middle)
    assert stops == sorted(stops)
    assert (stops[0], stops[-1]) == (0, 1)


def test_one_city_is_not_summed_up_with_itself() -> None:
    figure = city_hours(CELLS.filter(pl.col("city_en") == "Shanghai"), 0.9, "zh")
    assert list(figure.data[1].y) == ["上海"]


def test_a_sparkline_breaks_at_gaps_marks_its_end_and_stays_in_its_frame() -> None:
    root = svg(sparkline([0.5, 0.7, None, 0.6, 0.9], target=0.8))
    assert len(tags(root, "polyline")) == 2
    points = [point.split(",") for line in tags(root, "polyline") for point in line.attrib["points"].split()]
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)
    (end,) = tags(root, "circle")
    assert [end.attrib["cx"], end.attrib["cy"]] == points[-1]
    heights = [float(y) for _, y in points]
    assert heights[0] == max(heights)
    assert heights[-1] == min(heights)


def test_a_target_near_the_values_is_dashed_and_one_far_off_is_left_out() -> None:
    near, far = svg(sparkline([0.5, 0.6], target=0.58)), svg(sparkline([0.50, 0.51], target=0.99))
    assert "stroke-dasharray" in tags(near, "line")[0].attrib
    assert "stroke-dasharray" not in tags(far, "line")[0].attrib


def test_fewer_than_two_figures_make_no_trend_and_equal_ones_a_level_line() -> None:
    assert sparkline([]) is sparkline([None, 0.4]) is None
    points = tags(svg(sparkline([3.0, 3.0])), "polyline")[0].attrib["points"].split()
    assert len({point.split(",")[1] for point in points}) == 1
