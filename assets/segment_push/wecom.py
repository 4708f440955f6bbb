"""Client of the part of the WeCom API that tags external contacts.

Source: WeCom server API, "manage corporate tags" (documents 92117 and 92118 of developer.work.weixin.qq.com) and the
table of global error codes: ``gettoken``, ``get_corp_tag_list``, ``add_corp_tag``, ``get`` (of an external contact, for
who follows it) and ``mark_tag``.

Addresses carry the access token and, for ``get``, the contact's id. So this talks through :mod:`http.client`, which
logs nothing, and no error text holds an address, a request or the ``errmsg`` of an answer (WeCom repeats ids in it).

Belongs here: calls, their pace, what an error code means. Does not belong here: which contact gets which tag
(:mod:`assets.segment_push.tagging`).
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

MAX_TAGS = 3000
MAX_TAG_NAME_CHARACTERS = 30

_TIMEOUT_SECONDS = 20.0
_TOKEN_IS_NOT_VALID = frozenset({40014, 42001})
_ASK_AGAIN = frozenset({None, -1, 45009, 45033})
"""No answer, system busy, too many calls, too many at once."""
_NO_SUCH_CONTACT = frozenset({40096, 84061})
_NAME_IS_TAKEN = 40071
_LONGEST_WAIT_SECONDS = 60.0
_ATTEMPTS = 6
"""Calls made for one answer: 2, 4, 8, 16 and 32 seconds apart they reach into the next minute, WeCom's own window."""

Answer = dict[str, Any]


class WeComError(RuntimeError):
    """WeCom refused a call, or could not be reached; the message names the call and the code, never an identifier."""

    def __init__(self, message: str, code: int | None) -> None:
        super().__init__(message)
        self.code = code
        """WeCom's error code; null where there was no answer."""


class UnknownContactError(WeComError):
    """The external contact does not exist (any more), or nobody follows it."""


class TagLimitError(ValueError):
    """Tags that WeCom does not take; the message says which and what to mend."""


