"""What each role judges by: that role's part of a change, and nothing else.

It is taken from the content of the revision that is signed, so the page shows exactly what the digest covers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.changes.enums import Harm, Likelihood
from apps.changes.rules.words import item_warnings
from apps.web import dates
from apps.web.consequences import listed
from apps.web.interval_plot import Interval, Plot, plot

Content = dict[str, Any]
NOT_MEASURED = "Not measured"
FEW = 6  # rows of settings that are read at a glance
_SHORT = {"auc", "f1", "ks", "mae", "mape", "mse", "psi", "r2", "rmse", "roc"}


@dataclass(frozen=True)
class Facts:
    """Labelled facts."""

    title: str
    rows: list[tuple[str, str]]
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row names it. ``aside`` says what the numbers are, or what is folded away."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    aside: str = ""
    numeric: bool = False
    folded: bool = False
    kind: str = "table"

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Return each row with the column's name beside each cell, for a phone."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Prose:
    """Words that the requester wrote."""

    title: str
    text: str
    kind: str = "prose"


@dataclass(frozen=True)
class Lines:
    """A short list, such as the steps of a path."""

    title: str
    lines: list[str]
    kind: str = "lines"


Block = Facts | Table | Prose | Lines | Plot


def evidence_for(requirement: Requirement, content: Content) -> list[Block]:
    """Return what the role of a requirement judges by, from the content that it signs."""
    build = _BUILDERS.get(requirement.role, _sponsor)
    key = requirement.component_key
    first = (_made_from(content), _warned(requirement.role, key, content))
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


# Model Validator


def _validator(key: str, content: Content) -> Iterable[Block | None]:
    item = _item(key, content)
    if item is None:
        yield _path(key, content)
        yield _metrics(content)
        return
    yield from _plots(item)
    yield _compared(item)
    yield Facts("How it was made", _made(item))
    yield _settings(item)


def _compared(item: Content) -> Table:
    before, after = item["from"], item["to"]
    old, new = (before or {}).get("metrics") or {}, after["metrics"] or {}
    rows = [
        [measure_name(name), _measured(name, old), _measured(name, new), _moved(old.get(name), new.get(name))]
        for name in dict.fromkeys([*new, *old])
        if not _is_end_of_interval(name, {**old, **new})
    ]
    columns = [
        "Measure",
        f"Version {before['version']}" if before else "Before",
        f"Version {after['version']}",
    ]
    title = f"Version {after['version']} against version {before['version']}" if before else "As measured"
    return Table(title, [*columns, "Difference"], rows, "As the registry measured it", numeric=True)


def _plots(item: Content) -> Iterable[Plot]:
    """Yield a drawing of each measure that the registry gives with its interval, at most two."""
    before, after = item["from"], item["to"]
    new = after["metrics"] or {}
    drawn = [name for name in new if _interval(name, after) is not None][:2]
    for name in drawn:
        found = _interval(name, after)
        if found is not None:
            yield plot(measure_name(name), found, _interval(name, before) if before else None)


def _interval(name: str, version: Content) -> Interval | None:
    """Return a measure with its interval: MLflow has no word for it, so ``auc_low`` and ``auc_high`` are its ends."""
    metrics = version["metrics"] or {}
    given = [metrics.get(key) for key in (name, f"{name}_low", f"{name}_high")]
    ends = [float(end) for end in given if isinstance(end, int | float) and isfinite(end)]
    if len(ends) < 3:
        return None
    value, low, high = ends
    return Interval(f"Version {version['version']}", value, low, high) if low <= high else None


def _is_end_of_interval(name: str, metrics: Content) -> bool:
    base, _, end = name.rpartition("_")
    return end in ("low", "high") and base in metrics


def _measured(name: str, metrics: Content) -> str:
    low, high = metrics.get(f"{name}_low"), metrics.get(f"{name}_high")
    said = number(metrics.get(name))
    return f"{said} ({number(low)} to {number(high)})" if low is not None and high is not None else said


def _made(item: Content) -> list[tuple[str, str]]:
    after = item["to"]
    data = listed([f"{one['name']} ({short(one.get('digest', ''))})" for one in after["datasets"] or []])
    return [
        ("Training data", data or "Not recorded"),
        ("Code", short(after["code_commit"]) or "Not recorded"),
        ("What is different", item["difference"] or "Not said"),
    ]


def _settings(item: Content) -> Table | None:
    old = (item["from"] or {}).get("hyperparameters") or {}
    new = item["to"]["hyperparameters"] or {}
    rows = [
        [name, str(old.get(name, "Not set")), str(new.get(name, "Not set"))]
        for name in sorted({*old, *new}, key=lambda name: (name not in old or name not in new, name))
        if old.get(name) != new.get(name)
    ]
    kept = sum(old[name] != new[name] for name in {*old} & {*new})
    aside = f"{kept} changed, {len({*new} - {*old})} new, {len({*old} - {*new})} gone"
    columns = ["Setting", "Before", "After"]
    return Table("Settings that differ", columns, rows, aside, folded=len(rows) > FEW) if rows else None


# Data Steward


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


# Service Owner


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


# Change Sponsor


def _sponsor(_: str, content: Content) -> Iterable[Block | None]:
    yield Prose("In plain words", content["summary"])
    yield Prose("What should be better", content["outcome"])
    yield Prose("If we wait", content["cost_of_waiting"] or "Not said")
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


# Parts


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


def number(value: float | int | str | None, unit: str = "") -> str:
    """Return a measure as it is read: up to four significant places, never 0 for what was not measured."""
    if value is None:
        return NOT_MEASURED
    if not isinstance(value, int | float):
        return str(value)
    text = f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{text} {unit}".strip()


def _moved(old: float | None, new: float | None) -> str:
    if not isinstance(old, int | float) or not isinstance(new, int | float):
        return "Not known"
    difference = new - old
    return "The same" if abs(difference) < 1e-12 else f"{difference:+,.3g}".replace("-", "−")


def measure_name(name: str) -> str:
    """Return the name that a machine gave a measure as people write it: "log_loss" as "Log loss"."""
    text = " ".join(word.upper() if word in _SHORT else word for word in name.split("_") if word)
    return text[:1].upper() + text[1:]


def short(digest: str) -> str:
    """Return the first eight characters of a digest, after the name of its algorithm if it has one."""
    return digest.rpartition(":")[2][:8]
