"""The one internal form of evidence: what a file asserts, line by line, and what comes of it as a whole."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from apps.core.errors import Invalid
from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.models.reports import TEXT_LIMIT

MOST_FINDINGS = 20_000
MOST_OF_ONE_MATTER = 300
"""So many results of a file about one matter are looked at, those that did not pass first. More are counted alone."""
_STEERS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
GONE_WRONG = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Finding:
    """One assertion and what came of it.

    ``subject`` is what was looked at (a table, a dataset, a suite of tests), ``column`` and ``segment`` the part of it.
    ``metric`` names the number in ``value``; ``low`` and ``high`` are the ends of its interval; ``sample_size`` counts
    the rows or cases behind it. ``champion`` is the same number of the version in use, measured on the same data, and
    ``champion_low`` and ``champion_high`` its interval. A number that is not finite is None.
    """

    assertion: str
    outcome: Outcome
    category: Category = Category.OTHER
    severity: Severity = Severity.CRITICAL
    subject: str = ""
    column: str = ""
    segment: str = ""
    metric: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    sample_size: int | None = None
    champion: float | None = None
    champion_low: float | None = None
    champion_high: float | None = None
    expected: str = ""
    observed: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read. ``measured_at`` is None when the file does not say; ``partial`` says what it left out.

    ``claims`` is what the file says about whose it is: model, version, artifact, champion. ``lineage`` is what the file
    says the version was made of: {code_commit, datasets: [{name, digest}], hyperparameters}.
    """

    format: Format
    findings: tuple[Finding, ...]
    tool_version: str = ""
    measured_at: datetime | None = None
    partial: str = ""
    claims: dict[str, str] = field(default_factory=dict)
    lineage: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        return outcome_of(self.findings, self.partial)


def outcome_of(findings: Iterable[Finding], partial: str) -> Outcome:
    """Return what a file comes to. A failure outweighs an error, an error whatever is unknown, that every pass.

    What covers a part alone, asserts nothing, or only warns is never a pass.
    """
    seen = {finding.outcome for finding in findings}
    if Outcome.FAILED in seen:
        return Outcome.FAILED
    if Outcome.ERROR in seen:
        return Outcome.ERROR
    if partial or Outcome.INCONCLUSIVE in seen:
        return Outcome.INCONCLUSIVE
    told = (Outcome.PASSED, Outcome.WARNED, Outcome.MEASURED)
    return next((outcome for outcome in told if outcome in seen), Outcome.INCONCLUSIVE)


def in_each_matter(said: Finding, findings: Iterable[Finding]) -> list[Finding]:
    """Return what a file says of its whole once for each category and metric in it: a check looks at one alone."""
    matters = {(one.category, metric) for one in findings for metric in ("", one.metric)}
    return [
        replace(said, category=category, metric=metric)
        for category, metric in sorted(matters or {(said.category, "")})
    ]


def topics_of(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return what findings speak of: the metrics, in lower case, by category."""
    found: dict[str, set[str]] = {}
    for finding in findings:
        metrics = found.setdefault(str(finding.category), set())
        if finding.metric:
            metrics.add(finding.metric.lower())
    return {category: sorted(metrics) for category, metrics in found.items()}


def looked_at(findings: Iterable[Finding]) -> Iterator[bool]:
    """Yield of each finding whether whoever judges looks at it: all that did not pass, and of each category so many
    passes that it is ``MOST_OF_ONE_MATTER`` together. More passes are counted alone.
    """
    every = list(findings)
    left = dict.fromkeys(Category, MOST_OF_ONE_MATTER)
    for finding in every:
        left[finding.category] -= finding.outcome != Outcome.PASSED
    for finding in every:
        if finding.outcome != Outcome.PASSED:
            yield True
            continue
        yield left[finding.category] > 0
        left[finding.category] -= 1


def passed_of(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings passed, by category."""
    return dict(Counter(str(one.category) for one in findings if one.outcome == Outcome.PASSED))


def failed_as(severity: Severity) -> Outcome:
    """Return what a failure of this severity is."""
    return Outcome.FAILED if severity == Severity.CRITICAL else Outcome.WARNED


def within(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of a file, and make no more of them than it may have.

    Raises:
        Invalid: ``file`` has more.
    """
    found = list(islice(findings, MOST_FINDINGS + 1))
    if len(found) > MOST_FINDINGS:
        raise Invalid({"file": [f"The file has more than {MOST_FINDINGS:,} results. Send fewer at once."]})
    return found


def text(value: Any, limit: int = TEXT_LIMIT) -> str:
    """Return anything a file holds as one line that the database can keep, shortened where it is long.

    What steers a terminal or turns the direction of writing is taken out: it also reaches the log of a pipeline.
    """
    if value is None:
        return ""
    line = " ".join(_STEERS.sub("", str(value)).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def number(value: Any) -> float | None:
    """Return a finite number, or None: NaN and infinity are no measurements, and true is not 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def count(value: Any) -> int | None:
    """Return a count of rows or cases; None when it is none."""
    found = number(value)
    return int(found) if found is not None and 0 <= found < 2**53 else None


def moment(value: Any) -> datetime | None:
    """Return a time as the tools write it; one without a zone is UTC. None when it is no time."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None


def stated_moment(value: Any) -> datetime | None:
    """Return the time that one of our own forms states; None when it states none.

    Raises:
        Invalid: ``file`` states what is no time. Taken for silence, it would count from when it came in.
    """
    found = moment(value)
    if found is None and value not in (None, ""):
        raise Invalid(
            {"file": [f"Its measured_at, “{text(value, 40)}”, is no time. Write it as 2026-01-31T09:30:00Z."]}
        )
    return found


def mapping(value: Any) -> dict[str, Any]:
    """Return a JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return a JSON array, or an empty one."""
    return value if isinstance(value, list) else []
