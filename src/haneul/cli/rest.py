"""A small client of the cloud's public APIs, for what the command line does to it: any client could."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haneul.cli.trouble import TroubleError
from haneul.settings import Settings

Json = dict[str, Any]
_TIMEOUT_S = 300
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The cloud is on this machine: whatever proxy the environment names is not for it."""


class RefusedError(TroubleError):
    """The cloud refused a request."""

    def __init__(self, method: str, url: str, status: int, text: str) -> None:
        super().__init__(f"The cloud refused {method} {url} with {status}: {text[:600]}")
        self.status = status


@dataclass(frozen=True)
class Credentials:
    """Who asks, and for which project; all in the domain `default`."""

    user: str
    password: str
    project: str


class Rest:
    """The APIs of one cloud, as one user in one project sees them."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self.url = url
        self.credentials = credentials
        self._token = ""
        self.project_id = ""

    def get(self, path: str, **query: str) -> Json:
        words = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self._ask("GET", path + words)

    def post(self, path: str, body: Json | None = None) -> Json:
        return self._ask("POST", path, body)

    def put(self, path: str, body: Json | None = None) -> Json:
        return self._ask("PUT", path, body)

    def patch(self, path: str, body: Json) -> Json:
        return self._ask("PATCH", path, body)

    def delete(self, path: str) -> Json:
        return self._ask("DELETE", path)

    def upload(self, path: str, file: Path) -> None:
        """PUT the content of a file."""
        with file.open("rb") as content:
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size)}
            self._send("PUT", path, content, headers | {"X-Auth-Token": self.token()})

    def token(self) -> str:
        """A token for these credentials; asked for once."""
        if not self._token:
            try:
                headers, answer = self._send("POST", "/identity/v3/auth/tokens", self._sign_in(), _JSON)
            except RefusedError as error:
                if error.status != 401:
                    raise
                who = self.credentials.user
                remedy = f"Whoever changed it should write the new one into keys/{who}-password of the state directory."
                raise TroubleError(f"The cloud does not accept the password of the user {who}. {remedy}") from error
            self._token = headers["x-subject-token"]
            self.project_id = answer["token"]["project"]["id"]
        return self._token

    def _sign_in(self) -> bytes:
        who = self.credentials
        domain = {"id": "default"}
        user = {"name": who.user, "domain": domain, "password": who.password}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": who.project, "domain": domain}}
        return json.dumps({"auth": {"identity": identity, "scope": scope}}).encode()

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        return self._send(method, path, data, _JSON | {"X-Auth-Token": self.token()})[1]

    def _send(self, method: str, path: str, data: Any, headers: dict[str, str]) -> tuple[dict[str, str], Json]:
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with _OPENER.open(request, timeout=_TIMEOUT_S) as reply:
                text = reply.read()
                got = {name.lower(): value for name, value in reply.headers.items()}
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise RefusedError(method, self.url + path, error.code, text) from error
        except OSError as error:
            raise TroubleError(f"The cloud does not answer at {self.url}: {error}. See `haneul status`.") from error
        return got, json.loads(text) if text else {}


def as_admin(settings: Settings) -> Rest:
    """The cloud of this state directory as its administrator; raises TroubleError where that is not known."""
    file = settings.state / "keys" / "admin-password"
    if not file.exists():
        raise TroubleError(f"{file} is not there: is this the machine where the control plane runs?")
    return Rest(settings.url, Credentials("admin", file.read_text().strip(), "admin"))


def answers(url: str) -> bool:
    """True if the identity API says which versions it speaks."""
    try:
        with _OPENER.open(f"{url}/identity/v3", timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
