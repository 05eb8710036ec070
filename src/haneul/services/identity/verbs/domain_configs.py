"""Settings of single domains, kept sealed: where their users come from, once that is not this cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from haneul.kit.errors import Forbidden, NotFound, Unavailable
from haneul.kit.policy import Caller
from haneul.services.identity.model import Project
from haneul.services.identity.parts import Parts

Groups = dict[str, dict[str, Any]]

GROUPS = ("identity", "ldap")
SECRET_OPTIONS = frozenset({("ldap", "password")})
DEFAULTS: Groups = {
    "identity": {"driver": "sql", "list_limit": None},
    "ldap": {"url": "ldap://localhost", "user_tree_dn": None},
}
_SECURITY = "security_compliance"


class DomainConfigs:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store

    def get(self, caller: Caller, domain_id: str, group: str | None = None, option: str | None = None) -> Groups:
        """The domain's settings, all or those of a group or one of them; never a secret one."""
        self._policy.require(caller, "identity:get_domain_config")
        return _chosen(_public(self._read(self._domain(domain_id))), group, option)

    def security(self, caller: Caller, domain_id: str, option: str | None = None) -> Groups:
        """What passwords must be like: for everybody to read."""
        self._policy.require(caller, "identity:get_security_compliance_domain_config")
        self._domain(domain_id)
        settings = self._parts.settings
        told = {
            "password_regex": settings.password_pattern or None,
            "password_regex_description": settings.password_pattern_description or None,
        }
        return _chosen({_SECURITY: told}, _SECURITY, option)

    def defaults(self, caller: Caller, group: str | None = None, option: str | None = None) -> Groups:
        self._policy.require(caller, "identity:get_domain_config_default")
        return _chosen(DEFAULTS, group, option)

    def replace(self, caller: Caller, domain_id: str, config: Groups) -> tuple[Groups, bool]:
        """Exactly these settings from now on; also tells whether there were none before."""
        self._policy.require(caller, "identity:create_domain_config")
        _require_known(config)
        with self._store.db.write():
            domain = self._domain(domain_id)
            is_new = not self._read(domain)
            self._keep(domain, config)
        return _public(config), is_new

    def update(
        self,
        caller: Caller,
        domain_id: str,
        config: Mapping[str, Any],
        group: str | None = None,
        option: str | None = None,
    ) -> Groups:
        """These settings changed, the others as they are; NotFound if there are none, or not this one."""
        self._policy.require(caller, "identity:update_domain_config")
        with self._store.db.write():
            domain = self._domain(domain_id)
            present = self._read(domain)
            _chosen(present, group, option)
            changes: Groups = {group: dict(config)} if group and option else dict(config)
            _require_known(changes)
            if group is not None and set(changes) != {group}:
                raise Forbidden("domain_config.group", f"The body must speak of the group {group} and no other.")
            merged = {name: {**present.get(name, {}), **changes.get(name, {})} for name in {**present, **changes}}
            self._keep(domain, merged)
        return _public(merged)

    def delete(self, caller: Caller, domain_id: str, group: str | None = None, option: str | None = None) -> None:
        """NotFound if there is nothing to delete."""
        self._policy.require(caller, "identity:delete_domain_config")
        with self._store.db.write():
            domain = self._domain(domain_id)
            config = self._read(domain)
            _chosen(config, group, option)
            if group is None:
                config = {}
            elif option is None:
                del config[group]
            else:
                del config[group][option]
            self._keep(domain, config)

    def _domain(self, domain_id: str) -> Project:
        domain = self._store.projects.find(domain_id)
        if domain is None or not domain.is_domain:
            raise NotFound("domain.not_found", f"Could not find domain: {domain_id}.")
        return domain

    def _read(self, domain: Project) -> Groups:
        sealed = self._store.projects.sealed_config(domain.id)
        if sealed is None:
            return {}
        plain = self._parts.credential_keys.open(sealed.encode())
        if plain is None:
            raise Unavailable(
                "domain_config.key_lost",
                f"The settings of domain {domain.id} were sealed with a key that is gone: restore keys/credentials "
                "of the state directory from a backup.",
            )
        return msgspec.json.decode(plain, type=Groups)

    def _keep(self, domain: Project, config: Groups) -> None:
        plain = msgspec.json.encode(config)
        sealed = self._parts.credential_keys.seal(plain, self._parts.clock.now()).decode() if config else None
        self._store.projects.keep_sealed_config(domain.id, sealed)


def _require_known(config: Mapping[str, Any]) -> None:
    for group, options in config.items():
        if group not in GROUPS or not isinstance(options, dict):
            raise Forbidden(
                "domain_config.group",
                f"Invalid domain specific configuration: {group} is not supported; use {' or '.join(GROUPS)}.",
            )


def _public(config: Groups) -> Groups:
    return {
        group: {name: value for name, value in options.items() if (group, name) not in SECRET_OPTIONS}
        for group, options in config.items()
    }


def _chosen(config: Groups, group: str | None, option: str | None) -> Groups:
    """All, one group, or one option (then by its bare name); NotFound if it is not there."""
    if group is None:
        if not config:
            raise NotFound("domain_config.not_found", "Could not find a domain configuration: there is none.")
        return config
    if group not in config:
        if group not in (*GROUPS, _SECURITY):
            raise Forbidden("domain_config.group", f"The group {group} is not supported: use {' or '.join(GROUPS)}.")
        raise NotFound("domain_config.not_found", f"Could not find group {group} in the domain configuration.")
    if option is None:
        return {group: config[group]}
    if option not in config[group]:
        raise NotFound("domain_config.not_found", f"Could not find option {option} in group {group}.")
    return {option: config[group][option]}
