"""Data Contract Specification 1, the predecessor of the standard.

The levels for consumers are those of datacontract-cli before 0.11 (``breaking``), which knew no other side. For the
producer they are the same with added and removed exchanged.
"""

from collections.abc import Iterator
from typing import Any

from apps.evidence.enums import ContractLevel
from apps.evidence.rules.contracts.changes import Change, Effect, What, shown, told, what_of
from apps.evidence.rules.contracts.documents import refused
from apps.evidence.rules.contracts.keyed import Entry, entries

_BREAKING, _RISKY, _SAFE = ContractLevel.BREAKING, ContractLevel.RISKY, ContractLevel.SAFE

_Levels = dict[What, ContractLevel]
_THING: _Levels = {"added": _SAFE, "removed": _BREAKING, "changed": _BREAKING}
_TERM: _Levels = {"added": _RISKY, "removed": _RISKY, "changed": _BREAKING}
_STRICT_TERM: _Levels = {"added": _RISKY, "removed": _BREAKING, "changed": _BREAKING}
_POINTER: _Levels = {"added": _RISKY, "removed": _RISKY, "changed": _RISKY}
_QUALITY: _Levels = {"added": _SAFE, "removed": _RISKY, "changed": _RISKY}
_NOTE: _Levels = {"added": _SAFE, "removed": _SAFE, "changed": _SAFE}

_FIELD: dict[str, _Levels] = {
    **dict.fromkeys(("required", "unique"), _THING),
    **dict.fromkeys(("pii", "classification", "pattern"), _STRICT_TERM),
    **dict.fromkeys(("$ref", "primary", "primaryKey", "references"), _POINTER),
    **dict.fromkeys(
        (
            *("type", "format", "minLength", "maxLength", "minimum", "maximum"),
            *("exclusiveMinimum", "exclusiveMaximum", "precision", "scale"),
        ),
        _TERM,
    ),
    "enum": {"added": _RISKY, "removed": _SAFE, "changed": _BREAKING},
    "quality": _QUALITY,
}


def fits(document: dict[str, Any]) -> bool:
    """Return whether a document calls itself one of this specification."""
    return "dataContractSpecification" in document


def checked(document: dict[str, Any], field: str) -> None:
    """Refuse what is of another major version, or has models that are no models.

    Raises:
        Invalid: ``field`` is no contract of version 0 or 1.
    """
    version = str(document["dataContractSpecification"])
    if not version.startswith(("0.", "1.")):
        raise refused(
            field, f"The data contract is of version {shown(version)} of its specification. 1 is read here."
        )
    models = document.get("models") or {}
    if not isinstance(models, dict) or not all(isinstance(model, dict) for model in models.values()):
        raise refused(field, "The models of the data contract are no mapping of names to models.")


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Yield what differs between two contracts."""
    for entry in entries(_plain(old), _plain(new)):
        what = what_of(entry.before, entry.after)
        levels, rule = _levels(entry)
        back: What = {"added": "removed", "removed": "added"}.get(what, what)  # type: ignore[assignment]
        yield Change(
            path=".".join(entry.path),
            what=what,
            effect=Effect(levels[what], levels[back]),
            rule=f"{rule}-{what}",
            sentence=_sentence(entry),
            before=shown(entry.before),
            after=shown(entry.after),
        )


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return the contract with what its models leave unsaid: a model is a table unless it says otherwise."""
    models = document.get("models") or {}
    return document | {"models": {name: {"type": "table"} | model for name, model in models.items()}}


def _levels(entry: Entry) -> tuple[_Levels, str]:
    path = entry.path
    if path[0] == "quality":
        return _QUALITY, "quality"
    if path[0] != "models" or len(path) < 2:
        return _NOTE, "metadata"
    if len(path) == 2:
        return _THING, "model"
    if path[2] == "quality":
        return _QUALITY, "quality"
    if path[2:] == ("type",):
        return _THING, "model-type"
    if "fields" not in path[2:]:
        return _NOTE, "metadata"
    if path[-2] == "fields":
        return _THING, "field"
    attribute = next((part for part in _attributes(path) if part in _FIELD), "")
    return (_FIELD[attribute], f"field-{attribute.strip('$').lower()}") if attribute else (_NOTE, "metadata")


def _attributes(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return what follows the last field of a path; the items of a list and the keys of a map are fields too."""
    place = 2
    while place < len(path):
        if path[place] == "fields":
            place += 2
        elif path[place] in ("items", "keys", "values"):
            place += 1
        else:
            break
    return path[place : place + 1]


def _sentence(entry: Entry) -> str:
    owner, name = entry.path[:-1], entry.path[-1]
    if owner[-1:] in (("models",), ("fields",)):
        thing = "Model" if owner == ("models",) else f"In “{owner[1]}”, field"
        if what_of(entry.before, entry.after) != "changed":
            return f"{thing} “{name}” is {'new' if entry.before is None else 'gone'}."
    parts = [part for part in owner if part not in ("models", "fields")]
    return told(f"“{'.'.join(parts)}”" if parts else "The contract", name, entry.before, entry.after)
