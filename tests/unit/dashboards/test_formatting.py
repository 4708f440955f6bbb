"""Figures in words."""

import pytest

from dashboards.formatting import format_share, format_signed, format_value, format_yuan


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        (0, "¥0", "¥0"),
        (9876.4, "¥9,876", "¥9,876"),
        (511825.75, "¥51.18万", "¥511.8K"),
        (12345678.0, "¥1,234.6万", "¥12.35M"),
        (2.5e8, "¥2.50亿", "¥250.0M"),
        (-45000.0, "-¥4.50万", "-¥45.00K"),
    ],
)
def test_yuan_are_counted_in_wan_and_yi_or_in_thousands_and_millions(amount: float, chinese: str, english: str) -> None:
    assert (format_yuan(amount, "zh"), format_yuan(amount, "en")) == (chinese, english)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.8714, "87.1%"), (1.0, "100.0%"), (0.0, "0.0%"), (0.9996, "99.96%"), (0.0004, "0.04%"), (0.999999, ">99.99%")],
)
def test_a_share_never_reads_0_or_100_without_being_it(share: float, text: str) -> None:
    assert format_share(share) == text


def test_turns_say_that_they_are_a_years_and_a_quotient_reads_like_a_share() -> None:
    assert (format_value(9.24, "times", "zh"), format_value(9.24, "times", "en")) == ("9.2 次/年", "9.2 / year")
    assert format_value(0.0083, "quotient", "en") == "0.8%"


def test_a_time_says_whether_it_is_in_hours_or_minutes() -> None:
    assert (format_value(22.24, "hours", "zh"), format_value(22.24, "hours", "en")) == ("22.2 小时", "22.2 h")
    assert (format_value(18.24, "minutes", "zh"), format_value(18.24, "minutes", "en")) == ("18.2 分钟", "18.2 min")


def test_a_net_promoter_score_reads_in_points_with_its_sign() -> None:
    assert [format_value(score, "score", "en") for score in (0.42, -0.055, 0.0)] == ["+42.0", "−5.5", "0.0"]


def test_null_is_a_dash_in_every_unit() -> None:
    assert format_value(None, "ratio", "zh") == format_value(None, "yuan", "en") == "–"


def test_a_change_that_rounds_to_nothing_has_no_sign() -> None:
    assert [format_signed(change) for change in (1.24, -0.4, -0.04)] == ["+1.2", "−0.4", "0.0"]
