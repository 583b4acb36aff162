"""OpenAPI 3 and 2: paths and operations. Levels are those of oasdiff where its tests label them."""

import re
from collections.abc import Iterator
from typing import Any

from apps.evidence.rules.contracts.changes import Change, Effect, Promise, What, shown, told
from apps.evidence.rules.contracts.documents import refused, same
from apps.evidence.rules.contracts.messages import compare_bodies, compare_parameters, compare_responses
from apps.evidence.rules.contracts.openapi_two import as_three
from apps.evidence.rules.contracts.openapi_walk import Api, Spot
from apps.evidence.rules.contracts.references import Document, Pair
from apps.evidence.rules.contracts.security import compare_requirements, compare_schemes

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_BRACES = re.compile(r"\{[^}]*\}")


def fits(document: dict[str, Any]) -> bool:
    """Return whether a document calls itself an OpenAPI description."""
    return "openapi" in document or "swagger" in document


def checked(document: dict[str, Any], field: str) -> None:
    """Refuse what is of another major version, or has no paths.

    Raises:
        Invalid: ``field`` is no description of version 2.0 or 3.
    """
    version = str(document.get("openapi", document.get("swagger")))
    if not version.startswith("3." if "openapi" in document else "2"):
        raise refused(field, f"OpenAPI {shown(version)} is not read here. Send version 3 or 2.0.")
    paths = document.get("paths", {} if version.startswith("3.") else None)
    if not isinstance(paths, dict) or not all(isinstance(item, dict) for item in paths.values()):
        raise refused(
            field, "The paths of the OpenAPI description are no mapping of addresses to operations."
        )


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Yield what differs between two descriptions. The consumers call the API, and the producer serves it."""
    before, after = as_three(old), as_three(new)
    api = Api(Pair(*(Document(root, beside=_beside(root)) for root in (before, after))))
    _notes(api, before, after)
    compare_schemes(api, before, after)
    compare_requirements(api, before, after, Spot(("security",), "the API"))
    _paths(api, before.get("paths") or {}, after.get("paths") or {}, "paths")
    _paths(api.turned(), before.get("webhooks") or {}, after.get("webhooks") or {}, "webhooks")
    yield from api.found


def _notes(api: Api, old: dict[str, Any], new: dict[str, Any]) -> None:
    was, now = ((one.get("info") or {}).get("version") for one in (old, new))
    if not same(was, now):
        _note(api, "info.version", "version-changed", told("The API", "the version", was, now), was, now)
    was, now = old.get("servers"), new.get("servers")
    if not same(was, now):
        _note(api, "servers", "servers-changed", "The API: its servers change.", was, now)


def _note(api: Api, path: str, rule: str, sentence: str, before: Any, after: Any) -> None:
    api.found.append(Change(path, "changed", Promise.SAME.value, rule, sentence, shown(before), shown(after)))


def _beside(root: dict[str, Any]) -> bool:
    return str(root.get("openapi", "")).startswith("3.") and not str(root["openapi"]).startswith("3.0")


def _paths(api: Api, old: dict[str, Any], new: dict[str, Any], top: str) -> None:
    before, after = _by_shape(old), _by_shape(new)
    for shape in dict.fromkeys((*before, *after)):
        first, second = before.get(shape), after.get(shape)
        name = (second or first or ("", None))[0]
        spot = Spot((top, name), name, (first[0] if first else name, name))
        if first is not None and second is not None:
            _path(api, first[1], second[1], spot)
        elif first is not None:
            operations = _operations(api.pair.old, first[1])
            _gone(api, spot, "path", list(operations.values()))
        else:
            api.tell(spot, "path-added", Promise.MORE.value, "added", "this path is new.")


def _by_shape(paths: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return paths by what they look like to a caller, who does not see how a parameter is called."""
    found: dict[str, tuple[str, Any]] = {}
    for name, item in paths.items():
        if not name.startswith("x-"):
            shape = _BRACES.sub("{}", name)
            found[name if shape in found else shape] = name, item
    return found


def _operations(document: Document, item: Any) -> dict[str, dict[str, Any]]:
    opened = document.opened(item)
    if not isinstance(opened, dict):
        return {}
    shared = opened.get("parameters") or []
    found = {}
    for method in _METHODS:
        if isinstance(operation := opened.get(method), dict):
            found[method] = operation | {"parameters": [*shared, *(operation.get("parameters") or [])]}
    return found


def _gone(api: Api, spot: Spot, thing: str, operations: list[dict[str, Any]]) -> None:
    """Note what is gone. What was announced by ``deprecated`` goes without harm; when is not judged without a clock."""
    announced = bool(operations) and all(one.get("deprecated") is True for one in operations)
    dated = any("x-sunset" in one for one in operations)
    effect = Promise.LESS.value
    if announced:
        effect = Promise.SOMEWHAT_LESS.value if dated else Promise.SAME.value
    words = f"this {thing} is gone" + (", as its deprecation announced." if announced else ".")
    api.tell(spot, f"{thing}-removed", effect, "removed", words)


def _path(api: Api, old: Any, new: Any, spot: Spot) -> None:
    before, after = _operations(api.pair.old, old), _operations(api.pair.new, new)
    if api.unresolved(old, new, spot):
        return
    for method in _METHODS:
        below = spot.at(method, words=f"{method.upper()} {spot.words}")
        if method in before and method in after:
            _operation(api, before[method], after[method], below)
        elif method in before:
            _gone(api, below, "operation", [before[method]])
        elif method in after:
            api.tell(below, "operation-added", Promise.MORE.value, "added", "this operation is new.")


def _operation(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot) -> None:
    if old.get("deprecated", False) != new.get("deprecated", False):
        come = new.get("deprecated") is True
        what: What = "added" if come else "removed"
        words = "this operation is deprecated." if come else "this operation is deprecated no more."
        api.tell(spot.at("deprecated"), "operation-deprecated", Promise.SAME.value, what, words)
    if not same(old.get("operationId"), new.get("operationId")):
        words = told(
            "", "the name that generated clients use", old.get("operationId"), new.get("operationId")
        )
        api.tell(spot.at("operationId"), "operation-renamed", Promise.SAME.value, "changed", words[2:])
    compare_parameters(api, old, new, spot)
    compare_bodies(api, old, new, spot)
    compare_responses(api, old, new, spot)
    if "security" in old or "security" in new:
        before = old if "security" in old else api.pair.old.root
        after = new if "security" in new else api.pair.new.root
        compare_requirements(api, before, after, spot.at("security"))
    _callbacks(api.turned(), old.get("callbacks"), new.get("callbacks"), spot)


def _callbacks(api: Api, old: Any, new: Any, spot: Spot) -> None:
    """Compare what the producer calls at the consumer's: here the consumer gets requests and sends responses."""
    before, after = (one if isinstance(one, dict) else {} for one in (old, new))
    for name in dict.fromkeys((*before, *after)):
        below = spot.at("callbacks", name, words=f"the callback “{name}” of {spot.words}")
        if name not in after:
            api.tell(below, "callback-removed", Promise.LESS.value, "removed", "it is gone.")
        elif name not in before:
            effect = Effect(Promise.SAME.value.consumer, Promise.MORE.value.producer)
            api.tell(below, "callback-added", effect, "added", "it is new.")
        elif not api.unresolved(before[name], after[name], below):
            first, second = api.pair.old.opened(before[name]), api.pair.new.opened(after[name])
            if isinstance(first, dict) and isinstance(second, dict):
                _paths(api, first, second, ".".join(below.path))
