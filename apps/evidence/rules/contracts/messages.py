"""What goes over the wire: parameters, bodies, responses and their headers."""

import re
from typing import Any

from apps.evidence.enums import ContractLevel
from apps.evidence.rules.contracts.changes import Effect, Promise, shown, told
from apps.evidence.rules.contracts.documents import same
from apps.evidence.rules.contracts.openapi_walk import Api, Spot
from apps.evidence.rules.contracts.references import Document
from apps.evidence.rules.contracts.walking import Side

_LESS, _MORE, _SAME = Promise.LESS.value, Promise.MORE.value, Promise.SAME.value
_NEW_AND_REQUIRED = Effect(ContractLevel.BREAKING, ContractLevel.RISKY)
_NOT_PARAMETERS = ("accept", "content-type", "authorization")
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_IN_PATH = re.compile(r"\{([^}]*)\}")


def compare_parameters(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot) -> None:
    """Note how the parameters of an operation differ."""
    before = _parameters(api.pair.old, old, spot.written[0])
    after = _parameters(api.pair.new, new, spot.written[1])
    for key in dict.fromkeys((*before, *after)):
        first, second = before.get(key), after.get(key)
        one = second or first or {}
        words = f"the {key[0]} parameter “{one.get('name', key[1])}” of {spot.words}"
        below = spot.at("parameters", f"{key[0]}:{key[1]}", words=words)
        if first is not None and second is not None:
            _parameter(api, first, second, below, key[0])
        elif first is not None:
            announced = first.get("deprecated") is True
            effect = _SAME if announced else Promise.SOMEWHAT_LESS.value
            api.tell(below, "parameter-removed", effect, "removed", "it is gone.")
        elif one.get("required") is True and (one.get("schema") or {}).get("default") is None:
            api.tell(below, "required-parameter-added", _NEW_AND_REQUIRED, "added", "it is new and required.")
        else:
            api.tell(
                below, "parameter-added", Promise.SOMEWHAT_MORE.value, "added", "it is new and optional."
            )


def compare_bodies(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot) -> None:
    """Note how the bodies that an operation takes differ."""
    below = spot.at("requestBody", words=f"the request body of {spot.words}")
    first, second = old.get("requestBody"), new.get("requestBody")
    if api.unresolved(first, second, below):
        return
    before, after = api.pair.old.opened(first), api.pair.new.opened(second)
    if isinstance(before, dict) and isinstance(after, dict):
        _required(api, before, after, below, "body", api.sent)
        _contents(api, before, after, below, api.sent)
    elif isinstance(after, dict):
        if after.get("required") is True:
            api.tell(below, "required-body-added", _NEW_AND_REQUIRED, "added", "it is new and required.")
        else:
            api.tell(below, "body-added", _MORE, "added", "it is new and optional.")
    elif isinstance(before, dict):
        api.tell(below, "body-removed", _LESS, "removed", "it is gone.")


def compare_responses(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot) -> None:
    """Note how the responses of an operation differ."""
    before, after = (one.get("responses") or {} for one in (old, new))
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    for status in dict.fromkeys((*before, *after)):
        if status.startswith("x-"):
            continue
        below = spot.at("responses", status, words=f"the response {status} of {spot.words}")
        success = status.startswith("2")
        if status in before and status in after:
            _response(api, before[status], after[status], below)
        elif status in before:
            api.tell(below, "response-removed", _LESS if success else _SAME, "removed", "it is gone.")
        else:
            api.tell(below, "response-added", _MORE if success else _SAME, "added", "it is new.")


