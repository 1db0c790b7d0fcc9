"""The Studio operations of the SageMaker API that moto lacks: user profiles, spaces and apps, and what they ask of a domain.

The errors and the orders of deletion are the service's: a domain goes only when its user profiles and spaces are gone, those only when their
apps are. Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteDomain.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound
from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

# What names a thing within its domain, per kind.
_KEYS = {
    "user_profile": ("UserProfileName",),
    "space": ("SpaceName",),
    "app": ("UserProfileName", "SpaceName", "AppType", "AppName"),
}
_TITLES = {"user_profile": "UserProfile", "space": "Space", "app": "App"}
_LISTS = {"user_profile": "UserProfiles", "space": "Spaces", "app": "Apps"}


class Studio:
    """The user profiles, spaces and apps of one account and region."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.things: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {kind: {} for kind in _KEYS}

    def _key(self, kind: str, given: dict[str, Any]) -> tuple[str, ...]:
        return (given["DomainId"], *(str(given.get(name) or "") for name in _KEYS[kind]))

    def find(self, kind: str, given: dict[str, Any]) -> dict[str, Any] | None:
        """Return what the request names, or None."""
        return self.things[kind].get(self._key(kind, given))

    def create(self, kind: str, given: dict[str, Any]) -> str:
        """Keep a new thing of the kind and return its ARN."""
        if given["DomainId"] not in sagemaker_backends[self.account][self.region].domains:
            raise ResourceNotFound(f"Domain {given['DomainId']} does not exist")
        key = self._key(kind, given)
        if key in self.things[kind]:
            raise ResourceInUseException(f"{_TITLES[kind]} {'/'.join(filter(None, key))} exists already")
        path = "/".join(part for part in key if part)
        arn = f"arn:aws:sagemaker:{self.region}:{self.account}:{_TITLES[kind].lower()}/{path}"
        now = utcnow()
        self.things[kind][key] = {
            **given,
            f"{_TITLES[kind]}Arn": arn,
            "Status": "InService",
            "CreationTime": now,
            "LastModifiedTime": now,
        }
        return arn

    def update(self, kind: str, given: dict[str, Any]) -> str:
        """Replace the settings that are given and return the ARN."""
        thing = self.describe(kind, given)
        thing.update(given, LastModifiedTime=utcnow())
        return str(thing[f"{_TITLES[kind]}Arn"])

    def describe(self, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the thing, or raise ResourceNotFound."""
        thing = self.find(kind, given)
        if thing is None:
            raise ResourceNotFound(f"{_TITLES[kind]} {'/'.join(filter(None, self._key(kind, given)))} does not exist")
        return thing

    def delete(self, kind: str, given: dict[str, Any]) -> None:
        """Delete the thing once nothing of it runs any more."""
        self.describe(kind, given)
        if kind != "app":
            owner = _KEYS[kind][0]
            apps = [app for app in self.within("app", given["DomainId"]) if app.get(owner) == given[owner]]
            if apps:
                raise ResourceInUseException(
                    f"{_TITLES[kind]} {given[owner]} has {len(apps)} app(s); delete them first"
                )
        del self.things[kind][self._key(kind, given)]

    def within(self, kind: str, domain: str | None) -> list[dict[str, Any]]:
        """Return the things of the kind in the domain, or in all."""
        return [thing for thing in self.things[kind].values() if domain in (None, thing["DomainId"])]

    def delete_domain(self, domain_id: str, *, retain_file_system: bool, missing_is_fine: bool = False) -> None:
        """Delete a domain that has nothing left in it."""
        domains = sagemaker_backends[self.account][self.region].domains
        if domain_id not in domains:
            if missing_is_fine:
                return
            raise ResourceNotFound(f"Domain {domain_id} does not exist")
        left = [kind for kind in ("user_profile", "space") if self.within(kind, domain_id)]
        if left:
            raise ResourceInUseException(f"Domain {domain_id} still has {' and '.join(_LISTS[kind] for kind in left)}")
        domain = domains.pop(domain_id)
        if not retain_file_system and domain.home_efs_file_system_id:
            _delete_file_system(self.account, self.region, domain.home_efs_file_system_id)


def _delete_file_system(account: str, region: str, file_system: str) -> None:
    from moto.efs.models import efs_backends

    efs = efs_backends[account][region]
    if file_system not in efs.file_systems_by_id:
        return
    for target in list(efs.file_systems_by_id[file_system].iter_mount_targets()):
        efs.delete_mount_target(target.mount_target_id)
    efs.delete_file_system(file_system)


def studio_of(account: str, region: str) -> Studio:
    """Return the Studio things of an account and region; they live as long as moto's own backend."""
    backend = sagemaker_backends[account][region]
    if not hasattr(backend, "emulated_studio"):
        backend.emulated_studio = Studio(account, region)
    studio: Studio = backend.emulated_studio
    return studio


def _studio(response: SageMakerResponse) -> Studio:
    return studio_of(response.current_account, response.region)


def _operations(kind: str) -> dict[str, Any]:
    title = _TITLES[kind]

    def create(self: SageMakerResponse) -> ActionResult:
        return ActionResult({f"{title}Arn": _studio(self).create(kind, self._get_params())})

    def update(self: SageMakerResponse) -> ActionResult:
        return ActionResult({f"{title}Arn": _studio(self).update(kind, self._get_params())})

    def describe(self: SageMakerResponse) -> ActionResult:
        return ActionResult(dict(_studio(self).describe(kind, self._get_params())))

    def delete(self: SageMakerResponse) -> EmptyResult:
        _studio(self).delete(kind, self._get_params())
        return EmptyResult()

    def list_(self: SageMakerResponse) -> ActionResult:
        given = self._get_params()
        found = _studio(self).within(kind, given.get("DomainIdEquals"))
        for name in ("UserProfileName", "SpaceName"):
            if f"{name}Equals" in given:
                found = [thing for thing in found if thing.get(name) == given[f"{name}Equals"]]
        return ActionResult({_LISTS[kind]: [dict(thing) for thing in found]})

    named = {
        f"create_{kind}": create,
        f"update_{kind}": update,
        f"describe_{kind}": describe,
        f"delete_{kind}": delete,
        f"list_{kind}s": list_,
    }
    if kind == "app":
        del named["update_app"]
    return named


def _delete_domain(self: SageMakerResponse) -> EmptyResult:
    given = self._get_params()
    retain = (given.get("RetentionPolicy") or {}).get("HomeEfsFileSystem", "Retain") == "Retain"
    _studio(self).delete_domain(given["DomainId"], retain_file_system=retain)
    return EmptyResult()


def _describe_domain(self: SageMakerResponse) -> ActionResult:
    domain_id = self._get_params()["DomainId"]
    domains = sagemaker_backends[self.current_account][self.region].domains
    if domain_id not in domains:
        raise ResourceNotFound(f"Domain {domain_id} does not exist")
    return ActionResult(domains[domain_id].describe())


def install() -> None:
    """Give moto's SageMaker the operations."""
    for kind in _KEYS:
        for name, function in _operations(kind).items():
            setattr(SageMakerResponse, name, function)
    SageMakerResponse.delete_domain = _delete_domain  # type: ignore[method-assign]
    SageMakerResponse.describe_domain = _describe_domain  # type: ignore[method-assign]
