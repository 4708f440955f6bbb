"""Colours of the charts (the page's own are in ``static/dashboard.css``), told apart with any kind of colour vision."""

INK = "#1d2939"
SOFT_INK = "#667085"
LINE = "#e4e9ee"
SURFACE = "#ffffff"
BRAND = "#0f766e"
TREND = "#7b8a99"
TOO_FEW = "#e4e8ec"

BELOW_TARGET = ("#a8470f", "#dd9350", "#f6dfc3")
"""From far below the target to just below it."""
ABOVE_TARGET = ("#d5ebe6", "#6cb8ab", "#0f766e")
"""From just above the target to far above it."""

FONT_FAMILY = (
    'Inter, "SF Pro Text", "Segoe UI", Roboto, "Helvetica Neue", Arial, "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Noto Sans SC", sans-serif'
)
