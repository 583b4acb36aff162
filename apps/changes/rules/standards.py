"""What a standard change may say, when one may be made from it, and whether a change stays within it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from apps.changes.enums import ChangeClass, StandardState
from apps.changes.rules.fields import LONG_TEXT, MOST_ROWS, Problems
from apps.changes.rules.risk import WORDS, Risk
from apps.changes.rules.standard_words import day, document_names
from apps.playbooks.enums import TemplateKind

MOST_COMPONENTS, MOST_USES = 50, 1000
MOST_MINUTES = 24 * 60
LOW = 1
"""The one band of risk that a standard change may have."""


@dataclass(frozen=True)
class StandardStep:
    """A step of the plan, and how many minutes it takes."""

    text: str
    minutes: int | None = 15


@dataclass(frozen=True)
class StandardInput:
    """What a person writes: what is done, its bounds, and how often or until when it may be used."""

    title: str
    summary: str
    outcome: str
    components: tuple[str, ...]
    steps: tuple[StandardStep, ...]
    most_minutes: int | None
    rollback_plan: str
    rollback_minutes: int | None
    criteria: tuple[str, ...]
    risks: tuple[str, ...]
    documents: tuple[str, ...] = ()
    most_uses: int | None = None
    review_by: date | None = None


@dataclass(frozen=True)
class Made:
    """What of a change is held against its template. ``why_not`` says why none may be made from it (now).

    ``broken`` names the contracts of which it brings a version that breaks whoever relies on them.
    """

    change_class: str
    risk: int
    components: tuple[str, ...] = ()
    minutes: int = 0
    steps: tuple[str, ...] = ()
    rollback_plan: str = ""
    rollback_minutes: int | None = None
    criteria: tuple[str, ...] = ()
    documents: frozenset[str] = field(default_factory=frozenset)
    broken: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True)
class Life:
    """Where a version is, for whoever would use it. ``under_way``: the change was submitted within it before."""

    name: str
    state: str
    today: date
    retired: bool = False
    review_by: str | None = None
    most_uses: int | None = None
    uses: int = 0
    stopped_by: str = ""
    under_way: bool = False


def content_from(given: StandardInput, known: Collection[str], today: date) -> dict[str, Any]:
    """Return the content of a version, as it is signed.

    Args:
        known: the keys of the components in the catalog.

    Raises:
        Invalid: what is wrong, by field.
    """
    problems = Problems()
    text, whole = problems.text, problems.whole
    content: dict[str, Any] = {
        "v": 1,
        "title": text("title", given.title, longest=200, missing="Give it a title."),
        "summary": text(
            "summary", given.summary, longest=LONG_TEXT, missing="Say in plain words what is done."
        ),
        "outcome": text("outcome", given.outcome, longest=LONG_TEXT, missing="Say what it is good for."),
        "components": sorted(set(given.components)),
        "steps": _steps(given.steps, problems),
        "most_minutes": whole(
            "most_minutes", given.most_minutes, missing="Say how long it may take.", longest=MOST_MINUTES
        ),
        "rollback": {
            "plan": text(
                "rollback_plan", given.rollback_plan, longest=LONG_TEXT, missing="Say how it is undone."
            ),
            "minutes": whole(
                "rollback_minutes", given.rollback_minutes, missing="Say how many minutes going back takes."
            ),
            "criteria": _lines(
                "criteria", given.criteria, problems, "Name at least one sign that means: go back."
            ),
        },
        "risks": _lines("risks", given.risks, problems, "Name at least one thing that could go wrong."),
        "documents": [kind for kind in TemplateKind.values if kind in given.documents],
        "most_uses": whole("most_uses", given.most_uses, longest=MOST_USES),
        "review_by": given.review_by.isoformat() if given.review_by else None,
    }
    _check_components(content["components"], known, problems)
    if len(content["documents"]) != len(set(given.documents)):
        problems.add("documents", "Choose kinds of document from the list.")
    if given.most_uses is None and given.review_by is None:
        problems.add(
            "review_by", "Say until when it may be used, or how often. Nothing is approved for ever."
        )
    elif given.review_by is not None and given.review_by <= today:
        problems.add("review_by", "Choose a day after today.")
    problems.raise_any()
    return content


def _steps(steps: tuple[StandardStep, ...], problems: Problems) -> list[dict[str, Any]]:
    if not steps:
        problems.add("steps", "Plan at least one step.")
    if len(steps) > MOST_ROWS:
        problems.add("steps", f"Plan at most {MOST_ROWS} steps. There are {len(steps)}.")
    return [
        {
            "text": problems.text("steps", step.text, longest=300, missing="Say what is done in each step."),
            "minutes": problems.whole("steps", step.minutes, missing="Say how many minutes each step takes."),
        }
        for step in steps
    ]


def _lines(name: str, lines: tuple[str, ...], problems: Problems, missing: str) -> list[str]:
    if not lines:
        problems.add(name, missing)
    problems.at_most(name, lines, MOST_ROWS)
    folded = [line.strip().casefold() for line in lines]
    if len(set(folded)) < len(folded):
        problems.add(name, "A line is here twice. Take one away.")
    return [problems.text(name, line, longest=300) for line in lines]


def _check_components(keys: list[str], known: Collection[str], problems: Problems) -> None:
    if not keys:
        problems.add("components", "Name at least one component that it moves.")
    if len(keys) > MOST_COMPONENTS:
        problems.add("components", f"Name at most {MOST_COMPONENTS}. There are {len(keys)}.")
    for key in keys:
        if key not in known:
            problems.add("components", f"The catalog has no component “{key[:200]}”.")


def too_risky(risk: Risk) -> str:
    """Return why moving these components is no standard change, in a sentence; empty when it is of low risk."""
    if risk.level <= LOW:
        return ""
    return (
        f"Moving these is of {risk.word.lower()} risk. {risk.sentence} A standard change is of low risk: "
        "propose what is riskier as a change of its own."
    )


def outside(content: dict[str, Any], made: Made) -> list[str]:
    """Return why a change is not within its template, each in a sentence; empty when it is."""
    found = [made.why_not] if made.why_not else []
    found += [
        f"It moves {key}, which the template does not name."
        for key in made.components
        if key not in content["components"]
    ]
    if made.risk > LOW:
        found.append(f"Its risk is {WORDS[made.risk].lower()}, and a standard change is of low risk.")
    found += [
        f"Its new version of {title} breaks whoever relies on it, and a standard change breaks no contract."
        for title in made.broken
    ]
    if made.minutes > content["most_minutes"]:
        found.append(
            f"Its window is {made.minutes:,} minutes long. The template allows {content['most_minutes']:,}."
        )
    if [_plain(text) for text in made.steps] != [_plain(step["text"]) for step in content["steps"]]:
        found.append("Its plan is not the plan of the template.")
    found += _other_way_back(content["rollback"], made)
    found += [
        f"It has no finished document of the kind “{document_names([kind])}”, which the template asks for."
        for kind in content["documents"]
        if kind not in made.documents
    ]
    if not found and made.change_class != ChangeClass.STANDARD:
        return [f"Its class is {made.change_class}."]
    return found


def _other_way_back(rollback: dict[str, Any], made: Made) -> list[str]:
    found = []
    if _plain(made.rollback_plan) != _plain(rollback["plan"]):
        found.append("Its way back is not the one of the template.")
    if (made.rollback_minutes or 0) > rollback["minutes"]:
        found.append(
            f"Going back takes {made.rollback_minutes:,} minutes. The template allows {rollback['minutes']:,}."
        )
    given = {_plain(text) for text in made.criteria}
    missing = [text for text in rollback["criteria"] if _plain(text) not in given]
    return found + [f"It leaves out a sign that means: go back. “{text}”" for text in missing]


def why_not_used(life: Life) -> str:
    """Return why no change may be made from a version, in a sentence; empty when one may.

    A change that was submitted within a version keeps it when that is superseded or retired, or its time is over.
    One whose version is suspended does not: what was approved did not hold.
    """
    if life.state == StandardState.SUSPENDED:
        return f"{life.name} is suspended, because {life.stopped_by} failed or was rolled back."
    if life.under_way and life.state in (StandardState.IN_FORCE, StandardState.SUPERSEDED):
        return ""
    if life.retired:
        return f"{life.name} is retired."
    if life.state != StandardState.IN_FORCE:
        return f"{life.name} is not in force: {StandardState(life.state).label.lower()}."
    if life.review_by is not None and life.today.isoformat() > life.review_by:
        return f"{life.name} could be used until {day(life.review_by)}."
    if life.most_uses is not None and life.uses >= life.most_uses:
        times = "once" if life.most_uses == 1 else f"{life.most_uses:,} times"
        return f"{life.name} may be used {times}, and was."
    return ""


def _plain(text: str) -> str:
    """Return a text without its spaces and line ends at the sides and doubled: they change nothing."""
    return " ".join(text.split())
