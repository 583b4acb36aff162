"""What a caller must show: requirements are alternatives, and each asks for all of its schemes and scopes."""

from typing import Any

from apps.evidence.rules.contracts.changes import Promise, shown
from apps.evidence.rules.contracts.documents import same
from apps.evidence.rules.contracts.openapi_walk import Api, Spot

_Requirement = dict[str, frozenset[str]]


def compare_requirements(api: Api, old: dict[str, Any], new: dict[str, Any], spot: Spot) -> None:
    """Note whether a caller who was let in before still is."""
    before, after = _requirements(old), _requirements(new)
    shut = [one for one in before if not _served(one, after)]
    opened = [one for one in after if not _served(one, before)]
    if not shut and not opened:
        return
    promise = Promise.OTHER if shut and opened else Promise.LESS if shut else Promise.MORE
    words = (
        f"callers with {_named(shut[0])} are let in no more."
        if shut
        else f"{_named(opened[0])} is enough now."
    )
    was, now = (shown(one.get("security")) for one in (old, new))
    api.tell(spot, "security-changed", promise.value, "changed", words, was, now)


def compare_schemes(api: Api, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Note how a way to sign in differs that both versions have."""
    before, after = ((one.get("components") or {}).get("securitySchemes") or {} for one in (old, new))
    for name in before.keys() & after.keys():
        first, second = api.pair.old.opened(before[name]), api.pair.new.opened(after[name])
        if isinstance(first, dict) and isinstance(second, dict) and not same(_how(first), _how(second)):
            spot = Spot(("components", "securitySchemes", name), f"the way to sign in “{name}”")
            words = "what it asks of a caller changes."
            api.tell(
                spot,
                "security-scheme-changed",
                Promise.UNCLEAR.value,
                "changed",
                words,
                _how(first),
                _how(second),
            )


def _how(scheme: dict[str, Any]) -> dict[str, Any]:
    return {key: scheme.get(key) for key in ("type", "in", "name", "scheme") if key in scheme}


def _requirements(holder: dict[str, Any]) -> list[_Requirement]:
    said = holder.get("security")
    if not isinstance(said, list) or not said:
        return [{}]
    return [
        {
            name: frozenset(map(str, scopes or ())) if isinstance(scopes, list) else frozenset()
            for name, scopes in one.items()
        }
        for one in said
        if isinstance(one, dict)
    ]


def _served(caller: _Requirement, alternatives: list[_Requirement]) -> bool:
    """Return whether who shows all that ``caller`` names meets one of the alternatives."""
    return any(
        all(name in caller and scopes <= caller[name] for name, scopes in one.items()) for one in alternatives
    )


def _named(requirement: _Requirement) -> str:
    if not requirement:
        return "nothing to show"
    return " and ".join(
        f"“{name}”" + (f" ({', '.join(sorted(scopes))})" if scopes else "")
        for name, scopes in requirement.items()
    )
