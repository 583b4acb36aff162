"""The impact of a change as found and as people corrected it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PathStep:
    """One component on the way from what moves to what is reached, and the tie that leads to it."""

    key: str
    title: str
    kind: str  # of the dependency; "" for the first step


@dataclass(frozen=True)
class ImpactRow:
    """A component that the change can reach, with the shortest path that explains why.

    ``included`` is False when somebody ticked it off; ``by_hand`` is True when somebody added it. ``reason`` is theirs.
    """

    key: str
    title: str
    kind: str
    tier: int
    severity: str
    depth: int
    path: tuple[PathStep, ...] = field(default_factory=tuple)
    included: bool = True
    by_hand: bool = False
    reason: str = ""
    owner: str = ""
    team_id: int | None = None
    component_id: int | None = None
    data_class: str = ""

    @property
    def why(self) -> str:
        """Return the last step of the path in words: "calls Credit risk"."""
        if self.by_hand or len(self.path) < 2:
            return "Added by hand"
        verb = {"trains_on": "trains on"}.get(self.path[-1].kind, self.path[-1].kind)
        return f"{verb} {self.path[-2].title}"

    def as_content(self) -> dict[str, Any]:
        """Return the row as it is signed. Owner and data class are left out: they may move without a new signature."""
        return {
            "key": self.key,
            "title": self.title,
            "kind": self.kind,
            "tier": self.tier,
            "severity": self.severity,
            "depth": self.depth,
            "path": [{"key": step.key, "title": step.title, "kind": step.kind} for step in self.path],
            "included": self.included,
            "by_hand": self.by_hand,
            "reason": self.reason,
        }


def row_from_content(
    content: dict[str, Any], *, owner: str = "", team_id: int | None = None, data_class: str = ""
) -> ImpactRow:
    """Return a row from the content of a revision."""
    path = tuple(PathStep(step["key"], step["title"], step["kind"]) for step in content["path"])
    return ImpactRow(**{**content, "path": path}, owner=owner, team_id=team_id, data_class=data_class)
