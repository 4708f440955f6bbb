"""Surveys after deliveries and community contacts: late deliveries score lower, and answers say why."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.clock import DAY_SECONDS, iso, utc
from simulator.config import ChainConfig
from simulator.documents import OrderBook
from simulator.people import People
from simulator.purchasing import LineVersions
from simulator.service_desk import RecordBook
from simulator.streams import stream

Ints = NDArray[np.int64]
JOURNEYS = ["o2o_purchase", "community_service"]
_ANSWERS_ORDER, _ANSWERS_CONTACT = 0.15, 0.6
_CONTACTS = ["consultation", "lecture", "task", "check_in"]
_WRITES, _IN_ENGLISH, _NAMES_ITSELF, _TWO_THEMES, _NO_THEME, _LATE_IS_SAID = 0.7, 0.25, 0.12, 0.25, 0.15, 0.6
_ANSWERED_WITHIN = 5.0
#: Shares of detractors, passives and promoters after a delivery on time, a late one, and a community contact.
_MOODS = np.array([[0.19, 0.25, 0.56], [0.62, 0.24, 0.14], [0.18, 0.26, 0.56]])
_SCORES = [(0, 7), (7, 9), (9, 11)]
_OF_JOURNEY = [
    ["delivery_time", "courier_manner", "packaging", "availability", "price", "pharmacist_advice", "ordering"],
    ["pharmacist_advice", "health_content", "price"],
]


@dataclass
class Surveys:
    """Asks customers and keeps their answers until they are sent."""

    config: ChainConfig
    people: People
    book: RecordBook = field(init=False)

    def __post_init__(self) -> None:
        """Read what customers may write: answers by theme (empty for none), language and mood."""
        self.book = RecordBook(self.config, "response_id")
        self._answers: dict[tuple[str, str, str], list[str]] = {}
        answers = pl.read_csv(Path(__file__).with_name("survey_answers.csv"), infer_schema=False).fill_null("")
        for theme, language, mood, answer in answers.iter_rows():
            self._answers.setdefault((theme, language, mood), []).append(answer)

    def hear_of(self, day: int, block: int, orders: OrderBook) -> None:
        """Ask after the deliveries of one day and block of stores."""
        rng = stream(self.config.seed, "order surveys", day, block)
        frame, journey = orders.frame, orders.journey
        delivered = (frame["channel"] != "till").to_numpy() & (journey.fate == 0) & (journey.delivered_at > 0)
        hit = np.flatnonzero(delivered & (rng.random(len(frame)) < _ANSWERS_ORDER))
        late = (journey.promised_at[hit] > 0) & (journey.delivered_at[hit] > journey.promised_at[hit])
        index = pl.Series(hit)
        order_id = frame["order_id"].gather(index)
        who = {
            "person_id": frame["person_id"].gather(index),
            "member_card": frame["member_card"].gather(index),
            "external_user_id": pl.Series([None] * len(hit), dtype=pl.String),
            "unionid": frame["unionid"].gather(index),
            "phone": frame["phone"].gather(index),
        }
        about = {"order_id": order_id, "community_id": pl.Series([None] * len(hit), dtype=pl.String)}
        self._ask("SVO" + order_id.str.slice(1), 0, who, about, late.astype(np.int64), journey.delivered_at[hit], rng)

    def hear_contacts(self, day: int, events: pl.DataFrame) -> None:
        """Ask after the community contacts of a day (rows of the ``community_activity`` truth)."""
        rng = stream(self.config.seed, "community surveys", day)
        contacts = events.filter(pl.col("kind").is_in(_CONTACTS))
        contacts = contacts.filter(pl.Series(rng.random(len(contacts)) < _ANSWERS_CONTACT, dtype=pl.Boolean))
        n = len(contacts)
        person = contacts["person_id"].to_numpy()
        who = {
            "person_id": contacts["person_id"],
            "member_card": identifiers.member_cards(person),
            "external_user_id": contacts["external_user_id"],
            "unionid": contacts["unionid"],
            "phone": pl.Series([None] * n, dtype=pl.String),
        }
        about = {"order_id": pl.Series([None] * n, dtype=pl.String), "community_id": contacts["community_id"]}
        at = contacts["occurred_at"].cast(pl.Int64).to_numpy() // 1_000_000
        self._ask("SVC" + contacts["event_id"].str.slice(1), 1, who, about, np.full(n, 2), at, rng)

    def due(self, day: int) -> LineVersions | None:
        """Responses that are sent on a day."""
        return self.book.due(day)

    def _ask(
        self,
        ids: pl.Series,
        journey: int,
        who: dict[str, pl.Series],
        about: dict[str, pl.Series],
        occasion: Ints,
        happened: Ints,
        rng: np.random.Generator,
    ) -> None:
        n = len(ids)
        if not n:
            return
        mood = (rng.random(n)[:, None] > np.cumsum(_MOODS[occasion], axis=1)[:, :-1]).sum(axis=1)
        score = np.array([rng.integers(*_SCORES[m]) for m in mood.tolist()], dtype=np.int64)
        wait = np.minimum(rng.exponential(0.4, n), _ANSWERED_WITHIN) * DAY_SECONDS
        answered = happened + 600 + wait.astype(np.int64)
        texts, themes = [], []
        for i in range(n):
            text, found = self._write(journey, int(mood[i]), bool(occasion[i] == 1), int(who["person_id"][i] or 0), rng)
            texts.append(text)
            themes.append(found)
        flat = pl.DataFrame(
            {
                "response_id": ids,
                **who,
                "journey": [JOURNEYS[journey]] * n,
                "score": score,
                "open_answer": pl.Series(texts, dtype=pl.String),
                "theme_codes": pl.Series(themes, dtype=pl.List(pl.String)),
                **about,
                "answered_at": answered,
                "updated_at": answered,
            }
        )
        documents = flat.with_columns(iso("answered_at"), iso("updated_at")).select(
            pl.struct(
                "response_id",
                pl.struct("external_user_id", "unionid", "phone").alias("person"),
                "journey",
                "score",
                "open_answer",
                "order_id",
                "community_id",
                "answered_at",
                "updated_at",
            )
            .struct.json_encode()
            .alias("text")
        )["text"]
        self.book.add(flat, documents, flat.with_columns(utc("answered_at"), utc("updated_at")))

    def _write(
        self, journey: int, mood: int, is_late: bool, person: int, rng: np.random.Generator
    ) -> tuple[str | None, list[str] | None]:
        """An open answer and the themes in it (sorted); nothing where the customer writes nothing."""
        writes, english, named, two, bland, lead = rng.random(6)
        chosen = rng.permutation(len(_OF_JOURNEY[journey]))
        pick = rng.integers(0, 60, 2)
        if writes >= _WRITES:
            return None, None
        language = "en" if english < _IN_ENGLISH else "zh"
        themes = [_OF_JOURNEY[journey][c] for c in chosen[: 2 if two < _TWO_THEMES else 1]]
        if is_late and lead < _LATE_IS_SAID:
            themes = ["delivery_time"]
        if bland < _NO_THEME:
            themes = []
        said = [self._answers[theme, language, "discontent" if mood < 1 else "content"] for theme in themes or [""]]
        parts = [options[p % len(options)] for options, p in zip(said, pick.tolist(), strict=False)]
        if named < _NAMES_ITSELF:
            who = np.array([person], dtype=np.int64)
            name, phone = identifiers.names(who)[0], identifiers.phones(self.people.household_head[who])[0]
            parts.append(f"我是{name}，电话{phone}" if language == "zh" else f"This is {name}, call {phone}")
        return ("，" if language == "zh" else ". ").join(parts) + ("。" if language == "zh" else "."), sorted(themes)
