"""A server on this machine that behaves like the tag API of WeCom as far as the client meets it.

Written from WeCom's documents, not from the client: it checks the access token, the limit of calls per minute, the
relation between member and contact, the length and the number of tags, and it repeats identifiers in its ``errmsg`` as
WeCom does.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CORP_ID = "ww-corp"
SECRET = "s3cret-of-the-corporation"
Body = dict[str, Any]


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class WeCom:
    """What WeCom holds, and how it answers."""

    def __init__(self, clock: Clock, followers: dict[str, list[str]]) -> None:
        self.clock = clock
        self.followers = followers
        self.tag_names: dict[str, str] = {}
        self.group_of_tag: dict[str, str] = {}
        self.marked: dict[tuple[str, str], set[str]] = {}
        self.calls: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.tokens: list[str] = []
        self.calls_per_minute = 10_000
        self.token_lives_for = 1_000_000
        """Calls until an access token runs out."""
        self.expired_code = 42001
        self.lose_answer_of: list[str] = []
        """Calls whose next answer never arrives, though WeCom did what was asked."""
        self.busy_for: list[str] = []
        """Calls whose next answer is that the system is busy."""
        self.address = ""
        self._in_minute: Counter[int] = Counter()
        self._calls_of_token = 0

    def answer(self, name: str, query: dict[str, str], body: Body) -> Body:
        self.calls[name] += 1
        self._in_minute[int(self.clock() // 60)] += 1
        if self._in_minute[int(self.clock() // 60)] > self.calls_per_minute:
            return self._refuse(45009, "api freq out of limit")
        if name in self.busy_for:
            self.busy_for.remove(name)
            return self._refuse(-1, "system busy")
        if name == "gettoken":
            return self._token(query)
        self._calls_of_token += 1
        if not self.tokens or query.get("access_token") != self.tokens[-1]:
            return self._refuse(40014, f"invalid access_token {query.get('access_token')}")
        if self._calls_of_token > self.token_lives_for:
            return self._refuse(self.expired_code, "access_token expired")
        act: Callable[[dict[str, str], Body], Body] = {
            "externalcontact/get_corp_tag_list": self._list,
            "externalcontact/add_corp_tag": self._add,
            "externalcontact/get": self._contact,
            "externalcontact/mark_tag": self._mark,
        }[name]
        return act(query, body)

    def tags_of(self, external_user_id: str) -> set[str]:
        """Names of the tags that every member who has the contact sees on it."""
        seen = [self.marked.get((user, external_user_id), set()) for user in self.followers[external_user_id]]
        assert all(tags == seen[0] for tags in seen)
        return {self.tag_names[tag] for tag in seen[0]}

    def _refuse(self, code: int, message: str) -> Body:
        self.refused[code] += 1
        return {"errcode": code, "errmsg": message}

    def _token(self, query: dict[str, str]) -> Body:
        if query != {"corpid": CORP_ID, "corpsecret": SECRET}:
            return self._refuse(40001, f"invalid credential {query}")
        self.tokens.append(f"token-{len(self.tokens)}")
        self._calls_of_token = 0
        return {"errcode": 0, "errmsg": "ok", "access_token": self.tokens[-1], "expires_in": 7200}

    def _list(self, _query: dict[str, str], _body: Body) -> Body:
        groups = [
            {
                "group_id": f"g-{group}",
                "group_name": group,
                "tag": [
                    {"id": tag, "name": name} for tag, name in self.tag_names.items() if self.group_of_tag[tag] == group
                ],
            }
            for group in sorted(set(self.group_of_tag.values()))
        ]
        return {"errcode": 0, "errmsg": "ok", "tag_group": groups}

    def _add(self, _query: dict[str, str], body: Body) -> Body:
        group = body["group_name"]
        names = [tag["name"] for tag in body["tag"]]
        taken = {self.tag_names[tag] for tag, of in self.group_of_tag.items() if of == group}
        if any(len(name) > 30 for name in names) or len(self.tag_names) + len(names) > 3000:
            return self._refuse(40058, "tag name too long or too many tags")
        if taken & set(names):
            return self._refuse(40071, f"tag name exists {taken & set(names)}")
        created = []
        for name in names:
            tag = f"et{len(self.tag_names)}"
            self.tag_names[tag], self.group_of_tag[tag] = name, group
            created.append({"id": tag, "name": name})
        return {"errcode": 0, "errmsg": "ok", "tag_group": {"group_id": f"g-{group}", "tag": created}}

    def _contact(self, query: dict[str, str], _body: Body) -> Body:
        contact = query["external_userid"]
        if contact not in self.followers:
            return self._refuse(84061, f"not external contact {contact}")
        users = [{"userid": user} for user in self.followers[contact]]
        return {"errcode": 0, "errmsg": "ok", "external_contact": {"name": "张三"}, "follow_user": users}

    def _mark(self, _query: dict[str, str], body: Body) -> Body:
        user, contact = body["userid"], body["external_userid"]
        if user not in self.followers.get(contact, []):
            return self._refuse(84061, f"not external contact {contact}")
        if unknown := set(body["add_tag"] + body["remove_tag"]) - self.tag_names.keys():
            return self._refuse(40068, f"invalid tag {unknown}")
        tags = self.marked.setdefault((user, contact), set())
        tags |= set(body["add_tag"])
        tags -= set(body["remove_tag"])
        return {"errcode": 0, "errmsg": "ok"}


@contextmanager
def served(wecom: WeCom) -> Iterator[WeCom]:
    """Answer on a free port of this machine; ``wecom.address`` says which."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: apart, the second waits for the first to be acknowledged.
        wbufsize = -1

        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _reply(self, body: Body) -> None:
            address = urlsplit(self.path)
            name = address.path.removeprefix("/cgi-bin/")
            query = {key: values[0] for key, values in parse_qs(address.query).items()}
            answer = json.dumps(wecom.answer(name, query, body), ensure_ascii=False).encode()
            if name in wecom.lose_answer_of:
                wecom.lose_answer_of.remove(name)
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Tests' output holds no addresses."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    wecom.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield wecom
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
