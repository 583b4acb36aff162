"""Open Data Contract Standard 3: which way each difference moves the promise.

The standard defines no breaking change. The rules are those of datacontract-cli 1.2 (``breaking``), and on top of them
what it leaves out: a classification that moves, a service level that is loosened, a contract that is retired.
"""

from collections.abc import Iterator
from typing import Any

from apps.evidence.rules.contracts import odcs_promises
from apps.evidence.rules.contracts.bounds import bound_moves
from apps.evidence.rules.contracts.changes import Change, Promise, shown, told, what_of
from apps.evidence.rules.contracts.documents import frozen, refused
from apps.evidence.rules.contracts.keyed import Entry, entries, keyed

_REQUIRED = ("version", "apiVersion", "kind", "id", "status")
_FLAGS = {"required": "required-changed", "unique": "unique-changed", "uniqueItems": "unique-changed"}
_SENSITIVE = {"classification", "encryptedName", "pii"}


def fits(document: dict[str, Any]) -> bool:
    """Return whether a document calls itself a data contract of the standard."""
    return document.get("kind") == "DataContract" or (
        isinstance(document.get("apiVersion"), str) and isinstance(document.get("schema"), list)
    )


def checked(document: dict[str, Any], field: str) -> None:
    """Refuse what is no contract of version 3. Which 3.x it says it is decides nothing: many are ahead of it.

    Raises:
        Invalid: ``field`` leaves out what every version requires, or is of another major version.
    """
    if missing := [name for name in _REQUIRED if document.get(name) in (None, "")]:
        raise refused(
            field, f"The data contract leaves out {', '.join(missing)}, which the standard requires."
        )
    if not str(document["apiVersion"]).removeprefix("v").startswith("3"):
        raise refused(
            field,
            f"The data contract is of version {shown(document['apiVersion'])} of the standard. Version 3 is read here.",
        )
    schema = document.get("schema") or []
    if not isinstance(schema, list) or not all(isinstance(table, dict) for table in schema):
        raise refused(field, "The schema of the data contract is no list of tables.")
    _named_parts(schema, "schema", field)


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Yield what differs between two contracts."""
    before, after = keyed(old), keyed(new)
    for entry in entries(before, after):
        promise, rule = _judged(entry, before, after)
        yield Change(
            path=".".join(entry.path),
            what=what_of(entry.before, entry.after),
            effect=promise.value,
            rule=rule,
            sentence=_sentence(entry),
            before=shown(entry.before),
            after=shown(entry.after),
        )


def _named_parts(parts: Any, place: str, field: str) -> None:
    if not isinstance(parts, list):
        raise refused(field, f"“{place}” is no list.")
    for part in parts:
        if not isinstance(part, dict) or not isinstance(part.get("name"), str) or not part["name"]:
            raise refused(field, f"A part of “{place}” has no name.")
        if part.get("properties") is not None:
            _named_parts(part["properties"], f"{place}.{part['name']}.properties", field)


def _judged(entry: Entry, old: dict[str, Any], new: dict[str, Any]) -> tuple[Promise, str]:
    top = entry.path[0]
    if top == "schema":
        return _schema(entry, old, new)
    if top == "slaProperties":
        return odcs_promises.service_level(entry), "service-level-changed"
    if top == "status":
        return odcs_promises.status(entry.before, entry.after), "status-changed"
    return Promise.SAME, "metadata-changed"


def _schema(entry: Entry, old: dict[str, Any], new: dict[str, Any]) -> tuple[Promise, str]:
    element, rest = split(entry.path)
    if not rest:
        thing = "table" if len(element) == 2 else "column"
        what = what_of(entry.before, entry.after)
        return (Promise.MORE if what == "added" else Promise.LESS), f"{thing}-{what}"
    if rest[0] == "quality":
        return odcs_promises.quality(entry, rest), "quality-rule-changed"
    if rest[0] == "relationships":
        return odcs_promises.relationship(entry, rest), "relationship-changed"
    if rest[0] in ("customProperties", "tags"):
        return _labels(entry), "sensitivity-changed" if _labels(entry) != Promise.SAME else "metadata-changed"
    return _attribute(entry, element, rest, old, new)


def _attribute(
    entry: Entry, element: tuple[str, ...], rest: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]
) -> tuple[Promise, str]:
    name = rest[-1]
    if name in _FLAGS:
        return flag(entry.before, entry.after), _FLAGS[name]
    if name in _SENSITIVE:
        return Promise.UNCLEAR, "sensitivity-changed"
    if name == "primaryKey":
        return _primary_key(entry, element, old, new), "key-changed"
    if name == "physicalName":
        own = element[-1]
        moved = (entry.before or own) != (entry.after or own)
        return (Promise.OTHER if moved else Promise.SAME), "physical-name-changed"
    if len(element) > 2 and name in ("logicalType", "physicalType", "items"):
        return came_or_went(entry), "type-changed"
    if name == "enum":
        return allowed(entry.before, entry.after), "allowed-values-changed"
    if rest[0] == "logicalTypeOptions":
        return _option(entry, name), "constraint-changed"
    return Promise.SAME, "metadata-changed"


def split(path: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the table or column that a path lies in, and what of it."""
    end = 2
    while end < len(path):
        if path[end] == "properties" and end + 1 < len(path):
            end += 2
        elif path[end] == "items" and end + 1 < len(path):
            end += 1
        else:
            break
    return path[:end], path[end:]


