"""The content checker against the rules in the seeds: every disguise is seen through, no innocent word is a hit."""

import polars as pl
import pytest

from assets.content_reviews.checking import Piece, Rule, breaches_of, normalised, rules_of
from warehouse.settings import PROJECT_ROOT

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "compliance"
NUMBER = "粤药广审（文）第2026000123号"


def seed(name: str) -> pl.DataFrame:
    return pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False)


@pytest.fixture(scope="module")
def rules() -> list[Rule]:
    return rules_of(seed("content_rules"), seed("content_patterns"))


def codes(rules: list[Rule], text: str, kind: str = "message", **about: str | None) -> list[str]:
    return [breach.rule_code for breach in breaches_of(Piece(kind, text, **about), rules)]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("promise_of_cure", "三个疗程根治鼻炎"),
        ("promise_of_cure", "保证治愈，无效退款"),
        ("promise_of_cure", "Guaranteed relief from joint pain"),
        ("cure_rate", "治愈率高达98%"),
        ("cure_rate", "a success rate of 98 %"),
        ("safety_assertion", "纯天然，没有任何副作用"),
        ("safety_assertion", "Completely safe, without side effects"),
        ("comparison", "比同类产品见效更快"),
        ("comparison", "Works better than any other medicine"),
        ("endorsement", "三甲医院专家联合推荐"),
        ("endorsement", "recommended by doctors"),
        ("superlative", "本市销量第一，国家级品质"),
        ("superlative", "the best pharmacy in town"),
    ],
)
def test_a_breach_in_either_language_is_found(rules: list[Rule], rule: str, text: str) -> None:
    assert codes(rules, text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "ＧＵＡＲＡＮＴＥＥＤ　ＣＵＲＥ for everyone",
        "g u a r a n t e e d   c u r e",
        "gUaRaNtEeD cUrE",
        "guaran\u200bteed c\u00adure",
        "g.u.a.r.a.n.t.e.e.d cure",
        "本品可根 治鼻炎",
        "本品可根*治鼻炎",
        "本品可根\u200b治鼻炎",
        "本品可 根 - 治 鼻 炎",
        "①００％有效",
    ],
)
def test_full_width_spaced_out_mixed_case_and_invisible_characters_hide_nothing(rules: list[Rule], text: str) -> None:
    if text.startswith("①"):
        # The circled digit and the full-width percent sign are plain ones to a reader.
        assert normalised(text) == "100%有效"
    assert codes(rules, text) == ["promise_of_cure"]


@pytest.mark.parametrize(
    "text",
    [
        "第一次购药请出示医保卡",
        "最近天气转凉，注意保暖",
        "请第一时间就医",
        "我们排名。第一次来的顾客请登记",
        "全国 第一次开展的免费血压测量",
        "最好在饭后服用",
        "最后一次服药请记录时间",
        "首先请测量血压，最低值也要记录",
        "如出现副作用请咨询药师",
        "请遵医生建议，专家门诊时间见公告",
        "高血压不能根据感觉停药，治疗需要坚持",
        "有效期至2027年3月，有效成分见说明书",
        "本店医生坐诊，患者请提前预约",
        "这种药比饭后服用效果一样",
        "Keep a first aid kit at home",
        "Best before: see package",
        "Do your best to rest",
        "There is no cure for diabetes yet",
        "Ask your doctor about side effects",
        "Doctors are on duty until ten",
        "Vitamins A B C D and E",
        "We are open on the 1st of May",
        "Recommended dose: one tablet",
        "Your number one question answered",
    ],
)
def test_innocent_words_are_no_hits(rules: list[Rule], text: str) -> None:
    assert codes(rules, text) == []
    assert codes(rules, text, kind="health_article") == []


def test_a_hit_names_the_rule_and_the_words(rules: list[Rule]) -> None:
    (breach,) = breaches_of(Piece("message", "根治头痛，包治百病，根治失眠"), rules)
    assert (breach.rule_code, breach.words) == ("promise_of_cure", ("包治", "根治"))


def test_health_advice_may_not_sell_and_an_advertisement_may(rules: list[Rule]) -> None:
    assert codes(rules, "多喝温水。点击购买", kind="health_article") == ["article_as_advertisement"]
    assert codes(rules, "体温计八折，点击购买", kind="advertisement") == []


def test_a_prescription_drug_is_not_advertised_to_the_public(rules: list[Rule]) -> None:
    about = {"product_name": "阿托伐他汀钙片", "prescription_class": "rx", "approval_number": NUMBER}
    text = f"新到货 {NUMBER}"
    (breach,) = breaches_of(Piece("advertisement", text, **about), rules)
    assert (breach.rule_code, breach.words) == ("prescription_drug_advertised", ("阿托伐他汀钙片",))
    assert codes(rules, text, kind="message", **about) == []


@pytest.mark.parametrize(
    ("shown", "found"), [(NUMBER, []), ("粤药广审(文)第２０２６０００１２３号", []), ("", ["approval_number_missing"])]
)
def test_the_approval_number_is_shown_where_a_medicine_is_advertised(
    rules: list[Rule], shown: str, found: list[str]
) -> None:
    about = {"product_name": "布洛芬", "prescription_class": "otc_a", "approval_number": NUMBER}
    assert codes(rules, f"布洛芬到货 {shown}", kind="advertisement", **about) == found


def test_an_advertisement_without_any_approval_number_is_found(rules: list[Rule]) -> None:
    about = {"product_name": "布洛芬", "prescription_class": "otc_b", "approval_number": None}
    assert codes(rules, "布洛芬到货", kind="advertisement", **about) == ["approval_number_missing"]
    assert codes(rules, "体温计到货", kind="advertisement", prescription_class="non_drug") == []


def test_every_rule_has_a_source_a_reason_and_a_way_to_be_found() -> None:
    described, patterns = seed("content_rules"), seed("content_patterns")
    assert described.filter(pl.any_horizontal(pl.col("source", "reason", "valid_from").is_null())).is_empty()
    without = set(described["rule_code"]) - set(patterns["rule_code"])
    assert without == {"prescription_drug_advertised", "approval_number_missing"}


def test_a_pattern_that_is_none_is_refused_with_its_rule() -> None:
    broken = pl.DataFrame({"rule_code": ["superlative"], "pattern": ["(best"]})
    with pytest.raises(ValueError, match="rule superlative"):
        rules_of(seed("content_rules"), broken)