class Pace:
    """Lets calls through at equal distances, so that a minute never holds more than allowed."""

    def __init__(
        self,
        calls_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if calls_per_minute < 1:
            raise ValueError(f"calls_per_minute is {calls_per_minute}; set 1 or more")
        self._distance = 60.0 / calls_per_minute
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    def wait(self, back_off_seconds: float = 0.0) -> None:
        """Return when the next call may be made, at the earliest after ``back_off_seconds``."""
        due = max(self._next, self._clock() + back_off_seconds)
        if (seconds := due - self._clock()) > 0:
            self._sleep(seconds)
        self._next = max(due, self._clock()) + self._distance


class WeComClient:
    """Calls of one corporation with one secret. Not for several threads at once; close it, or use it as a context."""

    def __init__(self, api_base: str, corp_id: str, secret: str, pace: Pace) -> None:
        """Nothing is called yet.

        Args:
            api_base: scheme, host and, if it must be, port and path before ``/cgi-bin``.
            corp_id: the corporation.
            secret: of an application that may manage tags of external contacts.
            pace: how fast calls may follow each other.

        Raises:
            ValueError: ``api_base`` is no http or https address.
        """
        address = urlsplit(api_base)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise ValueError("WECOM_API_BASE must be an http or https address, like https://qyapi.weixin.qq.com")
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(address.hostname, address.port, timeout=_TIMEOUT_SECONDS)
        self._path = address.path.rstrip("/") + "/cgi-bin/"
        self._credentials = {"corpid": corp_id, "corpsecret": secret}
        self._pace = pace
        self._token: str | None = None

    def __enter__(self) -> WeComClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def tags(self, group_name: str) -> dict[str, str]:
        """Id of each tag in the group of that name, by the tag's name; nothing if there is no such group."""
        answer = self._call("externalcontact/get_corp_tag_list", {})
        return {
            tag["name"]: tag["id"]
            for group in answer.get("tag_group", [])
            if group["group_name"] == group_name and not group.get("deleted")
            for tag in group.get("tag", [])
            if not tag.get("deleted")
        }

    def add_tags(self, group_name: str, names: Sequence[str]) -> dict[str, str]:
        """Create tags in the group (and the group, if it is new); id of each by its name.

        Raises:
            TagLimitError: a name is too long or empty, two are the same, or they are too many.
            WeComError: see :class:`WeComError`.
        """
        check_tag_names(names)
        body = {"group_name": group_name, "tag": [{"name": name} for name in names]}
        try:
            answer = self._call("externalcontact/add_corp_tag", body)
        except WeComError as error:
            if error.code != _NAME_IS_TAKEN:
                raise
            # They were created and the answer got lost on its way.
            return self.tags(group_name)
        return {tag["name"]: tag["id"] for tag in answer["tag_group"]["tag"]}

    def followers(self, external_user_id: str) -> list[str]:
        """Ids of the members who have this contact.

        Raises:
            UnknownContactError: nobody has.
        """
        answer = self._call("externalcontact/get", None, {"external_userid": external_user_id})
        followers = [follower["userid"] for follower in answer.get("follow_user", [])]
        if not followers:
            raise UnknownContactError("externalcontact/get: nobody follows the contact", 0)
        return followers

    def mark(self, user_id: str, external_user_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Put tags on a member's contact and take others off; putting one on twice is the same as once.

        Raises:
            UnknownContactError: the member does not have this contact.
        """
        body = {
            "userid": user_id,
            "external_userid": external_user_id,
            "add_tag": list(add),
            "remove_tag": list(remove),
        }
        self._call("externalcontact/mark_tag", body)

    def _call(self, name: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None = None) -> Answer:
        """One answer without error; waits and asks again where that may help."""
        back_off, code = 0.0, None
        is_token_new = False
        for _ in range(_ATTEMPTS):
            if self._token is None:
                self._token = self._new_token()
                is_token_new = True
            answer = self._ask(name, {"access_token": self._token, **(query or {})}, body, back_off)
            code = _code(answer)
            if answer is not None and code == 0:
                return answer
            if code in _TOKEN_IS_NOT_VALID and not is_token_new:
                # It ran out, or another program with the same secret asked for a new one.
                self._token, back_off = None, 0.0
            elif code in _ASK_AGAIN:
                back_off = min(2 * max(back_off, 1.0), _LONGEST_WAIT_SECONDS)
            elif code in _NO_SUCH_CONTACT:
                raise UnknownContactError(f"{name}: errcode {code}", code)
            else:
                break
        raise WeComError(f"{name}: {_words(code)}; see WeCom's table of global error codes, then run again", code)

    def _new_token(self) -> str:
        back_off, code = 0.0, None
        for _ in range(_ATTEMPTS):
            answer = self._ask("gettoken", self._credentials, None, back_off)
            code = _code(answer)
            if answer is not None and code == 0:
                return str(answer["access_token"])
            if code not in _ASK_AGAIN:
                break
            back_off = min(2 * max(back_off, 1.0), _LONGEST_WAIT_SECONDS)
        raise WeComError(f"gettoken: {_words(code)}; check WECOM_CORP_ID and WECOM_SECRET, then run again", code)

    def _ask(
        self, name: str, query: Mapping[str, str], body: Mapping[str, Any] | None, back_off_seconds: float
    ) -> Answer | None:
        """What WeCom answers; null where it could not be reached or what it said is no answer."""
        self._pace.wait(back_off_seconds)
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            self._connection.request(
                "GET" if body is None else "POST",
                f"{self._path}{name}?{urlencode(query)}",
                content,
                {"Content-Type": "application/json"},
            )
            answer = json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            # The next request opens a new connection.
            self._connection.close()
            return None
        return answer if isinstance(answer, dict) else None


def _code(answer: Answer | None) -> int | None:
    return None if answer is None else int(answer.get("errcode", 0))


def _words(code: int | None) -> str:
    return "no answer" if code is None else f"errcode {code}"


def check_tag_names(names: Sequence[str]) -> None:
    """Raise :class:`TagLimitError` if WeCom would not take tags of these names."""
    if len(names) > MAX_TAGS:
        raise TagLimitError(f"{len(names)} tags; WeCom takes {MAX_TAGS}, so remove segments from the seed")
    wrong = sorted({name for name in names if not 0 < len(name) <= MAX_TAG_NAME_CHARACTERS})
    if wrong:
        raise TagLimitError(
            f"tag names of 1 to {MAX_TAG_NAME_CHARACTERS} characters are allowed; mend in the seed: {', '.join(wrong)}"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TagLimitError(f"several segments have the same name; mend in the seed: {', '.join(twice)}")
