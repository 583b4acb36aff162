"""One Backstage entity, checked and with its fields in plain types.

Fields follow the Backstage descriptor format. Ours are annotations, so that the files stay valid for Backstage:

| annotation | on | meaning |
|---|---|---|
| ``countersign.io/tier`` | components | criticality, 1 (most critical) to 4 |
| ``countersign.io/data-class`` | components | public, internal, confidential, personal |
| ``countersign.io/slo`` | components | promises, ``name: objective over N days``, one a line or parted by ``;`` |
| ``countersign.io/reads``, ``/writes``, ``/calls``, ``/embeds``, ``/trains-on`` | components | references by comma |
| ``countersign.io/department``, ``/cost-centre`` | groups | of the team |
| ``countersign.io/escalation-contact`` | groups | the person told when the team does not answer in time |
| ``countersign.io/job-title`` | users | as shown beside the name |
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.catalog.enums import DataClass, DependencyKind
from apps.catalog.rules.references import DEFAULT_NAMESPACE, NAME, Ref

PREFIX = "countersign.io/"
TIE_ANNOTATIONS = {PREFIX + kind.replace("_", "-"): kind for kind in DependencyKind.values}
DEFAULT_TIER = 3
_OBJECTIVE = re.compile(
    r"(?P<name>[^:]{1,120}):\s*(?P<objective>.+?)(?:\s+over\s+(?P<days>[0-9]{1,4})\s+days?)?"
)
_RELATIONS = {
    "ownedBy": "owner",
    "dependsOn": "dependsOn",
    "dependencyOf": "dependencyOf",
    "providesApi": "providesApis",
    "consumesApi": "consumesApis",
    "apiProvidedBy": "apiProvidedBy",
    "apiConsumedBy": "apiConsumedBy",
    "memberOf": "memberOf",
}
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)\S{1,500}", re.IGNORECASE)


class BadEntity(Exception):
    """A document that is no entity, with what it would be called and a plain reason."""

    def __init__(self, entity: str, reason: str) -> None:
        super().__init__(reason)
        self.entity = entity
        self.reason = reason


@dataclass(frozen=True)
class Objective:
    """A promise: what it is called, what is promised, and over how many days it is measured."""

    name: str
    objective: str
    window_days: int = 30


@dataclass(frozen=True)
class Entity:
    """A checked entity. ``problems`` names the parts of it that could not be used."""

    ref: Ref
    shown_kind: str
    name: str
    metadata: dict[str, Any]
    spec: dict[str, Any]
    annotations: dict[str, str]

    @property
    def title(self) -> str:
        return _text(self.metadata.get("title"), 200)

    @property
    def description(self) -> str:
        return _text(self.metadata.get("description"), 5000)

    @property
    def type(self) -> str:
        return _text(self.spec.get("type"), 40)

    @property
    def stage(self) -> str:
        return _text(self.spec.get("lifecycle"), 40)

    @property
    def tags(self) -> list[str]:
        return [_text(tag, 63) for tag in _list(self.metadata.get("tags")) if _text(tag, 63)]

    @property
    def links(self) -> list[dict[str, str]]:
        """Return its links; only addresses of the web and of mail, since pages print them."""
        links = [link for link in _list(self.metadata.get("links")) if isinstance(link, dict)]
        addresses = [(_text(link.get("title"), 120), _text(link.get("url"), 520)) for link in links]
        return [{"title": title or url, "url": url} for title, url in addresses if _SAFE_LINK.fullmatch(url)]

    def profile(self, name: str, limit: int) -> str:
        """Return a field of ``spec.profile`` (groups and users)."""
        profile = self.spec.get("profile")
        return _text(profile.get(name), limit) if isinstance(profile, dict) else ""

    def note(self, name: str) -> str:
        """Return one of our annotations by its short name, or an empty text."""
        return self.annotations.get(PREFIX + name, "").strip()


def entity_of(value: Any) -> Entity:
    """Return the entity that a document holds.

    Raises:
        BadEntity: it is no mapping, or lacks a usable kind, name, metadata or spec.
    """
    if not isinstance(value, dict):
        raise BadEntity("", "This document is not a mapping, so it describes no entity.")
    shown_kind = _text(value.get("kind"), 63)
    if not shown_kind:
        raise BadEntity("", "This document has no kind, so it is not a catalog entity.")
    metadata, spec = value.get("metadata"), value.get("spec", {})
    if not isinstance(metadata, dict):
        raise BadEntity(shown_kind.lower(), "It has no metadata mapping.")
    name, namespace = (
        _text(metadata.get("name"), 300),
        _text(metadata.get("namespace"), 300) or DEFAULT_NAMESPACE,
    )
    ref = Ref(shown_kind.lower(), namespace.lower(), name.lower())
    if not name:
        raise BadEntity(shown_kind.lower(), "It has no metadata.name.")
    for what, part in (("kind", shown_kind), ("namespace", namespace), ("name", name)):
        if not NAME.fullmatch(part):
            raise BadEntity(
                str(ref), f'Its {what} "{part}" breaks the rule for names: 1 to 63 letters, digits, dots, '
                "hyphens and underscores, with a letter or digit at both ends."
            )  # fmt: skip
    if not isinstance(spec, dict):
        raise BadEntity(str(ref), "Its spec is not a mapping.")
    return Entity(
        ref, shown_kind, name, metadata, _with_relations(spec, value.get("relations")), _notes(metadata)
    )


def tier_of(entity: Entity) -> tuple[int, str]:
    """Return the tier that the entity declares, and what is wrong with the declaration."""
    said = entity.note("tier")
    if said in ("1", "2", "3", "4"):
        return int(said), ""
    problem = (
        f'{PREFIX}tier is "{said}"; it must be 1, 2, 3 or 4. Tier {DEFAULT_TIER} was taken.' if said else ""
    )
    return DEFAULT_TIER, problem


def data_class_of(entity: Entity) -> tuple[str, str]:
    """Return the data classification that the entity declares, and what is wrong with the declaration."""
    said = entity.note("data-class").lower()
    if said in DataClass.values:
        return said, ""
    allowed = ", ".join(DataClass.values)
    problem = (
        f'{PREFIX}data-class is "{said}"; it must be one of {allowed}. Internal was taken.' if said else ""
    )
    return DataClass.INTERNAL, problem


def objectives_of(entity: Entity) -> tuple[list[Objective], str]:
    """Return the promises that the entity declares, and what is wrong with the declaration."""
    found: dict[str, Objective] = {}
    for line in re.split(r"[;\n]", entity.note("slo")):
        if not line.strip():
            continue
        match = _OBJECTIVE.fullmatch(line.strip())
        if not match or len(match["objective"]) > 120:
            return list(
                found.values()
            ), f'{PREFIX}slo: "{line.strip()[:80]}" is not "name: objective over N days".'
        name = match["name"].strip()
        found[name] = Objective(name, match["objective"].strip(), int(match["days"] or 30))
    return list(found.values()), ""


def references_in(value: Any) -> Iterator[Any]:
    """Yield the references that a field holds: one, a list of them, or a text of several."""
    yield from (item for item in _list(value) if item not in (None, ""))


def references_in_note(text: str) -> list[str]:
    """Return the references that one of our annotations holds."""
    return [part for part in re.split(r"[,\s]+", text) if part]


def _with_relations(spec: dict[str, Any], relations: Any) -> dict[str, Any]:
    """Return the spec with what an exported entity says only in its relations."""
    found: dict[str, list[Any]] = {}
    for relation in _list(relations):
        if isinstance(relation, dict) and relation.get("type") in _RELATIONS:
            found.setdefault(_RELATIONS[relation["type"]], []).append(relation.get("targetRef"))
    if "ownedBy" in spec:
        found["owner"] = _list(spec["ownedBy"])
    return {**found, **spec}


def _notes(metadata: dict[str, Any]) -> dict[str, str]:
    annotations = metadata.get("annotations")
    if not isinstance(annotations, dict):
        return {}
    return {key: str(value) for key, value in annotations.items() if isinstance(value, str | int | float)}


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any, limit: int) -> str:
    """Return a scalar as one trimmed text, cut at the limit."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = str(value).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
