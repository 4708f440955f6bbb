"""Figures as people read them, in Chinese and English."""

from __future__ import annotations

from dashboards.texts import Language

DASH = "–"


def format_value(value: float | None, unit: str, language: Language) -> str:
    """A KPI's value in its unit; a dash for null.

    ``87.1%`` for a ratio or quotient, ``4.2 次/年`` or ``4.2 / year`` for times, ``22.4 小时`` or ``22.4 h`` for
    hours, ``18.2 分钟`` or ``18.2 min`` for minutes, ``+42.0`` for a score, ``¥51.18万`` or ``¥511.8K`` for yuan.
    """
    if value is None:
        return DASH
    if unit in {"ratio", "quotient"}:
        return format_share(value)
    if unit == "score":
        return format_score(value)
    formats = {"times": format_times, "hours": format_hours, "minutes": format_minutes}
    return formats.get(unit, format_yuan)(value, language)


def format_share(share: float) -> str:
    """A share in percent with one decimal; more decimals before it would read 0 or 100 without being it."""
    for decimals in (1, 2):
        text = f"{share:.{decimals}%}"
        if share in (0.0, 1.0) or text not in {f"{0:.{decimals}%}", f"{1:.{decimals}%}"}:
            return text
    return "<0.01%" if share < 0.5 else ">99.99%"


def format_score(score: float) -> str:
    """A net promoter score from -1 to 1, in points of -100 to +100 with its sign."""
    return format_signed(100 * score)


def format_yuan(amount: float, language: Language) -> str:
    """Yuan with about four figures; Chinese counts in 万 (10 thousand) and 亿 (100 million), English in K and M."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    steps = ((1e8, "亿"), (1e4, "万")) if language == "zh" else ((1e6, "M"), (1e4, "K"))
    divisors = {"亿": 1e8, "万": 1e4, "M": 1e6, "K": 1e3}
    for limit, suffix in steps:
        if size >= limit:
            scaled = size / divisors[suffix]
            return f"{sign}¥{scaled:,.{2 if scaled < 100 else 1}f}{suffix}"
    return f"{sign}¥{size:,.0f}"


def format_times(times: float, language: Language) -> str:
    """How often a year, with one decimal."""
    return f"{times:,.1f} 次/年" if language == "zh" else f"{times:,.1f} / year"


def format_hours(hours: float, language: Language) -> str:
    """A time, with one decimal."""
    return f"{hours:,.1f} 小时" if language == "zh" else f"{hours:,.1f} h"


def format_minutes(minutes: float, language: Language) -> str:
    """A time, with one decimal."""
    return f"{minutes:,.1f} 分钟" if language == "zh" else f"{minutes:,.1f} min"


def format_count(count: int) -> str:
    """A count with thousands separators."""
    return f"{count:,}"


def format_signed(number: float, decimals: int = 1) -> str:
    """A change with its sign: ``+1.2``, ``−0.4``, ``0.0``."""
    text = f"{abs(number):.{decimals}f}"
    if float(text) == 0:
        return text
    return f"+{text}" if number > 0 else f"−{text}"
