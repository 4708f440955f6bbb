"""Invented but well-formed identifiers as pure functions of a person's number: nothing is stored, all is repeatable."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.streams import scramble

_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8)
_MOBILE_PREFIXES = np.array([130, 131, 135, 136, 137, 138, 139, 150, 151, 158, 159, 176, 177, 186, 187, 188, 189, 199])
_SURNAMES = np.array(list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"), dtype=object)
_GIVEN = np.array(list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国春梅"), dtype=object)


def opaque(persons: NDArray[np.int64], salt: int, prefix: str, length: int) -> pl.Series:
    """Opaque ids of ``length`` characters as WeChat and the platforms hand out: prefix plus base-64 letters."""
    letters = np.empty((len(persons), length), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    word = scramble(persons, salt)
    for position in range(len(prefix), length):
        taken = position - len(prefix)
        if taken and taken % 10 == 0:
            word = scramble(persons, salt + 1000 * (taken // 10))
        letters[:, position] = _ALPHABET[(word >> np.uint64(6 * (taken % 10))).astype(np.int64) & 63]
    if len(persons) == 0:
        return pl.Series([], dtype=pl.String)
    return pl.Series(letters.view(f"S{length}").ravel().astype(f"U{length}"))


def phones(heads: NDArray[np.int64]) -> pl.Series:
    """Mobile numbers of 11 digits, one per household head; distinct for the first 10^8 heads."""
    tail = (heads * 48_271 + 12_345_701) % 100_000_000
    prefix = _MOBILE_PREFIXES[(scramble(heads, 5) % np.uint64(len(_MOBILE_PREFIXES))).astype(np.int64)]
    return pl.Series(prefix.astype(np.int64) * 100_000_000 + tail).cast(pl.String)


def member_ids(persons: NDArray[np.int64]) -> pl.Series:
    """CRM ids: ``M`` and nine digits."""
    return pl.Series(persons + 100_000_000).cast(pl.String).str.replace("^", "M")


def member_cards(persons: NDArray[np.int64]) -> pl.Series:
    """Card numbers: twelve digits beginning with 88."""
    return pl.Series(880_000_000_000 + (persons * 7_919 + 31) % 10_000_000_000).cast(pl.String)


def unionids(persons: NDArray[np.int64]) -> pl.Series:
    """WeChat unionids (28 characters), one per person over all apps of the chain."""
    return opaque(persons, 11, "oUnio", 28)


def openids(persons: NDArray[np.int64], app: int) -> pl.Series:
    """WeChat openids (28 characters) of one app: 0 mini-program, 1 official account."""
    return opaque(persons, 21 + app, "oMini" if app == 0 else "oOffi", 28)


def external_user_ids(persons: NDArray[np.int64]) -> pl.Series:
    """WeCom external user ids (32 characters)."""
    return opaque(persons, 31, "wmAAAA", 32)


def platform_user_ids(persons: NDArray[np.int64], platform: int) -> pl.Series:
    """User ids of a delivery platform: 0 Meituan, 1 Ele.me, 2 JD Daojia."""
    return opaque(persons, 41 + platform, ("mt-", "el-", "jd-")[platform], 19)


def names(persons: NDArray[np.int64]) -> pl.Series:
    """Chinese names of two or three characters."""
    first, second, third = (scramble(persons, salt) for salt in (51, 52, 53))
    given = _GIVEN[(second % np.uint64(len(_GIVEN))).astype(np.int64)]
    more = np.where(third % np.uint64(3) == 0, "", _GIVEN[(third % np.uint64(len(_GIVEN))).astype(np.int64)])
    return pl.Series(
        (_SURNAMES[(first % np.uint64(len(_SURNAMES))).astype(np.int64)] + given + more).tolist(), dtype=pl.String
    )
