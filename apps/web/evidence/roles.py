"""What each role judges by: that role's part of a change, and nothing else."""

from collections.abc import Callable, Iterable
from datetime import datetime

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.changes.enums import Harm, Likelihood
from apps.changes.rules.words import item_warnings
from apps.web import dates
from apps.web.consequences import listed
from apps.web.evidence.blocks import Block, Content, Facts, Lines, Prose, Table
from apps.web.evidence.measures import number, short
from apps.web.evidence.versions import compared, made, plots, settings


def evidence_for(requirement: Requirement, content: Content) -> list[Block]:
    """Return what the role of a requirement judges by, from the content that it signs."""
    build = _BUILDERS.get(requirement.role, _sponsor)
    key = requirement.component_key
    first = (
        _made_from(content),
        _warned(requirement.role, key, content),
        _brought(requirement.role, key, content),
    )
    return [block for block in (*first, *build(key, content)) if block]


def _made_from(content: Content) -> Lines | None:
    """Return the standard change that this was made from, and why it does not go as one."""
    said = content.get("standard")
    if said is None:
        return None
    within = "It stays within it." if not said.get("left") else "It goes as a normal change:"
    lines = [f"{said['template']}, version {said['version']}. {within}", *said.get("left", [])]
    return Lines("Made from a standard change", lines)


def _warned(role: str, key: str, content: Content) -> Lines | None:
    """Return what the catalog says against what moves; a validator judges their own model alone."""
    judged = [one for one in content["items"] if role != Role.VALIDATOR or one["component"] == key]
    lines = [f"{one['title']}: {said}" for one in judged for said in item_warnings(one)]
    return Lines("What the catalog says against it", lines) if lines else None


def _brought(role: str, key: str, content: Content) -> Table | None:
    """Return the new versions of contracts, for those who judge them: a steward those of their own component."""
    if role not in (Role.OWNER, Role.STEWARD):
        return None
    rows = [
        [
            one["title"],
            str(new["level"]).capitalize(),
            f"{new['breaking']} breaking, {new['risky']} risky, {new['safe']} safe",
            listed(new["consumers"]) or "Nobody",
            short(str(new["definition"])),
        ]
        for one in content.get("contracts", [])
        if (new := one.get("proposed")) and (role == Role.OWNER or one["component"] == key)
    ]
    columns = ["Contract", "For consumers", "What differs", "Who relies on it", "Definition"]
    return Table("New versions of contracts", columns, rows) if rows else None


def _validator(key: str, content: Content) -> Iterable[Block | None]:
    item = _item(key, content)
    if item is None:
        yield _path(key, content)
        yield _metrics(content)
        return
    yield from plots(item)
    yield compared(item)
    yield Facts("How it was made", made(item))
    yield settings(item)


def _steward(key: str, content: Content) -> Iterable[Block | None]:
    item = _item(key, content)
    yield _data_moves(item) if item else _path(key, content)
    feeding = [one for one in content["items"] if one["kind"] in ("dataset", "feature_set") and one != item]
    if feeding:
        rows = [
            [one["title"], _version(one["from"]), _version(one["to"]), one["difference"]] for one in feeding
        ]
        yield Table("Other data that moves", ["Component", "From", "To", "What is different"], rows)
    readers = [row for row in _reached(content) if any(step["key"] == key for step in row["path"])]
    yield _readers(readers)
    yield Table(
        "Models that are trained on it",
        ["Model", "Training data", "Digest"],
        [
            [f"{one['title']} {one['to']['version']}", data["name"], short(data.get("digest", ""))]
            for one in content["items"]
            if one["kind"] == "model"
            for data in one["to"]["datasets"] or []
        ],
    )


def _data_moves(item: Content) -> Facts:
    digests = [data.get("digest", "") for data in item["to"]["datasets"] or [] if data.get("digest")]
    return Facts(
        f"{item['title']} moves",
        [
            ("From", _version(item["from"])),
            ("To", _version(item["to"])),
            ("Digest", listed([short(digest) for digest in digests]) or "Not recorded"),
            ("What is different", item["difference"] or "Not said"),
        ],
    )


