"""Which role judges which field of a content. A signature still counts while nothing that its role judges differs.

A field that no role judges is cosmetic: it may change under every signature. A field without a class is judged by
everyone, so that nothing slips through; a test refuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.changes.rules.difference import Difference, differences_between, placed
from apps.core.canonical import canonical_bytes

S, D, V, O = Role.SPONSOR, Role.STEWARD, Role.VALIDATOR, Role.OWNER  # noqa: E741


@dataclass(frozen=True)
class Judged:
    """Who judges a field: these roles in every row, and those in the row of their own component alone."""

    everywhere: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        return self.everywhere | self.own


def _by(*everywhere: str, own: tuple[str, ...] = ()) -> Judged:
    return Judged(frozenset(everywhere), frozenset(own))


COSMETIC = Judged()
_EVERYONE = _by(*APPROVING_ROLES)

# What goes out is judged by the sponsor and the owners; its data by stewards, how it was made by its validator.
FIELDS: dict[str, Judged] = {
    "v": _EVERYONE,
    "ref": _EVERYONE,
    "requester": _EVERYONE,
    "class": _by(S, O),
    "risk": _by(S),
    "risk_reason": _by(S),
    "title": COSMETIC,
    "summary": _by(S),
    "outcome": _by(S),
    "cost_of_waiting": _by(S),
    "late_reason": _by(S),
    "items[].component": _by(S, D, O, own=(V,)),
    "items[].kind": _by(S, D, O, own=(V,)),
    "items[].title": COSMETIC,
    "items[].difference": _by(D, own=(V, O)),
    "items[].in_use": _by(S, D, O, own=(V,)),
    "items[].retired": _by(S, D, O, own=(V,)),
    "items[].from.version": _by(S, D, O, own=(V,)),
    "items[].from.code_commit": _by(O, own=(V,)),
    "items[].from.datasets": _by(D, own=(V,)),
    "items[].from.hyperparameters": _by(own=(V,)),
    "items[].from.metrics": _by(own=(V,)),
    "items[].from.source_ref": _by(O, own=(V,)),
    "items[].to.version": _by(S, D, O, own=(V,)),
    "items[].to.code_commit": _by(S, O, own=(V,)),
    "items[].to.datasets": _by(S, D, own=(V,)),
    "items[].to.hyperparameters": _by(S, own=(V,)),
    "items[].to.metrics": _by(own=(V,)),
    "items[].to.source_ref": _by(S, O, own=(V,)),
    "impact[].key": _by(S, D, own=(V, O)),
    "impact[].kind": _by(S, D, own=(V, O)),
    "impact[].title": COSMETIC,
    "impact[].tier": _by(S, D, own=(V, O)),
    "impact[].severity": _by(S, own=(V, O)),
    "impact[].depth": _by(S, own=(V, O)),
    "impact[].path[].key": _by(S, D, own=(V, O)),
    "impact[].path[].kind": _by(S, D, own=(V, O)),
    "impact[].path[].title": COSMETIC,
    "impact[].included": _by(S, D, own=(V, O)),
    "impact[].by_hand": _by(S, D, own=(V, O)),
    "impact[].reason": _by(S, D, own=(V, O)),
    "contracts[].key": _by(O, own=(D,)),
    "contracts[].component": _by(O, own=(D,)),
    "contracts[].kind": _by(O, own=(D,)),
    "contracts[].definition": _by(O, own=(D,)),
    "contracts[].title": COSMETIC,
    "contracts[].proposed.definition": _by(O, own=(D,)),
    "contracts[].proposed.level": _by(O, own=(D,)),
    "contracts[].proposed.breaking": _by(O, own=(D,)),
    "contracts[].proposed.risky": _by(O, own=(D,)),
    "contracts[].proposed.safe": _by(O, own=(D,)),
    "contracts[].proposed.consumers": _by(O, own=(D,)),
    "freezes[].ref": _by(S, O),
    "freezes[].start": _by(S, O),
    "freezes[].end": _by(S, O),
    "freezes[].title": COSMETIC,
    "documents[].ref": _EVERYONE,
    "documents[].kind": _EVERYONE,
    "documents[].title": COSMETIC,
    "documents[].template": _EVERYONE,
    "documents[].version": _EVERYONE,
    "documents[].digest": _EVERYONE,
    "standard.template": _EVERYONE,
    "standard.version": _EVERYONE,
    "standard.digest": _EVERYONE,
    "standard.left": _EVERYONE,
    "window.time_zone": _by(S, O),
    "window.local_start": _by(S, O),
    "window.local_end": _by(S, O),
    "window.start": _by(S, O),
    "window.end": _by(S, O),
    "success_metrics[].name": _by(S, V),
    "success_metrics[].unit": _by(S, V),
    "success_metrics[].direction": _by(S, V),
    "success_metrics[].baseline": _by(S, V),
    "success_metrics[].target": _by(S, V),
    "success_metrics[].bound": _by(S, V),
    "rollback.plan": _by(O),
    "rollback.minutes": _by(O),
    "rollback.criteria": _by(O),
    "risks[].text": _by(S),
    "risks[].likelihood": _by(S),
    "risks[].harm": _by(S),
    "risks[].mitigation": _by(S),
    "plan[].position": _by(O),
    "plan[].text": _by(O),
    "plan[].lead": _by(O),
    "plan[].minutes": _by(O),
    "plan[].way_back": _by(O),
    "plan[].after": _by(O),
}  # fmt: skip

# What tells the rows of a list apart. Their order says nothing: a step of the plan carries its position.
ROW_KEYS = {
    "items": "component",
    "impact": "key",
    "impact[].path": "key",
    "contracts": "key",
    "documents": "ref",
    "freezes": "ref",
    "success_metrics": "name",
    "risks": "text",
    "plan": "position",
}
_COMPONENT_OF = {"items": "component", "impact": "key", "contracts": "component"}
# What the world says against a change: once it is gone, it takes nothing from what was signed.
_ONLY_NEW_ROWS = frozenset({"freezes"})
_ONLY_NEW_FIELDS = frozenset({"items[].in_use", "items[].retired"})
_MISSING: Any = object()


@dataclass(frozen=True)
class Judge:
    """A role for a component, or for the whole, among the roles that are asked.

    A field whose roles are none of those asked falls to the sponsor, so that someone always judges it.
    """

    role: str
    component_key: str = ""
    asked: frozenset[str] = frozenset(APPROVING_ROLES)

    def reads(self, path: str, component: str) -> bool:
        """Return whether this role judges a field, in a row about ``component`` ("" where rows have none)."""
        judged = FIELDS.get(path, _EVERYONE)
        if self.role in judged.everywhere:
            return True
        if self.role in judged.own and component == self.component_key:
            return True
        return self.role == S and bool(judged.roles) and not judged.roles & self.asked


Content = Mapping[str, Any]


def differences_for(judge: Judge, before: Content, after: Content) -> list[Difference]:
    """Return what differs between two contents in the fields that a role judges, in words.

    Empty means that a signature of this role on ``before`` holds for ``after`` as well.
    """
    seen = as_judged(judge, before, after)
    if canonical_bytes(seen) == canonical_bytes(after):
        return []
    return differences_between(seen, dict(after))


def as_judged(judge: Judge, before: Content, after: Content) -> dict[str, Any]:
    """Return ``after`` with each field that a role judges as it was ``before``.

    It equals ``after`` exactly when nothing that the role judges differs.
    """
    seen: dict[str, Any] = _merged(judge, "", before, after, "")
    return seen


def _merged(judge: Judge, path: str, before: Any, after: Any, component: str) -> Any:
    if path in FIELDS:
        if after is _MISSING and path in _ONLY_NEW_FIELDS:
            return after
        return before if judge.reads(path, component) else after
    if path in ROW_KEYS:
        return _rows(judge, path, _list(before), _list(after), component)
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        return _parts(judge, path, before, after, component)
    # Nothing on one side, as a version that is new there; or a field without a class.
    return before if path and _reads_any(judge, path, component) else after


def _parts(judge: Judge, path: str, before: Any, after: Any, component: str) -> Any:
    if not isinstance(after, Mapping) or (path and not isinstance(before, Mapping)):
        return before if _reads_any(judge, path, component) else after
    merged = {}
    for name in dict.fromkeys([*after, *before]):
        inside = f"{path}.{name}" if path else name
        value = _merged(judge, inside, before.get(name, _MISSING), after.get(name, _MISSING), component)
        # A list that is left out stands for an empty one.
        if value is not _MISSING and (name in after or inside not in ROW_KEYS or value):
            merged[name] = value
    return merged


def _reads_any(judge: Judge, path: str, component: str) -> bool:
    inside = [field for field in FIELDS if field.startswith((f"{path}.", f"{path}["))] or [path]
    return any(judge.reads(field, component) for field in inside)


def _rows(
    judge: Judge, path: str, before: list[dict[str, Any]], after: list[dict[str, Any]], component: str
) -> Any:
    """Return the rows of ``after`` as they were before, without those that are new to the role, then those gone."""
    key, of = ROW_KEYS[path], _COMPONENT_OF.get(path)
    old, new = placed(key, before), placed(key, after)
    merged = []
    for at, row in new.items():
        about = row[of] if of else component
        if at in old:
            merged.append(_merged(judge, f"{path}[]", old[at], row, about))
        elif not judge.reads(f"{path}[].{key}", about):
            merged.append(row)
    if path not in _ONLY_NEW_ROWS:
        gone = ((row, row[of] if of else component) for at, row in old.items() if at not in new)
        merged += [row for row, about in gone if judge.reads(f"{path}[].{key}", about)]
    return merged


def _list(value: Any) -> list[dict[str, Any]]:
    """Return the rows of a list. A revision of before the list was signed has none."""
    return value if isinstance(value, list) else []


_WORDS = {
    "items": "what moves",
    "impact": "what it reaches",
    "contracts": "a contract",
    "freezes": "a freeze over its window",
    "documents": "a document",
    "standard": "the standard change that it is made from",
    "window": "the window",
    "class": "the class",
    "success_metrics": "the promises",
    "plan": "the plan",
    "rollback": "the way back",
    "risks": "what could go wrong",
    "summary": "the summary",
    "outcome": "the outcome",
    "cost_of_waiting": "the cost of waiting",
    "late_reason": "why it comes late",
    "title": "the title",
    "risk": "the risk",
    "risk_reason": "why this risk",
}


def parts_that_differ(before: Content, after: Content) -> list[str]:
    """Return the parts of a content that differ, by the names that people use: "the plan". No free text is in them."""
    names = dict.fromkeys([*_WORDS, *after, *before])
    differ = [n for n in names if _bytes(before.get(n)) != _bytes(after.get(n))]
    return [_WORDS.get(name, name.replace("_", " ")) for name in differ]


def _bytes(value: Any) -> bytes:
    return canonical_bytes(value or None)
