"""A file that came in, with what has changed on the card since: everything else stays as it was there.

``base`` is what we write of the card as the file gave it, ``ours`` what we write of the card now. What differs
between them is carried into ``original``; what we never understood there is in neither, so it stays.
"""

from typing import Any

_MISSING: Any = object()
_NAMES = ("bom-ref", "name", "url", "reference", "citation", "identifier", "key", "ref", "dataset")
"""By which of its values a part of a list is known again once something else of it has changed."""

_MOST_PAIRS = 1_000_000


def merged(original: Any, base: Any, ours: Any) -> Any:
    """Return ``original`` with every difference between ``base`` and ``ours``."""
    if base == ours:
        return original
    if isinstance(original, dict) and isinstance(ours, dict):
        return _merged_mapping(original, base if isinstance(base, dict) else {}, ours)
    if isinstance(original, list) and isinstance(ours, list):
        return _merged_list(original, _as_list(base), ours)
    return ours


def _merged_mapping(original: dict[str, Any], base: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    kept = {
        key: merged(value, base.get(key, _MISSING), ours[key]) if key in ours else value
        for key, value in original.items()
        if key in ours or key not in base
    }
    new = {
        key: value for key, value in ours.items() if key not in original and base.get(key, _MISSING) != value
    }
    return kept | new


def _as_list(base: Any) -> list[Any]:
    if base is _MISSING:
        return []
    return base if isinstance(base, list) else [base]


def _merged_list(original: list[Any], base: list[Any], ours: list[Any]) -> list[Any]:
    places = _places(original, base)
    if len(places) < len(base):
        return ours  # the file says it in a way that we cannot follow part by part
    unknown = [place for place in range(len(original)) if place not in places]
    result: list[Any] = []
    free = list(range(len(base)))
    for new in ours:
        which = _match(new, base, free)
        if which is None:
            result.append(new)
            continue
        free.remove(which)
        while unknown and unknown[0] < places[which]:
            result.append(original[unknown.pop(0)])
        result.append(merged(original[places[which]], base[which], new))
    return result + [original[place] for place in unknown]


def _places(original: list[Any], base: list[Any]) -> list[int]:
    """Return for each part of ``base`` its place in ``original``, as far as every one is found."""
    if len(original) * len(base) > _MOST_PAIRS:
        return []
    free = list(range(len(original)))
    places = []
    for part in base:
        found = next((place for place in free if _holds(original[place], part)), None)
        if found is None:
            found = next((place for place in free if _same_name(original[place], part)), None)
        if found is None:
            return []
        free.remove(found)
        places.append(found)
    return places


def _match(new: Any, base: list[Any], free: list[int]) -> int | None:
    equal = next((place for place in free if base[place] == new), None)
    return equal if equal is not None else next((each for each in free if _same_name(base[each], new)), None)


def _holds(whole: Any, part: Any) -> bool:
    """Return whether all that we wrote of a value stands in it."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _holds(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) >= len(part) and len(_places(whole, part)) == len(part)
    return bool(whole == part or (isinstance(whole, str | int | float) and str(whole).strip() == str(part)))


def _same_name(one: Any, other: Any) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    key = next((each for each in _NAMES if each in one and each in other), None)
    if key is not None:
        return bool(one[key] == other[key])
    pair = [(each.get("type"), each.get("slice")) for each in (one, other)]
    return pair[0] == pair[1] and pair[0][0] is not None
