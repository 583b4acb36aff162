"""datacontract-cli: the result of ``datacontract test`` as JSON.

A run with filters covers a part alone. A run that was broken off leaves checks whose result is null.
"""

from typing import Any

from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.rules.readings import (
    Finding,
    Reading,
    count,
    failed_as,
    in_each_matter,
    items,
    mapping,
    moment,
    number,
    text,
    within,
)

_ABOUT = {
    "uniqueness": Category.UNIQUENESS,
    "completeness": Category.COMPLETENESS,
    "timeliness": Category.FRESHNESS,
    "coverage": Category.VOLUME,
    "schema": Category.SCHEMA,
    "servicelevel": Category.FRESHNESS,
}
_SCHEMA_TYPES = ("is_present", "_type")


def fits(document: Any) -> bool:
    """Return whether it is a run of datacontract-cli."""
    held = mapping(document)
    return "runId" in held and isinstance(held.get("checks"), list)


def read(document: dict[str, Any]) -> Reading:
    """Return the checks of the run."""
    findings = within(_finding(mapping(check)) for check in items(document["checks"]))
    findings += _contradiction(document.get("result"), findings)
    return Reading(
        format=Format.DATA_CONTRACT,
        findings=tuple(findings),
        tool_version=text(document.get("datacontractCliVersion"), 40),
        measured_at=moment(document.get("timestampEnd")) or moment(document.get("timestampStart")),
        partial=_partial(document),
        claims={
            name: text(document[key], 120)
            for name, key in (("contract", "dataContractId"), ("contract_version", "dataContractVersion"))
            if document.get(key)
        },
    )


def _partial(document: dict[str, Any]) -> str:
    if document.get("dryRun"):
        return "It was a dry run: nothing was measured."
    if document.get("filters"):
        return f"The run was narrowed by filters: {text(document['filters'], 120)}."
    return ""


def _finding(check: dict[str, Any]) -> Finding:
    diagnostics = mapping(check.get("diagnostics"))
    severity = (
        Severity.WARNING if str(diagnostics.get("severity")) in ("warning", "info") else Severity.CRITICAL
    )
    outcome = {
        "passed": Outcome.PASSED,
        "failed": failed_as(severity),
        "warning": Outcome.WARNED,
        "error": Outcome.ERROR,
        "skipped": Outcome.SKIPPED,
    }.get(str(check.get("result")), Outcome.INCONCLUSIVE)
    return Finding(
        assertion=text(check.get("name") or check.get("type"), 200) or "a check without a name",
        outcome=outcome,
        category=_about(check),
        severity=Severity.WARNING if outcome == Outcome.WARNED else severity,
        subject=text(check.get("model"), 200),
        column=text(check.get("field"), 120),
        metric=text(diagnostics.get("metric"), 80),
        value=number(diagnostics.get("value")),
        sample_size=count(diagnostics.get("row_count")),
        expected=text(diagnostics.get("threshold")),
        observed=text(diagnostics.get("value")),
        message=text(check.get("reason")),
    )


def _about(check: dict[str, Any]) -> Category:
    if any(part in str(check.get("type")) for part in _SCHEMA_TYPES):
        return Category.SCHEMA
    for key in ("dimension", "category"):
        found = _ABOUT.get(str(check.get(key)))
        if found:
            return found
    return Category.VALIDITY


_SAYS_WHY = {
    # A failure whose severity is low is one that warned.
    Outcome.FAILED: {Outcome.FAILED, Outcome.WARNED},
    Outcome.ERROR: {Outcome.ERROR},
}


def _contradiction(result: Any, findings: list[Finding]) -> list[Finding]:
    """Return what the run says of itself where no check says so, in each matter of the run."""
    if result in ("passed", "warning"):
        return []
    outcome = {"failed": Outcome.FAILED, "error": Outcome.ERROR}.get(str(result), Outcome.INCONCLUSIVE)
    if any(finding.outcome in _SAYS_WHY.get(outcome, ()) for finding in findings):
        return []
    message = f"The run says “{text(result, 20)}”, and no check says why." if result else ""
    said = Finding("result of the run", outcome, observed=text(result), message=message)
    return in_each_matter(said, findings)