def came_or_went(entry: Entry) -> Promise:
    """Return what a term does that promises something by being there."""
    what = what_of(entry.before, entry.after)
    return {"added": Promise.MORE, "removed": Promise.LESS, "changed": Promise.OTHER}[what]


def flag(before: Any, after: Any) -> Promise:
    """Return what a constraint does that is off unless it is said."""
    if not all(side in (None, True, False) for side in (before, after)):
        return Promise.UNCLEAR
    if bool(before) == bool(after):
        return Promise.SAME
    return Promise.MORE if after else Promise.LESS


def allowed(before: Any, after: Any) -> Promise:
    """Return what a list of allowed values does: each value less is a promise more."""
    if before is None or after is None:
        return Promise.MORE if before is None else Promise.LESS
    if not (isinstance(before, list) and isinstance(after, list)):
        return Promise.UNCLEAR
    old, new = ({frozen(_value(item)) for item in side} for side in (before, after))
    if old == new:
        return Promise.SAME
    if new < old:
        return Promise.MORE
    return Promise.LESS if old < new else Promise.OTHER


def _value(item: Any) -> Any:
    return item.get("value") if isinstance(item, dict) else item


def _labels(entry: Entry) -> Promise:
    """Return what labels do. Only those that say how sensitive the data is count."""
    said = (str(entry.path) + str(entry.before) + str(entry.after)).lower()
    return Promise.UNCLEAR if "pii" in said or "classification" in said else Promise.SAME


def _primary_key(entry: Entry, element: tuple[str, ...], old: Any, new: Any) -> Promise:
    """Return what a key does. One column more in a key of several changes both what is unique and what may be empty."""
    moved = flag(entry.before, entry.after)
    if moved not in (Promise.MORE, Promise.LESS):
        return moved
    columns = [(tree["schema"][element[1]].get("properties") or {}).values() for tree in (old, new)]
    keys = [sum(bool(isinstance(one, dict) and one.get("primaryKey")) for one in side) for side in columns]
    return Promise.OTHER if max(keys) > 1 else moved


def _option(entry: Entry, name: str) -> Promise:
    if (moved := bound_moves(name, entry.old_owner, entry.new_owner)) is not None:
        return moved
    if name in ("pattern", "multipleOf"):
        what = what_of(entry.before, entry.after)
        return {"added": Promise.MORE, "removed": Promise.LESS, "changed": Promise.UNCLEAR}[what]
    return Promise.UNCLEAR


def _sentence(entry: Entry) -> str:
    if entry.path[0] != "schema":
        what = " → ".join(entry.path[:-1])
        return told(f"“{what}”" if what else "The contract", entry.path[-1], entry.before, entry.after)
    element, rest = split(entry.path)
    columns = [part for place, part in enumerate(element[2:]) if place % 2 or part == "items"]
    subject = f"Column “{'.'.join(columns)}” of table “{element[1]}”" if columns else f"Table “{element[1]}”"
    if not rest:
        return f"{subject} is {'new' if entry.before is None else 'gone'}."
    return told(subject, " → ".join(rest), entry.before, entry.after)
