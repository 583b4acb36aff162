"""What a playbook says: its form, what is wrong with what was typed, and what is different between two versions."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.enums import Role
from apps.core.decisions import ALLOWED, Decision, denied
from apps.playbooks.enums import FieldKind, Urgency
from apps.playbooks.rules.answers import Content, posted, read, said, without_blank_rows
from apps.playbooks.rules.checking import Path, Problem, problems_in
from apps.playbooks.rules.comparing import Difference
from apps.playbooks.rules.schema import Schema, Shape, shape_of

CONTENT = ("title", "purpose", "roles", "text", "tree", "preflight", "messages", "escalation")
"""The parts of a playbook, in the order in which they are written and read."""

_BLANK = re.compile(r"\{([a-z][a-z0-9 _]{0,39})\}", re.ASCII)
_FOR = "for_"


def may_write_playbooks(roles: set[str]) -> Decision:
    """Say whether somebody with these roles may write and retire playbooks. ``roles`` are those over everything."""
    if Role.CHANGE_MANAGER in roles:
        return ALLOWED
    return denied(
        "Only a Change Manager over everything can write playbooks, because everybody follows them.",
        "Ask a Change Manager.",
    )


def playbook_schema(teams: Sequence[str]) -> Schema:
    """Return the form of a playbook. ``teams`` are the names of those to whom a step can be escalated."""
    whom = [*Role.labels, *(in_team(name) for name in teams)]
    rows = {
        "tree": _rows("Decision tree", "One question a row; questions of one urgency follow each other.", {
            "urgency": {"type": "string", "enum": Urgency.values, "title": "How urgent"},
            "question": _line("Question", 200),
            "yes": _line("If yes, do this", 500),
            "no": _line("If no, do this", 500),
        }),
        "preflight": _rows("Checks before you begin", "What must be so before the first step.", {
            "check": _line("Check", 200),
        }),
        "messages": _rows("Message templates", "Write what is filled in later as {service} or {end of window}.", {
            "audience": _line("Who reads it", 120),
            "subject": _line("Subject", 200),
            "text": _long("Text", 4000),
        }),
        "escalation": _rows("Who is called when nobody answers", "In order, the earliest first.", {
            "minutes": {"type": "integer", "title": "After how many minutes", "minimum": 0, "maximum": 10_080},
            "whom": {"type": "string", "enum": whom, "title": "Who is called"},
        }),
    }  # fmt: skip
    roles = {f"{_FOR}{role}": {"type": "boolean", "title": f"It is for: {role.label}"} for role in Role}
    return {
        "type": "object",
        "title": "Playbook",
        "required": ["title", "purpose"],
        "additionalProperties": False,
        "properties": {
            "title": _line("Title", 120),
            "purpose": _line("What it is for", 300) | {"description": "When does somebody open it?"},
            **roles,
            "text": _long("What people should know", 15_000) | {"description": "Markdown."},
            **rows,
        },
    }


def _line(title: str, most: int) -> Schema:
    return {"type": "string", "title": title, "maxLength": most}


def _long(title: str, most: int) -> Schema:
    return _line(title, most) | {"format": "textarea"}


def _rows(title: str, hint: str, parts: dict[str, Schema]) -> Schema:
    items = {
        "type": "object",
        "properties": parts,
        "required": list(parts),
        "additionalProperties": False,
    }
    return {"type": "array", "title": title, "description": hint, "items": items, "maxItems": 30}


def in_team(name: str) -> str:
    """Return how an escalation names a team."""
    return f"Team {name}"


def as_answers(content: Content) -> Content:
    """Return what a playbook says as its form asks for it: a box for each role."""
    rest = {name: value for name, value in content.items() if name != "roles"}
    return rest | {f"{_FOR}{role}": role in content.get("roles", ()) for role in Role}


def as_content(answers: Content) -> Content:
    """Return what was answered on the form as a playbook keeps it: every part, rows that say nothing left out."""
    kept = without_blank_rows(_PLAIN, answers)
    found = {name: kept.get(name, [] if name in _LISTS else "") for name in CONTENT if name != "roles"}
    return found | {"roles": [str(role) for role in Role if answers.get(f"{_FOR}{role}") is True]}


def cleaned_content(content: Content) -> Content:
    """Return what a program sent as the form would have sent it: no NUL, no space around a text."""
    return as_content(read(_PLAIN, posted(_PLAIN, as_answers(content))))


def wrong_with_playbook(content: Content, teams: Sequence[str]) -> list[Problem]:
    """Return what is wrong with a playbook, each at its place on the form."""
    answers = {name: value for name, value in as_answers(content).items() if value != ""}
    found = problems_in(playbook_schema(teams), answers)
    if not content["roles"]:
        found.append(Problem((f"{_FOR}{Role.SPONSOR}",), "Tick at least one role that it is for"))
    if not any(content[name] for name in ("text", *_LISTS)):
        found.append(Problem(("text",), "Say something: write a text, or add rows below"))
    found += _braces(content["messages"])
    return found or list(_late(content["escalation"]))


def _braces(messages: list[Content]) -> Iterator[Problem]:
    for place, message in enumerate(messages):
        for name in ("subject", "text"):
            left = _BLANK.sub("", str(message.get(name, "")))
            if "{" in left or "}" in left:
                text = "Name each blank in small letters between two braces, such as {service}"
                yield Problem(("messages", place, name), text)


def _late(steps: list[Content]) -> Iterator[Problem]:
    for place in range(1, len(steps)):
        if steps[place]["minutes"] <= steps[place - 1]["minutes"]:
            text = f"Call later than the row before, which is after {steps[place - 1]['minutes']} minutes"
            yield Problem(("escalation", place, "minutes"), text)


def blanks_in(message: Content) -> list[str]:
    """Return what has to be filled in before a message is sent, each once, in the order of the text."""
    return list(dict.fromkeys(_BLANK.findall(f"{message['subject']}\n{message['text']}")))


@dataclass(frozen=True)
class Branch:
    """The questions of one urgency, in their order."""

    urgency: str
    questions: list[Content]


def tree_of(content: Content) -> list[Branch]:
    """Return the decision tree, what cannot wait first."""
    held = {label: [row for row in content["tree"] if row["urgency"] == label] for label in Urgency.values}
    return [Branch(label, rows) for label, rows in held.items() if rows]


def playbook_differences(before: Content, after: Content) -> list[Difference]:
    """Return each part that differs between two versions, row by row, in the order of the form."""
    old, new = dict(_parts(before)), dict(_parts(after))
    labels = _labels([*new, *(path for path in old if path not in new)])
    return [
        Difference(label, old.get(path, ""), new.get(path, ""))
        for path, label in labels
        if old.get(path, "") != new.get(path, "")
    ]


def _parts(content: Content) -> Iterator[tuple[Path, str]]:
    yield ("roles",), ", ".join(Role(role).label for role in content["roles"])
    for field in _PLAIN.fields:
        if field.kind == FieldKind.ROWS:
            for place, row in enumerate(content[field.name]):
                for part in field.fields:
                    yield (field.name, place, part.name), said(part, row.get(part.name))
        elif not field.name.startswith(_FOR):
            yield (field.name,), content[field.name]


def _labels(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    fields = {field.name: field for field in _PLAIN.fields}
    for path in paths:
        if len(path) == 1:
            yield path, "Who it is for" if path[0] == "roles" else fields[str(path[0])].label
        else:
            name, place, part = str(path[0]), int(path[1]), path[2]
            label = next(one.label for one in fields[name].fields if one.name == part)
            yield path, f"{fields[name].label}, row {place + 1}: {label}"


_PLAIN: Shape = shape_of(playbook_schema([]))
_LISTS = tuple(field.name for field in _PLAIN.fields if field.kind == FieldKind.ROWS)


def counted(content: Content) -> dict[str, Any]:
    """Return how much a playbook holds, for the ledger."""
    return dict(Counter({name: len(content[name]) for name in _LISTS}))
