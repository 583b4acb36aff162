"""Every address of the portal, with the records of the organisation of the tests in it."""

import re

from django.urls import URLPattern, URLResolver

from tests.e2e.organisation import Names
from tests.e2e.pages import AREAS


def examples(names: Names, *, whole: bool = False) -> dict[str, set[str]]:
    """Return addresses of the pages by their pattern's name, with the records of the organisation in them.

    With ``whole``, what they ask for after the “?” too.
    """
    looks = [(name, look.path) for area in AREAS.values() for name, seen in area.items() for look in seen]
    found: dict[str, set[str]] = {}
    for name, path in looks:
        if path.startswith("/"):
            at = path.format(**names)
            found.setdefault(name, set()).add(at if whole else at.partition("?")[0])
    return found


def patterns(resolver: URLResolver, prefix: str = "", space: str = "") -> list[tuple[str, str]]:
    """Return every pattern of the portal with its name."""
    found = []
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            found += patterns(each, path, f"{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            found.append((f"{space}{each.name}", path))
    return found


def filled(template: str, names: Names) -> str:
    """Return an address of the pattern: with a record that is there where one fits, else with what matches."""
    known = {"ref": names["in_review"], "key": "model:default/credit-risk", "step": "why", "slug": "withdraw"}
    known |= {"requirement": names["to_validate"], "prefix": names["token"], "page": "ledger", "action": "1"}
    known |= {"comment": names["comment"], "thread": names["thread"], "question": names["waits"]}
    others = [
        names[name]
        for name in (
            "standard",
            "template",
            "document",
            "policy",
            "report",
            "gate_pass",
            "playbook",
            "course",
            "drill",
        )
    ]

    def value(match: re.Match[str]) -> str:
        kind, _, name = match[1].rpartition(":")
        return known.get(name) or ("1" if kind == "int" else "credit")

    def fitting(match: re.Match[str]) -> str:
        candidates = [known.get(match[1], "1"), *others, "1", "sponsor"]
        return next(one for one in candidates if re.fullmatch(match[2], one))

    if "(?P<" in template:
        return "/" + re.sub(r"\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)", fitting, template).strip("^$").replace(
            "\\.", "."
        )
    return "/" + re.sub(r"<([^>]+)>", value, template)
