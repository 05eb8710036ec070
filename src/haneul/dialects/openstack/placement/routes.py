"""Placement API v1, all of it."""

from __future__ import annotations

from haneul.dialects.openstack.placement import (
    allocation_candidates,
    allocations,
    belongings,
    inventories,
    names,
    resource_providers,
    schemas,
    versions,
)
from haneul.kit.http import Route

_PROVIDER = "/resource_providers/{uuid}"
_INVENTORIES = f"{_PROVIDER}/inventories"
_INVENTORY = f"{_INVENTORIES}/{{resource_class}}"
_CLASS = "/resource_classes/{name}"
_CONSUMER = "/allocations/{consumer_uuid}"
_CANDIDATES = allocation_candidates.list_allocation_candidates

ROUTES = (
    Route("GET", "/", versions.list_versions, public=True),
    # Providers
    Route("GET", "/resource_providers", resource_providers.list_resource_providers, query=schemas.LIST_PROVIDERS),
    Route("POST", "/resource_providers", resource_providers.create_resource_provider, schema=schemas.CREATE_PROVIDER),
    Route("GET", _PROVIDER, resource_providers.show_resource_provider),
    Route("PUT", _PROVIDER, resource_providers.update_resource_provider, schema=schemas.UPDATE_PROVIDER),
    Route("DELETE", _PROVIDER, resource_providers.delete_resource_provider),
    # What they have
    Route("GET", _INVENTORIES, inventories.list_inventories),
    Route("POST", _INVENTORIES, inventories.create_inventory, schema=schemas.CREATE_INVENTORY),
    Route("PUT", _INVENTORIES, inventories.replace_inventories, schema=schemas.REPLACE_INVENTORIES),
    Route("DELETE", _INVENTORIES, inventories.delete_inventories, since="1.5"),
    Route("GET", _INVENTORY, inventories.show_inventory),
    Route("PUT", _INVENTORY, inventories.update_inventory, schema=schemas.UPDATE_INVENTORY),
    Route("DELETE", _INVENTORY, inventories.delete_inventory),
    # What they are and belong to, and how much of them is used
    Route("GET", f"{_PROVIDER}/aggregates", belongings.list_aggregates, since="1.1"),
    Route("PUT", f"{_PROVIDER}/aggregates", belongings.replace_aggregates, schemas.REPLACE_AGGREGATES, since="1.1"),
    Route("GET", f"{_PROVIDER}/traits", belongings.list_provider_traits, since="1.6"),
    Route("PUT", f"{_PROVIDER}/traits", belongings.replace_provider_traits, schemas.REPLACE_TRAITS, since="1.6"),
    Route("DELETE", f"{_PROVIDER}/traits", belongings.delete_provider_traits, since="1.6"),
    Route("GET", f"{_PROVIDER}/usages", belongings.list_provider_usages),
    Route("GET", f"{_PROVIDER}/allocations", allocations.list_provider_allocations),
    # Names
    Route("GET", "/traits", names.list_traits, query=schemas.LIST_TRAITS, since="1.6"),
    Route("GET", "/traits/{name}", names.show_trait, since="1.6"),
    Route("PUT", "/traits/{name}", names.ensure_trait, since="1.6"),
    Route("DELETE", "/traits/{name}", names.delete_trait, since="1.6"),
    Route("GET", "/resource_classes", names.list_resource_classes, since="1.2"),
    Route("POST", "/resource_classes", names.create_resource_class, schemas.RESOURCE_CLASS, since="1.2"),
    Route("GET", _CLASS, names.show_resource_class, since="1.2"),
    Route("PUT", _CLASS, names.rename_resource_class, schemas.RESOURCE_CLASS, since="1.2", until="1.6"),
    Route("PUT", _CLASS, names.ensure_resource_class, since="1.7"),
    Route("DELETE", _CLASS, names.delete_resource_class, since="1.2"),
    # Who holds what
    Route("POST", "/allocations", allocations.manage_allocations, schemas.MANAGE_ALLOCATIONS, since="1.13"),
    Route("GET", _CONSUMER, allocations.show_allocations),
    Route("PUT", _CONSUMER, allocations.replace_allocations, schemas.REPLACE_ALLOCATIONS),
    Route("DELETE", _CONSUMER, allocations.delete_allocations),
    Route("GET", "/usages", allocations.show_total_usages, query=schemas.TOTAL_USAGES, since="1.9"),
    Route("POST", "/reshaper", allocations.reshape, schemas.RESHAPE, since="1.30"),
    # Where there is room
    Route("GET", "/allocation_candidates", _CANDIDATES, query=schemas.LIST_CANDIDATES, since="1.10"),
)
