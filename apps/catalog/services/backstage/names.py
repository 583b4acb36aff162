"""Knows what a reference stands for: an entity of this import, or one that the catalog already holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from apps.accounts.models import Team, User
from apps.catalog.models import Component, Contract
from apps.catalog.rules.descriptors import PREFIX, TIE_ANNOTATIONS, Entity, references_in, references_in_note
from apps.catalog.rules.kinds import component_kind, contract_kind
from apps.catalog.rules.references import DEFAULT_NAMESPACE, BadReference, Ref, parse_ref
from apps.catalog.rules.report import ImportReport
from apps.catalog.services.backstage.files import Gathered, Source

PARTS = ("component", "resource", "system")
FIELDS: dict[str, tuple[str, ...]] = {
    "owner": ("group", "user"),
    "system": ("system",),
    "domain": ("domain",),
    "subdomainOf": ("domain",),
    "parent": ("group",),
    "children": ("group",),
    "members": ("user",),
    "memberOf": ("group",),
    "subcomponentOf": ("component",),
    "dependsOn": ("", *PARTS, "api"),
    "dependencyOf": ("", *PARTS),
    "providesApis": ("api",),
    "consumesApis": ("api", *PARTS),
    "apiProvidedBy": PARTS,
    "apiConsumedBy": PARTS,
}
"""The fields that hold references: the kind that is meant when none is said (none: any), then others that fit."""
ESCALATION = PREFIX + "escalation-contact"
NOTES: dict[str, tuple[str, ...]] = {ESCALATION: ("user",)} | dict.fromkeys(TIE_ANNOTATIONS, ("", *PARTS))


@dataclass
class Names:
    """What each known reference is called here: a component's or contract's key, a team's slug, a username."""

    called: dict[Ref, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    """The kind of component behind each component's key."""
    others: set[Ref] = field(default_factory=set)
    """Entities that are known but have no place in the catalog, such as a domain."""

    def knows(self, ref: Ref) -> bool:
        return ref in self.called or ref in self.others


def component_key(kind: str, ref: Ref) -> str:
    """Return the key of a component of this kind with the namespace and name of a reference."""
    return f"{kind}:{ref.namespace}/{ref.name}"


def team_slug(ref: Ref) -> str:
    """Return a group's slug: its name, with the namespace before it unless that is the default one."""
    name = ref.name if ref.namespace == DEFAULT_NAMESPACE else f"{ref.namespace}--{ref.name}"
    return name.replace(".", "-")


def username_of(ref: Ref) -> str:
    """Return a user's name here: its own, with the namespace after it unless that is the default one."""
    return ref.name if ref.namespace == DEFAULT_NAMESPACE else f"{ref.name}@{ref.namespace}"


def candidates(value: Any, kinds: tuple[str, ...], namespace: str) -> list[Ref]:
    """Return what a reference may stand for, likeliest first.

    Raises:
        BadReference: it cannot be read.
    """
    ref = parse_ref(value, kind=kinds[0], namespace=namespace)
    return [ref] if ref.kind else [ref.of_kind(kind) for kind in (*kinds[1:], "api") if kind]


def name_all(gathered: Gathered) -> Names:
    """Return the names of everything in the import and of everything else that it refers to."""
    names = Names()
    for ref, source in gathered.entities.items():
        _name(names, ref, source.entity)
    asked = {ref for source in gathered.entities.values() for ref in _all_candidates(source.entity)}
    missing = {ref for ref in asked if not names.knows(ref)}
    if missing:
        _look_up(names, missing, scope_of(gathered))
    return names


def scope_of(gathered: Gathered) -> Q:
    """Return the filter for records that earlier imports of the same roots wrote, whatever their file is now."""
    scope = Q(pk__in=[])
    for root in gathered.roots:
        scope |= Q(source_root=str(root.path)) | Q(source_path=str(root.path))
        if root.path.is_dir():
            scope |= Q(source_path__startswith=f"{root.path}/")
    return scope & Q(source="backstage")


class Resolver:
    """Turns the references of one import into names, and reports those that stand for nothing."""

    def __init__(self, names: Names, report: ImportReport) -> None:
        self.names = names
        self.report = report

    def spec(self, source: Source, name: str) -> list[tuple[Ref, str]]:
        """Return what a field of the spec refers to, each with its name here; report the rest."""
        return self._all(source, name, references_in(source.entity.spec.get(name)), FIELDS[name])

    def note(self, source: Source, name: str) -> list[tuple[Ref, str]]:
        """Return what one of our annotations refers to, each with its name here; report the rest."""
        return self._all(
            source, name, references_in_note(source.entity.annotations.get(name, "")), NOTES[name]
        )

    def warn(self, source: Source, reason: str) -> None:
        """Note a part of an entity that was left out."""
        ref = str(source.entity.ref)
        self.report.warning(reason, file=source.file, document=source.document, entity=ref)

    def _all(
        self, source: Source, field: str, values: Iterable[Any], kinds: tuple[str, ...]
    ) -> list[tuple[Ref, str]]:
        found: dict[Ref, str] = {}
        for value in values:
            ref, problem = self._one(value, kinds, source.entity.ref.namespace)
            if problem:
                self.warn(source, f'{field}: "{value}" {problem}')
            elif ref in self.names.called:
                found[ref] = self.names.called[ref]
        return list(found.items())

    def _one(self, value: Any, kinds: tuple[str, ...], namespace: str) -> tuple[Ref, str]:
        nothing = Ref("", "", "")
        try:
            options = candidates(value, kinds, namespace)
        except BadReference as error:
            return nothing, f"cannot be read: {error}."
        ref = next((option for option in options if self.names.knows(option)), None)
        if ref is None:
            wanted = options[0] if len(options) == 1 else Ref("", options[0].namespace, options[0].name)
            return nothing, f"is not known: no entity {wanted} is in these files or in the catalog."
        if ref.kind not in kinds:
            fitting = " or ".join(kind for kind in kinds if kind)
            return nothing, f"names a {ref.kind}, but only a {fitting} fits here."
        return ref, ""


def _name(names: Names, ref: Ref, entity: Entity) -> None:
    kind = component_kind(entity)
    if kind:
        names.called[ref] = component_key(kind, ref)
        names.kinds[names.called[ref]] = kind
    elif ref.kind == "api":
        names.called[ref] = component_key(contract_kind(entity), ref)
    elif ref.kind == "group":
        names.called[ref] = team_slug(ref)
    elif ref.kind == "user":
        names.called[ref] = username_of(ref)
    else:
        names.others.add(ref)


def _all_candidates(entity: Entity) -> Iterator[Ref]:
    held = [(kinds, references_in(entity.spec.get(name))) for name, kinds in FIELDS.items()]
    held += [
        (kinds, iter(references_in_note(entity.annotations.get(name, "")))) for name, kinds in NOTES.items()
    ]
    for kinds, values in held:
        for value in values:
            try:
                yield from candidates(value, kinds, entity.ref.namespace)
            except BadReference:
                continue


def _look_up(names: Names, missing: set[Ref], scope: Q) -> None:
    """Name the missing references that the catalog holds from elsewhere. What is gone from these roots is gone."""
    held = Component.objects.filter(retired_at=None).exclude(scope)
    for key, kind, source_ref in held.filter(source_ref__in=[str(ref) for ref in missing]).values_list(
        "key", "kind", "source_ref"
    ):
        names.called[parse_ref(source_ref)] = key
        names.kinds[key] = kind
    keys = {
        f"{kind}:{ref.namespace}/{ref.name}": ref
        for ref in missing
        if ref.kind == "api"
        for kind in ("api", "data")
    }
    contracts = Contract.objects.filter(retired_at=None, key__in=keys).exclude(scope)
    names.called |= {keys[key]: key for key in contracts.values_list("key", flat=True)}
    slugs = {team_slug(ref): ref for ref in missing if ref.kind == "group"}
    names.called |= {slugs[s]: s for s in Team.objects.filter(slug__in=slugs).values_list("slug", flat=True)}
    people = {username_of(ref): ref for ref in missing if ref.kind == "user"}
    found = User.objects.filter(username__in=people).values_list("username", flat=True)
    names.called |= {people[username]: username for username in found}