def _readers(rows: list[Content]) -> Table:
    return Table(
        "Who reads it",
        ["Component", "How", "Tier"],
        [[row["title"], " → ".join(step["title"] for step in row["path"]), str(row["tier"])] for row in rows],
    )


def _owner(key: str, content: Content) -> Iterable[Block | None]:
    item = _item(key, content)
    if item is not None:
        yield Facts(
            f"{item['title']} moves",
            [
                ("From", _version(item["from"])),
                ("To", _version(item["to"])),
                ("What is different", item["difference"] or "Not said"),
            ],
        )
    else:
        yield _path(key, content)
    yield Facts("When", _window(content))
    back = content["rollback"]
    yield Facts(
        "How it goes back",
        [("Plan", back["plan"] or "Not written"), ("Takes", _minutes(back["minutes"]))],
    )
    if back["criteria"]:
        yield Lines("It goes back when", back["criteria"])


def _path(key: str, content: Content) -> Lines | None:
    """Return how the component is reached, one tie a line, in the words of the consumer."""
    row = next((one for one in content["impact"] if one["key"] == key), None)
    if row is None:
        return None
    if row["by_hand"]:
        return Lines("How this change reaches it", [f"Added by hand: {row['reason']}"])
    steps = row["path"]
    lines = [
        f"{after['title']} {_verb(after['kind'])} {before['title']}"
        for before, after in zip(steps, steps[1:], strict=False)
    ]
    return Lines("How this change reaches it", [f"{steps[0]['title']} moves", *lines] if steps else [])


def _verb(kind: str) -> str:
    return {"trains_on": "is trained on"}.get(kind, kind or "depends on")


def _sponsor(_: str, content: Content) -> Iterable[Block | None]:
    yield Prose("In plain words", content["summary"])
    yield Prose("What should be better", content["outcome"])
    yield Prose("If we wait", content["cost_of_waiting"] or "Not said")
    if content.get("late_reason"):
        yield Prose("Why it comes at short notice", content["late_reason"])
    yield _metrics(content)
    if content["risks"]:
        yield Table(
            "What could go wrong",
            ["Risk", "How likely", "How bad", "What is done about it"],
            [
                [
                    risk["text"],
                    Likelihood(risk["likelihood"]).label,
                    Harm(risk["harm"]).label,
                    risk["mitigation"] or "Nothing yet",
                ]
                for risk in content["risks"]
            ],
        )
    yield Facts("When", _window(content))


def _metrics(content: Content) -> Table | None:
    rows = [
        [
            metric["name"],
            number(metric["baseline"], metric["unit"]),
            f"{'at least' if metric['direction'] == 'at_least' else 'at most'} "
            f"{number(metric['target'], metric['unit'])}",
            number(metric["bound"], metric["unit"]) if metric["bound"] is not None else "None",
        ]
        for metric in content["success_metrics"]
    ]
    columns = ["Measure", "Today", "Promised", "Goes back beyond"]
    return Table("What is promised", columns, rows) if rows else None


_BUILDERS: dict[str, Callable[[str, Content], Iterable[Block | None]]] = {
    Role.VALIDATOR: _validator,
    Role.STEWARD: _steward,
    Role.OWNER: _owner,
    Role.SPONSOR: _sponsor,
}


def _item(key: str, content: Content) -> Content | None:
    return next((one for one in content["items"] if one["component"] == key), None)


def _reached(content: Content) -> list[Content]:
    return [row for row in content["impact"] if row["included"]]


def _version(version: Content | None) -> str:
    return str(version["version"]) if version else "New"


def _window(content: Content) -> list[tuple[str, str]]:
    window = content["window"]
    if not window["start"]:
        return [("Window", "Not planned yet")]
    start, end = datetime.fromisoformat(window["start"]), datetime.fromisoformat(window["end"])
    zone = window["time_zone"]
    return [("Window", dates.window(start, end, zone)), ("Time zone", dates.zone_name(start, zone))]


def _minutes(minutes: int | None) -> str:
    if minutes is None:
        return "Not said"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
