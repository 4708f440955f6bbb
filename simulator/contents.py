"""Advertising and health content: what is written, reviewed and sent, and what should not have been."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.clock import iso, local_day, midnight, utc
from simulator.config import ChainConfig
from simulator.documents import labels
from simulator.geography import Geography
from simulator.purchasing import LineVersions
from simulator.streams import stream

Ints = NDArray[np.int64]
KINDS = ["advertisement", "health_article", "message", "live_script"]
CHANNELS = ["wecom_group", "official_account", "mini_program", "sms", "live_stream"]
AUDIENCES = ["chronic", "mother_baby", "neighbourhood", "all_members"]
#: Texts that keep the rules; several hold words that look like a breach and are none.
_SOUND = [
    ("换季了，第一次使用雾化器请先咨询药师。", "Using a nebuliser for the first time? Ask a pharmacist first."),
    ("最近气温变化大，出门请添衣。", "It has been cold lately; dress warmly."),
    ("家庭急救箱应备有纱布、碘伏和体温计。", "A first aid kit should hold gauze, iodine and a thermometer."),
    ("最好在医生指导下用药，出现副作用请及时就医。", "Take medicines as a doctor advises; report side effects."),
    ("本店周三为会员免费测量血压。", "Free blood-pressure checks for members on Wednesdays."),
    ("Best before: see the package. 请查看包装上的有效期。", "Use by the best before date on the package."),
    ("糖尿病目前不能彻底摆脱药物，请坚持监测血糖。", "There is no cure for diabetes yet; keep measuring your glucose."),
    ("请把药品放在儿童接触不到的地方。", "Keep medicines out of the reach of children."),
]
#: Rule broken, text with a place for the words, the words.
_BREACHES = [
    ("promise_of_cure", "本品可{}，三天见效。", "根治"),
    ("promise_of_cure", "Our formula is a {} for joint pain.", "guaranteed cure"),
    ("cure_rate", "临床{}达到百分之九十八。", "治愈率"),
    ("safety_assertion", "纯中药制剂，{}。", "无毒副作用"),
    ("safety_assertion", "Made from herbs, {} at all.", "no side effects"),
    ("superlative", "我们是{}的药房。", "国家级"),
    ("superlative", "Choose the {} of the city.", "No.1 brand"),
    ("endorsement", "{}，放心选购。", "专家推荐"),
    ("endorsement", "{} this medicine to every patient.", "Doctors recommend"),
    ("comparison", "本品{}。", "比同类药品更有效"),
    ("article_as_advertisement", "秋季养生小知识：多喝温水。{}。", "点击购买"),
]
_BREACH = 0.12
_RX_ADVERTISED = 0.02
_NUMBER_LEFT_OUT = 0.02
_SENT_BEFORE_APPROVAL = 0.03
_NEVER_APPROVED = 0.02
_KEPT_BACK = 0.05
_SENT_AS_DRAFT = 0.2
_APPROVAL_NUMBER = "粤药广审（文）第2026{:06d}号"


@dataclass
class Contents:
    """Writes the content of each day and keeps its versions until they are sent."""

    config: ChainConfig
    geo: Geography
    catalogue: Catalogue
    _due: dict[int, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def write(self, day: int) -> pl.DataFrame:
        """Write the content of a day; return truth: ``content_id, rules (sorted), is_sent, is_prechecked``."""
        rng = stream(self.config.seed, "content", day)
        n = 8 + self.geo.stores // 2
        start = midnight(self.config, day)
        draw = rng.random(n)
        edges = np.cumsum([_BREACH, _RX_ADVERTISED, _NUMBER_LEFT_OUT])
        case = np.searchsorted(edges, draw, side="right")  # 0 words, 1 prescription drug, 2 number left out, 3 sound
        breach, sound = rng.integers(0, len(_BREACHES), n), rng.integers(0, len(_SOUND), n)
        kind = rng.integers(0, len(KINDS), n)
        disguise = rng.integers(0, 5, n)
        about = rng.random(n) < 0.4
        otc = np.flatnonzero(self.catalogue.is_drug & ~self.catalogue.is_rx)
        rx = np.flatnonzero(self.catalogue.is_rx)
        sku = np.where(case == 1, rx[rng.integers(0, len(rx), n)], otc[rng.integers(0, len(otc), n)])
        number = [_APPROVAL_NUMBER.format(int(v)) for v in rng.integers(1, 999_999, n)]
        texts, rules, kinds, skus, numbers = [], [], [], [], []
        for i in range(n):
            text, rule, what = "".join(_SOUND[sound[i]]), [], KINDS[kind[i]]
            product = int(sku[i]) if about[i] and what == "advertisement" else -1
            if case[i] == 0:
                name, pattern, words = _BREACHES[breach[i]]
                text, rule = pattern.format(_disguised(words, int(disguise[i]))), [name]
                what = "health_article" if name == "article_as_advertisement" else what
                product = -1 if what == "health_article" else product
            if case[i] in (1, 2):
                what, product = "advertisement", int(sku[i])
                rule = ["prescription_drug_advertised"] if case[i] == 1 else ["approval_number_missing"]
            if product >= 0 and case[i] != 2:
                text += number[i]
            texts.append(text)
            rules.append(rule)
            kinds.append(what)
            skus.append(product)
            numbers.append(number[i] if product >= 0 else None)
        return self._settle(day, start, rng, texts, rules, kinds, skus, numbers)

    def _settle(
        self,
        day: int,
        start: int,
        rng: np.random.Generator,
        texts: list[str],
        rules: list[list[str]],
        kinds: list[str],
        skus: list[int],
        numbers: list[str | None],
    ) -> pl.DataFrame:
        n = len(texts)
        created = start + 30_600 + rng.integers(0, 28_800, n)
        reviewed = created + rng.integers(600, 18_000, n)
        fate = np.searchsorted(np.cumsum([_SENT_BEFORE_APPROVAL, _NEVER_APPROVED, _KEPT_BACK]), rng.random(n), "right")
        sent = reviewed + rng.integers(300, 72_000, n)
        # In time to be written, too early to be approved.
        sent = np.where(fate == 0, created + (reviewed - created) // 2, sent)
        sent = np.where(fate == 2, 0, sent)
        is_refused = (fate == 1) | (fate == 2)
        updated = np.maximum(reviewed, sent) + rng.integers(10, 600, n)
        stamp = self.config.day(day).strftime("%y%m%d")
        store = rng.integers(0, self.geo.stores, n) + self.geo.first_store
        flat = pl.DataFrame(
            {
                "content_id": f"CT{stamp}-" + pl.Series(np.arange(n) + 10_001).cast(pl.String).str.slice(1),
                "kind": kinds,
                "channel": labels(CHANNELS, rng.integers(0, len(CHANNELS), n)),
                "author_id": "E" + self.geo.ids.gather(pl.Series(store)).str.slice(1),
                "content_text": texts,
                "sku_id": self.catalogue.ids.gather(pl.Series(skus).replace(-1, None)),
                "approval_number": pl.Series(numbers, dtype=pl.String),
                "audience_tag": labels(AUDIENCES, rng.integers(0, len(AUDIENCES), n)),
                "created_at": created,
                "sent_at": sent,
                "updated_at": updated,
                "_reviewed_at": reviewed,
                "_is_refused": is_refused,
            }
        )
        self._queue(day, flat, rng.random(n) < _SENT_AS_DRAFT)
        return pl.DataFrame(
            {
                "content_id": flat["content_id"],
                "rules": pl.Series(rules, dtype=pl.List(pl.String)),
                "is_sent": sent > 0,
                "is_prechecked": (sent > 0) & ~is_refused & (reviewed <= sent),
            }
        )

    def due(self, day: int) -> LineVersions | None:
        """Content sent to the platform on a day."""
        queued = self._due.pop(day, [])
        if not queued:
            return None
        rows = pl.concat(queued)
        return LineVersions(
            rows.select("content_id", utc("updated_at")), rows["_text"], rows["_older"], rows["_newer_day"].to_numpy()
        )

    def _queue(self, day: int, final: pl.DataFrame, is_drafted: NDArray[np.bool_]) -> None:
        draft = final.with_columns(pl.lit(0, dtype=pl.Int64).alias("sent_at"), pl.col("created_at").alias("updated_at"))
        text, early = _texts(final, is_reviewed=True), _texts(draft, is_reviewed=False)
        settled = local_day(self.config, final["updated_at"].to_numpy())
        drafted = pl.Series(is_drafted)
        unknown = pl.Series([None] * len(final), dtype=pl.String)
        before = pl.select(pl.when(drafted).then(early)).to_series()
        versions = (
            (draft, early, unknown, settled, np.full(len(final), day), is_drafted),
            (final, text, before, np.full(len(final), -1), settled, np.ones(len(final), dtype=bool)),
        )
        for frame, own, older, newer, days, chosen in versions:
            rows = frame.select(
                "content_id",
                "updated_at",
                own.alias("_text"),
                older.alias("_older"),
                pl.Series("_newer_day", newer),
                pl.Series("_day", days),
            ).filter(pl.Series(chosen))
            for (due,), part in rows.partition_by("_day", as_dict=True, maintain_order=True).items():
                self._due[int(due)].append(part)  # type: ignore[call-overload]


def _disguised(words: str, how: int) -> str:
    """The words as they are, in full width, spaced out, in mixed case, or with invisible characters between."""
    if how == 1:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in words)
    if how == 2:
        return " ".join(words)
    if how == 3:
        return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(words))
    if how == 4:
        return "\u200b".join(words)
    return words


def _texts(flat: pl.DataFrame, *, is_reviewed: bool) -> pl.Series:
    ready = flat.with_columns(iso("created_at"), iso("sent_at"), iso("updated_at"), iso("_reviewed_at"))
    refused = pl.col("_is_refused")
    step = pl.struct(
        pl.lit("C0001").alias("reviewer_id"),
        pl.col("_reviewed_at").alias("reviewed_at"),
        pl.when(refused).then(pl.lit("refused")).otherwise(pl.lit("approved")).alias("result"),
        pl.when(refused).then(pl.lit("wording")).alias("reason"),
    )
    reviews = pl.concat_list(step)
    return ready.with_columns((reviews if is_reviewed else reviews.list.head(0)).alias("reviews")).select(
        pl.struct(
            "content_id",
            "kind",
            "channel",
            "author_id",
            "content_text",
            "sku_id",
            "approval_number",
            "audience_tag",
            "created_at",
            "reviews",
            "sent_at",
            "updated_at",
        )
        .struct.json_encode()
        .alias("text")
    )["text"]
