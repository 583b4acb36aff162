"""Fills the fields of a card from the values of a file, each with the place that it came from."""

from typing import Any

from apps.cards.rules.checking import LONGEST_LINE, MOST_LINES, Fault, check
from apps.cards.rules.fields import BY_NAME, is_filled
from apps.cards.rules.formats.source import Node, Path
from apps.cards.rules.formats.telling import Taken
from apps.cards.rules.kinds import Keeper


class Sheet:
    """The fields that a file gives so far."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.places: dict[str, list[Path]] = {}

    def put(self, name: str, value: Any, node: Node) -> None:
        """Give a field its value, unless there is none."""
        if is_filled(value):
            self.values[name] = value
            rows = len(value) if isinstance(value, list) else 1
            self.places[name] = [node.path] * rows

    def lines(self, name: str, nodes: list[Node]) -> None:
        """Give a field of lines one of each node that has a text."""
        found: list[str] = []
        for node in nodes:
            if len(found) == MOST_LINES:
                node.leave(f"A card has room for {MOST_LINES} of them.")
            elif len(line := node.line()) > LONGEST_LINE:
                node.leave(f"It is longer than {LONGEST_LINE} characters.")
            elif line:
                found.append(line)
        if found:
            self.put(name, list(dict.fromkeys(found)), nodes[0])

    def row(self, name: str, values: dict[str, Any], node: Node) -> None:
        """Add a row to a field, unless it is empty."""
        if any(is_filled(each) for each in values.values()):
            self.values.setdefault(name, []).append(values)
            self.places.setdefault(name, []).append(node.path)

    def taken(self, root: Node) -> Taken:
        """Return what the file gave, and what was left of it: what is wrong, and what nobody asked for."""
        content = self._checked(Keeper.PEOPLE, root)
        stated = self._checked(Keeper.PORTAL, root)
        return Taken(content, stated, root.left())

    def _checked(self, keeper: Keeper, root: Node) -> dict[str, Any]:
        given = {name: value for name, value in self.values.items() if BY_NAME[name].keeper is keeper}
        checked = check(given, keeper)
        for fault in checked.faults:
            root.ledger.leave(self._place(fault), _reason(fault))
        return {name: value for name, value in checked.content.items() if is_filled(value)}

    def _place(self, fault: Fault) -> Path:
        places = self.places[fault.field]
        return places[min((fault.row or 1) - 1, len(places) - 1)]


def _reason(fault: Fault) -> str:
    field = BY_NAME[fault.field]
    column = next((each.label for each in field.columns if each.name == fault.column), "")
    return f"{field.label}{', ' + column.lower() if column else ''}: {fault.says}"
