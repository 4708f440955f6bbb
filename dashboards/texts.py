"""Every text the dashboards show, in Chinese and English side by side. KPI names and definitions come from the data."""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]
DEFAULT_LANGUAGE: Language = "zh"


class Text(NamedTuple):
    """One text in both languages; call it with a language and the values of its placeholders."""

    zh: str
    en: str

    def __call__(self, language: Language, **values: object) -> str:
        """The text in ``language``, placeholders filled in."""
        return (self.zh if language == "zh" else self.en).format(**values)


PRODUCT = Text("药房经营看板", "Pharmacy dashboards")
LANGUAGE_NAMES: dict[Language, str] = {"zh": "中文", "en": "English"}
HTML_LANGUAGES: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
CHOOSE_LANGUAGE = Text("语言", "Language")
NAVIGATION = Text("页面", "Pages")

OVERVIEW = Text("经营总览", "Overview")
NOT_FOUND = Text("没有这个页面", "There is no such page")
NOT_FOUND_BODY = Text("链接可能写错了，或页面已更名。", "The link may be misspelt, or the page was renamed.")
BACK_TO_OVERVIEW = Text("回到经营总览", "Back to the overview")

DATES = Text("业务日期", "Business days")
REGION = Text("大区", "Region")
CITY = Text("城市", "City")
ALL_REGIONS = Text("全部大区", "All regions")
ALL_CITIES = Text("全部城市", "All cities")
NO_MATCH = Text("没有匹配项", "No match")
LAST_DAYS = Text("近 {days} 天", "Last {days} days")
PERIOD_LENGTH = Text("期间", "Period")
DAY_SPAN = Text("{start} 至 {end}，共 {days} 天", "{start} to {end}, {days} days")
ONE_DAY = Text("{start}，1 天", "{start}, 1 day")

IGNORED_DATES = Text(
    "链接里的日期无法识别，已改用默认期间。", "The dates in the link could not be read; the default period is shown."
)
CLIPPED_DATES = Text(
    "所选日期超出数据范围（{first} 至 {last}），已按范围截取。",
    "The days asked for lie partly outside the data ({first} to {last}); they were cut to it.",
)
IGNORED_PLACE = Text(
    "数据里没有“{place}”，该筛选已忽略。", "The data has no place called “{place}”; that filter was ignored."
)

ON_TARGET = Text("达标", "On target")
OFF_TARGET = Text("未达标", "Off target")
TARGET_AT_LEAST = Text("目标 ≥ {target}", "Target ≥ {target}")
TARGET_AT_MOST = Text("目标 ≤ {target}", "Target ≤ {target}")
NO_TARGET = Text("未设目标", "No target set")
TARGET_SUMMARY = Text(
    "{total} 项设有目标，{met} 项达标，{missed} 项未达标",
    "{total} with a target: {met} on target, {missed} off target",
)

BETTER = Text("好转", "better")
WORSE = Text("变差", "worse")
UNCERTAIN = Text("差异不显著", "no clear change")
UNCHANGED = Text("持平", "unchanged")
POINTS = Text("{points} 个百分点", "{points} pp")
AGAINST_PREVIOUS = Text("较前 {days} 天（{previous}）", "vs. {days} days before ({previous})")
AGAINST_SAME_DAY = Text("较上月同期（{previous}）", "vs. same day last month ({previous})")
AGAINST_PREVIOUS_MONTH = Text("较上一个月（{previous}）", "vs. the month before ({previous})")
NO_PREVIOUS = Text("上期数据不全，不作比较", "Period before is incomplete, not compared")
TRAILING_WINDOW = Text("滚动窗口：{start} 至 {end}", "Trailing window: {start} to {end}")
CALENDAR_MONTH = Text("自然月：{start} 至 {end}", "Calendar month: {start} to {end}")

OBSERVATIONS = Text("n = {count}", "n = {count}")
INTERVAL = Text("95% 区间 {lower} – {upper}", "95% interval {lower} – {upper}")
NO_CLOSED_MONTH = Text("尚无可计数的完整自然月", "No month that it can count has ended yet")
NO_DATA = Text("此期间没有数据", "No data in this period")
SUPPRESSED = Text("人数过少，不予显示", "Too few people to show")
SUPPRESSED_WHY = Text(
    "涉及 1 至 10 人的数字及含有它的合计一律不显示，以保护个人信息。",
    "Counts from 1 to 10 people, and any total over them, are withheld to protect personal information.",
)
DEFINITION = Text("口径", "Definition")
OWNER = Text("负责：{owner}", "Owner: {owner}")
TREND = Text("{name}走势，最低 {low}，最高 {high}", "{name} over time, from {low} to {high}")

CITY_HOURS_TITLE = Text("{kpi}：城市 × 付款时段", "{kpi} by city and hour of payment")
CITY_HOURS_NOTE = Text(
    "达成率最低的城市在前，颜色以目标 {target} 为界。灰色格不足 {fewest} 单，比例不可靠，悬停可见单数；"
    "空白格没有配送单。",
    "Lowest city first; the colours part at the target of {target}. Grey cells have fewer than {fewest} orders: the"
    " rate is unreliable, hover for n. Empty cells have no deliveries.",
)
CITY_HOURS_NOTE_NO_TARGET = Text(
    "达成率最低的城市在前。灰色格不足 {fewest} 单，比例不可靠，悬停可见单数；空白格没有配送单。",
    "Lowest city first. Grey cells have fewer than {fewest} orders: the rate is unreliable, hover for n. Empty cells"
    " have no deliveries.",
)
CITY_HOURS_EMPTY = Text("此期间没有计入达成率的配送单。", "No deliveries count towards the rate in this period.")
CITY_HOURS_ALL = Text("合计", "All")
HOUR = Text("付款时段（点）", "Hour of payment")
HOVER_RATE = Text("达成率 {rate}", "Rate {rate}")
HOVER_COUNT = Text("{hits} / {count} 单", "{hits} of {count} orders")
HOVER_FEW = Text("单数过少（n = {count}）", "Too few orders (n = {count})")

SNAPSHOT = Text("快照", "Snapshot")
AS_OF = Text("数据截至 {day}", "Data as of {day}")
PUBLISHED_AT = Text("发布于 {moment}（{zone}）", "Published {moment} ({zone})")
CHECKS = Text("发布前 {total} 项检查全部通过", "All {total} checks passed before publication")
CHECKS_WITH_WARNINGS = Text(
    "发布前 {total} 项检查通过 {passed} 项，{warned} 项提醒",
    "{passed} of {total} checks passed before publication, {warned} with a warning",
)

NOTHING_PUBLISHED = Text("还没有发布任何数据", "Nothing is published yet")
NOTHING_PUBLISHED_BODY = Text(
    "数据要先通过质量检查才会发布到这里。请运行一次每日任务；"
    "如果已经运行过，请在 Dagster 界面查看 published/snapshot 的检查结果。",
    "Data comes here once it has passed the quality checks. Run the daily job once; if it has run, look at the checks"
    " of published/snapshot in the Dagster UI.",
)
FAILED = Text("页面没能画出来", "The page could not be drawn")
FAILED_BODY = Text(
    "请重新载入；如果再次出现，请把编号 {reference} 告诉数据平台的同事。",
    "Reload it; if it happens again, tell the data platform team the reference {reference}.",
)
RELOAD = Text("重新载入", "Reload")
