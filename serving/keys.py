"""Who may ask: the ``X-API-Key`` header."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Security
from fastapi.security import APIKeyHeader

from serving.problems import Problem
from warehouse.keys import read_or_create_key
from warehouse.settings import Settings

LOGGER = logging.getLogger(__name__)
KEY_NAME = "api"

_header = APIKeyHeader(
    name="X-API-Key",
    auto_error=False,
    description="Key of the calling service: one of `WAREHOUSE_API_KEYS`, or the content of `vault/keys/api.key`.",
)


def accepted_keys(settings: Settings) -> tuple[str, ...]:
    """Keys the API accepts: those of the settings, else the one in ``vault/keys/api.key``, made at first start.

    Raises:
        warehouse.keys.KeyFileError: the key file is damaged or readable by others.
    """
    if settings.api_keys:
        return settings.api_keys
    key = read_or_create_key(settings.zones.keys, KEY_NAME)
    LOGGER.info("API key: see %s", settings.zones.keys / f"{KEY_NAME}.key")
    return (key.secret.hex(),)


def require_key(keys: tuple[str, ...]) -> Callable[[str | None], Awaitable[None]]:
    """Dependency that refuses a request without one of ``keys``.

    Every key is compared, in constant time and by digest, so that the time taken tells neither which key nor how long.
    """
    digests = [_digest(key) for key in keys]

    async def check(key: Annotated[str | None, Security(_header)]) -> None:
        given = _digest(key or "")
        # Not any(): it would stop at the first match.
        matches = sum(hmac.compare_digest(given, digest) for digest in digests)
        if not key or not matches:
            raise Problem(
                401,
                "unauthorised",
                "A valid API key is needed",
                "The X-API-Key header is missing or its key is not known.",
                "Send the header X-API-Key with a key from the operator of this service.",
                headers={"WWW-Authenticate": "ApiKey"},
            )

    return check


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8")).digest()