def _parameters(
    document: Document, operation: dict[str, Any], address: str
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the parameters by place and name; one in the path by its position, as callers do not see its name."""
    positions = {name: f"[{at}]" for at, name in enumerate(_IN_PATH.findall(address), 1)}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in operation.get("parameters") or []:
        opened = document.opened(one)
        if not isinstance(opened, dict) or not isinstance(opened.get("name"), str):
            continue
        where, name = str(opened.get("in")), str(opened["name"])
        if where == "header":
            name = name.lower()
            if name in _NOT_PARAMETERS:
                continue
        found[where, positions.get(name, name) if where == "path" else name] = opened
    return found


def _parameter(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot, where: str) -> None:
    _required(api, old, new, spot, "parameter", api.sent)
    before, after = (_form(one, where) for one in (old, new))
    if before != after:
        words = told("", "how it is written", before, after).removeprefix(": ")
        api.tell(spot, "parameter-form-changed", Promise.OTHER.value, "changed", words, before, after)
    if (old.get("deprecated") is True) != (new.get("deprecated") is True):
        come = new.get("deprecated") is True
        words = "it is deprecated." if come else "it is deprecated no more."
        api.tell(spot.at("deprecated"), "parameter-deprecated", _SAME, "added" if come else "removed", words)
    if "content" in old or "content" in new:
        _contents(api, old, new, spot, api.sent)
        return
    first, second = (one.get("schema", True) for one in (old, new))
    defaults = [
        opened.get("default")
        for opened in map(_mapping, (api.pair.old.opened(first), api.pair.new.opened(second)))
    ]
    if not same(*defaults):
        words = told("", "what is meant when it is left out", *defaults).removeprefix(": ")
        effect = Promise.UNCLEAR.value
        api.tell(
            spot.at("schema", "default"), "parameter-default-changed", effect, "changed", words, *defaults
        )
    api.schemas(first, second, spot.at("schema"), api.sent)


def _form(parameter: dict[str, Any], where: str) -> str:
    if "content" in parameter:
        return "by media type"
    style = str(parameter.get("style") or _STYLES.get(where, "form"))
    exploded = parameter.get("explode", style == "form")
    return f"{style}{', exploded' if exploded else ''}"


def _required(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot, thing: str, side: Side) -> None:
    before, after = old.get("required") is True, new.get("required") is True
    if before == after:
        return
    # To demand more of a request takes from the caller; to promise more of a response gives.
    effect = _LESS if after == (side == Side.SENT) else _MORE
    words = "it becomes required." if after else "it becomes optional."
    rule = f"{thing}-required-{'added' if after else 'removed'}"
    api.tell(spot.at("required"), rule, effect, "added" if after else "removed", words)


def _contents(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot, side: Side) -> None:
    before, after = (_by_media_type(one.get("content")) for one in (old, new))
    thing = "media type"
    for media in dict.fromkeys((*before, *after)):
        below = spot.at("content", media, words=f"{spot.words} ({media})")
        if media not in after:
            api.tell(below, "media-type-removed", _LESS, "removed", f"this {thing} is gone.")
        elif media not in before:
            api.tell(below, "media-type-added", _MORE, "added", f"this {thing} is new.")
        else:
            first, second = before[media], after[media]
            api.schemas(first.get("schema", True), second.get("schema", True), below.at("schema"), side)
            if not same(first.get("encoding"), second.get("encoding")):
                words = "how its parts are encoded changes."
                api.tell(below.at("encoding"), "encoding-changed", Promise.UNCLEAR.value, "changed", words)


def _by_media_type(content: Any) -> dict[str, dict[str, Any]]:
    return {
        re.sub(r"\s+", "", shown(name)).lower(): _mapping(value) for name, value in _mapping(content).items()
    }


def _response(api: Api, old: Any, new: Any, spot: Spot) -> None:
    if api.unresolved(old, new, spot):
        return
    before, after = _mapping(api.pair.old.opened(old)), _mapping(api.pair.new.opened(new))
    _contents(api, before, after, spot, api.got)
    _headers(api, before, after, spot)


def _headers(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot) -> None:
    before, after = (
        {name.lower(): (name, header) for name, header in _mapping(one.get("headers")).items()}
        for one in (old, new)
    )
    for key in dict.fromkeys((*before, *after)):
        name = (after.get(key) or before[key])[0]
        below = spot.at("headers", name, words=f"the header “{name}” of {spot.words}")
        ends = before.get(key, ("", None))[1], after.get(key, ("", None))[1]
        if api.unresolved(*ends, below):
            continue
        first, second = (
            _mapping(one) for one in (api.pair.old.opened(ends[0]), api.pair.new.opened(ends[1]))
        )
        if key not in after:
            firm = first.get("required") is True
            effect = _LESS if firm else Promise.SOMEWHAT_LESS.value
            api.tell(below, "header-removed", effect, "removed", "it is gone.")
        elif key not in before:
            firm = second.get("required") is True
            effect = _MORE if firm else Promise.SOMEWHAT_MORE.value
            api.tell(below, "header-added", effect, "added", "it is new.")
        else:
            _required(api, first, second, below, "header", api.got)
            api.schemas(first.get("schema", True), second.get("schema", True), below.at("schema"), api.got)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
