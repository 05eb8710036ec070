"""A new server: what it may be made of, whether it would find room, and its beginning."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from haneul.console.handlers.servers import SERVERS
from haneul.console.sessions import Told
from haneul.console.visit import Visit, if_allowed
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Reply, Request
from haneul.kit.paging import Page, SortKey
from haneul.services.compute import Flavor, FlavorFilter, Forecast, Keypair, Networks, ServerWish, WantedNic
from haneul.services.image import Image, Status
from haneul.services.network import Filter, Listing, SecurityGroup, VirtualNetwork, is_shared_with

_MOST = 200
_LONGEST_NAME = 255
_UNNAMED = "server"


@dataclass(frozen=True)
class Offer:
    """What a server of this project may be made of."""

    flavors: Sequence[Flavor]
    images: Sequence[Image]
    networks: Sequence[VirtualNetwork]
    keys: Sequence[Keypair]
    groups: Sequence[SecurityGroup]

    @property
    def largest(self) -> Flavor:
        """Against which the others are drawn: no flavor has more of anything."""
        most = {name: max(getattr(each, name) for each in self.flavors) for name in ("vcpus", "memory_mib", "disk_gib")}
        return Flavor("", "", **most)


@dataclass(frozen=True)
class Choice:
    """What the form says."""

    name: str = ""
    flavor_id: str = ""
    image_id: str = ""
    network_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    key_name: str = ""
    user_data: str = ""
    """As it was written."""

    def wish(self, name: str) -> ServerWish:
        return ServerWish(
            name=name,
            flavor_id=self.flavor_id,
            image_id=self.image_id or None,
            networks=tuple(WantedNic(each) for each in self.network_ids) or Networks.NONE,
            security_groups=self.group_ids,
            key_name=self.key_name or None,
            user_data=base64.b64encode(self.user_data.encode()).decode(),
        )


@dataclass(frozen=True)
class Outlook:
    """How it would go, in words."""

    is_good: bool
    message: str = ""
    details: str = ""


def show_launch(visit: Visit, request: Request) -> Reply:
    """`network` in the address is the network that is ticked at first."""
    offer, asked = _offer(visit), request.query.get("network")
    wanted = [each.id for each in offer.networks if each.id == asked or len(offer.networks) == 1]
    first = Choice(
        flavor_id=offer.flavors[0].id if offer.flavors else "",
        image_id=offer.images[0].id if offer.images else "",
        network_ids=tuple(wanted),
        key_name=offer.keys[0].name if len(offer.keys) == 1 else "",
    )
    return _page(visit, offer, first)


def check_launch(visit: Visit, request: Request) -> Reply:
    """What would come of it: beside the form for a script, else the whole page."""
    choice = _choice(visit)
    if request.headers.get("hx-request") == "true":
        return visit.page("pieces/outlook.html", outlook=_outlook(visit, choice))
    return _page(visit, _offer(visit), choice)


def launch(visit: Visit, request: Request) -> Reply:
    choice = _choice(visit)
    try:
        if not choice.name:
            raise Invalid("server.no_name", "The server has no name yet: give it one.")
        made = visit.rooms.compute.servers.create(visit.caller, choice.wish(choice.name)).servers[0]
    except CloudError as error:
        return _page(visit, _offer(visit), choice, error)
    return visit.go(f"{SERVERS}/{made.id}", Told((visit.say("It is being built: %(name)s", name=made.name),)))


def _page(visit: Visit, offer: Offer, choice: Choice, error: CloudError | None = None) -> Reply:
    words: dict[str, Any] = {"offer": offer, "choice": choice, "message": error.message if error else ""}
    outlook = _outlook(visit, choice) if offer.flavors and offer.images else Outlook(False)
    return visit.page("launch.html", 200 if error is None else 409, outlook=outlook, **words)


def _outlook(visit: Visit, choice: Choice) -> Outlook:
    try:
        found: Forecast = visit.rooms.compute.servers.forecast(visit.caller, choice.wish(choice.name or _UNNAMED))
    except CloudError as error:
        return Outlook(False, error.message)
    return Outlook(found.has_room, found.message, found.details)


def _choice(visit: Visit) -> Choice:
    return Choice(
        name=visit.field("name").strip()[:_LONGEST_NAME],
        flavor_id=visit.field("flavor"),
        image_id=visit.field("image"),
        network_ids=tuple(dict.fromkeys(visit.form.get("networks", ()))),
        group_ids=tuple(dict.fromkeys(visit.form.get("groups", ()))),
        key_name=visit.field("key"),
        user_data=visit.field("user_data").replace("\r\n", "\n"),
    )


def _offer(visit: Visit) -> Offer:
    """Each kind of thing in one query or a few, however many there are."""
    caller, rooms = visit.caller, visit.rooms
    by_size = Page(_MOST, sort=(SortKey("memory_mb"), SortKey("vcpus")))
    wanted = FlavorFilter(project_id=caller.project_id)
    flavors = [each for each in rooms.compute.flavors.list(caller, wanted, by_size) if not each.is_disabled]
    images = if_allowed(lambda: rooms.image.images.list(caller, page=Page(_MOST))) or ()
    networks = if_allowed(lambda: rooms.network.networks.list(caller)) or ()
    of_project = Listing(Filter({"project_id": (caller.project_id,)}))
    return Offer(
        flavors=flavors,
        images=[each for each in images if each.status is Status.ACTIVE],
        networks=[each for each in networks if _is_usable(each, caller.project_id)][:_MOST],
        keys=if_allowed(lambda: rooms.compute.keypairs.list(caller, Page())) or (),
        groups=if_allowed(lambda: rooms.network.security_groups.list(caller, of_project)) or (),
    )


def _is_usable(network: VirtualNetwork, project_id: str) -> bool:
    """True for a network with addresses that the project may plug its servers into."""
    is_shared = is_shared_with(network, project_id)
    is_ours = network.project_id == project_id and not network.is_external
    return bool(network.subnet_ids) and (is_ours or is_shared)
