"""Clients at full tilt: each has servers and volumes of its own and does to them what comes to its mind."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.chaos.book import Asked, Book
from tests.lab.people import Answer, Person

SERVERS, VOLUMES = "/compute/v2.1/servers", "/volume/v3"
_PAUSE_S = 0.05
_MOST_SERVERS, _MOST_VOLUMES = 6, 4
_REFUSALS = frozenset({400, 403, 404, 409, 413, 429, 503})


@dataclass(frozen=True)
class Furniture:
    """What servers are made of."""

    image: str
    flavors: tuple[str, str]
    network: str
    project: str


@dataclass
class Client:
    """One of several; `chance` is its own."""

    number: int
    person: Person
    chance: Random
    furniture: Furniture
    book: Book
    servers: dict[str, str] = field(default_factory=dict)
    """By id: name."""
    volumes: dict[str, str] = field(default_factory=dict)
    snapshots: dict[str, str] = field(default_factory=dict)
    """By id: of which volume."""
    _count: int = 0

    def work(self, is_over: threading.Event) -> None:
        acts: list[tuple[int, Callable[[], None]]] = [
            (5, self.create_server),
            (3, self.delete_server),
            (4, self.change_server),
            (2, self.create_image),
            (2, self.create_volume),
            (3, self.attach),
            (2, self.detach),
            (1, self.create_snapshot),
            (1, self.delete_snapshot),
            (1, self.delete_volume),
        ]
        weights = [weight for weight, _ in acts]
        while not is_over.is_set():
            ((_, act),) = self.chance.choices(acts, weights)
            act()
            time.sleep(_PAUSE_S)

    def create_server(self) -> None:
        if len(self.servers) >= _MOST_SERVERS:
            return
        name = self._name("server")
        wanted = {"name": name, "flavorRef": self.furniture.flavors[0], "networks": [{"uuid": self.furniture.network}]}
        if self.chance.random() < 0.2:
            disk: dict[str, Any] = {"uuid": self.furniture.image, "source_type": "image", "destination_type": "volume"}
            disk |= {"volume_size": 1, "boot_index": 0, "delete_on_termination": True}
            wanted["block_device_mapping_v2"] = [disk]
        else:
            wanted["imageRef"] = self.furniture.image
        self._create("server", name, SERVERS, {"server": wanted}, self.servers)

    def create_volume(self) -> None:
        if len(self.volumes) < _MOST_VOLUMES:
            name = self._name("volume")
            path = f"{VOLUMES}/{self.furniture.project}/volumes"
            self._create("volume", name, path, {"volume": {"name": name, "size": 1}}, self.volumes)

    def create_snapshot(self) -> None:
        volume = self._any(self.volumes)
        if volume and len(self.snapshots) < _MOST_VOLUMES:
            name = self._name("snapshot")
            body = {"snapshot": {"name": name, "volume_id": volume, "force": True}}
            path = f"{VOLUMES}/{self.furniture.project}/snapshots"
            self._create("snapshot", name, path, body, self.snapshots)

    def delete_server(self) -> None:
        self._delete("server", SERVERS, self.servers)

    def delete_volume(self) -> None:
        self._delete("volume", f"{VOLUMES}/{self.furniture.project}/volumes", self.volumes)

    def delete_snapshot(self) -> None:
        self._delete("snapshot", f"{VOLUMES}/{self.furniture.project}/snapshots", self.snapshots)

    def change_server(self) -> None:
        """Whatever fits how it is: resize it, confirm or revert that, stop, start or reboot it."""
        server = self._shown()
        if server is None:
            return
        small, large = self.furniture.flavors
        resize = {"resize": {"flavorRef": large if self.chance.random() < 0.5 else small}}
        by_status: dict[str, list[dict[str, Any]]] = {
            "ACTIVE": [resize, resize, {"os-stop": None}, {"reboot": {"type": "HARD"}}],
            "SHUTOFF": [resize, {"os-start": None}, {"os-start": None}],
            "VERIFY_RESIZE": [{"confirmResize": None}, {"revertResize": None}],
            "ERROR": [{"reboot": {"type": "HARD"}}],
        }
        if server["status"] in by_status:
            action = self.chance.choice(by_status[server["status"]])
            self._ask(next(iter(action)), server["id"], "POST", f"{SERVERS}/{server['id']}/action", action)

    def create_image(self) -> None:
        server = self._any(self.servers)
        if server:
            name = self._name("image")
            action = {"createImage": {"name": name}}
            answer = self._ask("createImage", server, "POST", f"{SERVERS}/{server}/action", action)
            if answer is None:
                self.book.maybe_created.setdefault("image", set()).add(name)

    def attach(self) -> None:
        """Mostly to a server on the volume's own host."""
        server, volume = self._shown(), self._any(self.volumes)
        if server is None or not volume:
            return
        path = f"{SERVERS}/{server['id']}/os-volume_attachments"
        self._ask("attach", server["id"], "POST", path, {"volumeAttachment": {"volumeId": volume}})

    def detach(self) -> None:
        server = self._shown()
        mine = [] if server is None else [each["id"] for each in server["os-extended-volumes:volumes_attached"]]
        mine = [each for each in mine if each in self.volumes]
        if server is not None and mine:
            path = f"{SERVERS}/{server['id']}/os-volume_attachments/{self.chance.choice(mine)}"
            self._ask("detach", server["id"], "DELETE", path)

    def _name(self, noun: str) -> str:
        self._count += 1
        return f"{noun}-{self.number}-{self._count}"

    def _any(self, things: dict[str, str]) -> str:
        return self.chance.choice(list(things)) if things else ""

    def _shown(self) -> Any:
        """One of the client's servers as the cloud shows it; None if it cannot be shown."""
        server = self._any(self.servers)
        answer = self._try("GET", f"{SERVERS}/{server}") if server else None
        return answer.body["server"] if answer is not None and answer.status == 200 else None

    def _create(self, noun: str, name: str, path: str, body: Any, mine: dict[str, str]) -> None:
        answer = self._ask(f"create {noun}", "", "POST", path, body)
        with self.book.lock:
            if answer is None:
                self.book.maybe_created.setdefault(noun, set()).add(name)
            elif answer.status < 300:
                made = answer.body[noun]["id"]
                mine[made] = name
                self.book.created.setdefault(noun, {})[name] = made

    def _delete(self, noun: str, path: str, mine: dict[str, str]) -> None:
        thing = self._any(mine)
        if not thing:
            return
        answer = self._ask(f"delete {noun}", thing, "DELETE", f"{path}/{thing}")
        with self.book.lock:
            if answer is None:
                self.book.maybe_deleted.add(thing)
            elif answer.status < 300:
                self.book.deleted.add(thing)
            if answer is None or answer.status < 300 or answer.status == 404:
                mine.pop(thing)

    def _ask(self, what: str, subject: str, method: str, path: str, body: Any = None) -> Answer | None:
        """A change; None if nobody knows what came of it."""
        answer = self._try(method, path, body)
        with self.book.lock:
            if answer is not None and answer.status < 300:
                self.book.accepted.append(Asked(answer.headers.get("x-openstack-request-id", ""), what, subject))
            elif answer is not None:
                self.book.refused += 1
        return answer

    def _try(self, method: str, path: str, body: Any = None) -> Answer | None:
        """Whatever is answered; None without a whole answer. A token that has ended is got anew, once."""
        try:
            answer = self.person.try_to(method, path, body)
            if answer.status == 401:
                self.person.sign_in()
                answer = self.person.try_to(method, path, body)
        except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
            with self.book.lock:
                self.book.unanswered[type(error).__name__] += 1
            time.sleep(_PAUSE_S * 4)
            return None
        if answer.status >= 300 and answer.status not in _REFUSALS | {401}:
            with self.book.lock:
                request = answer.headers.get("x-openstack-request-id", "")
                self.book.bugs.append(f"{method} {path}: {answer.status} {answer.text[:200]} ({request})")
        return answer
