"""A browser as far as the console needs one: it keeps cookies and sends the forms that it was shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from sqlalchemy import event
from starlette.testclient import TestClient

from tests.clouds import PASSWORD, OpenCloud

_GUARD = re.compile(r'name="guard" value="([^"]+)"')


class Browser:
    def __init__(self, cloud: OpenCloud, **headers: str) -> None:
        application: Any = cloud.http.app
        self.http = TestClient(application, base_url="http://cloud.test", follow_redirects=False, headers=headers)
        self.page: Any = None

    def open(self, path: str, status: int = 200) -> str:
        self.page = self.http.get(path)
        assert self.page.status_code == status, f"{path}: {self.page.status_code} {self.page.text[:600]}"
        return str(self.page.text)

    def guard(self) -> str:
        found = _GUARD.search(self.page.text)
        assert found, "the page has no form"
        return found[1]

    def send(
        self, path: str, status: int = 303, headers: dict[str, str] | None = None, files: Any = None, **fields: Any
    ) -> Any:
        """Sends a form of the page that is open, and keeps that page open."""
        sent = {"guard": self.guard()} | fields
        answer = self.http.post(path, data=sent, files=files, headers=headers or {})
        assert answer.status_code == status, f"{path}: {answer.status_code} {told(answer.text)}"
        return answer

    def sign_in(self, user: str = "demo", password: str = PASSWORD) -> Browser:
        self.open("/console/sign-in")
        self.send("/console/sign-in", domain="Default", user=user, password=password)
        self.open("/console/")
        return self


def told(html: str) -> str:
    """The page's words, without its marks."""
    body = html.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body.partition(">")[2])).split())


def reader_of(cloud: OpenCloud) -> Browser:
    """Of somebody who may look at the project of demo, and no more; signed in."""
    person = {"name": "onlooker", "password": PASSWORD}
    user = cloud.ask("POST", "/identity/v3/users", {"user": person}, user="admin")["user"]["id"]
    role = cloud.ask("GET", "/identity/v3/roles?name=reader", user="admin")["roles"][0]["id"]
    project = cloud.names["demo_project"]
    cloud.ask("PUT", f"/identity/v3/projects/{project}/users/{user}/roles/{role}", user="admin")
    return Browser(cloud).sign_in("onlooker")


def queries_of(cloud: OpenCloud, ask: Callable[[], object]) -> int:
    """How many statements the database is given meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(cloud.plane.ground.db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(cloud.plane.ground.db.engine, "before_cursor_execute", note)
    return len(asked)
