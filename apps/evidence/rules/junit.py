"""JUnit XML, as pytest, surefire, Gradle and others write it: the root is one suite, or suites within suites.

A skipped test is neither met nor failed. A file with no tests, or with fewer than it counts, is never a pass.
"""

from typing import Any
from xml.etree.ElementTree import Element

from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.rules.readings import Finding, Reading, moment, text

_ROOTS = ("testsuite", "testsuites")


def fits(document: Any) -> bool:
    """Return whether it is the XML of a test run."""
    return isinstance(document, Element) and document.tag in _ROOTS


def read(document: Element) -> Reading:
    """Return one finding for each test."""
    cases = list(document.iter("testcase"))
    findings = [_finding(case) for case in cases]
    suites = [document, *document.iter("testsuite")]
    times = [found for suite in suites if (found := moment(suite.get("timestamp")))]
    counted = _counted(document)
    return Reading(
        format=Format.JUNIT,
        findings=tuple(findings),
        measured_at=max(times, default=None),
        partial=f"The file counts {counted} tests and lists {len(cases)}." if counted > len(cases) else "",
    )


def _counted(root: Element) -> int:
    """Return how many tests the file says it has: of the root, else of the suites right below it."""
    own = root.get("tests", "")
    if own.isascii() and own.isdigit():
        return int(own)
    return sum(_counted(suite) for suite in root.findall("testsuite"))


def _finding(case: Element) -> Finding:
    outcome, told = _outcome(case)
    properties = {
        one.get("name", ""): one.get("value", "") for one in case.iter("property") if one.get("name")
    }
    said = told.get("message") or (told.text or "") if told is not None else ""
    return Finding(
        assertion=text(case.get("name"), 200) or "a test without a name",
        outcome=outcome,
        category=Category.TESTS,
        severity=Severity.WARNING if outcome == Outcome.WARNED else Severity.CRITICAL,
        subject=text(case.get("classname"), 200),
        observed=text("; ".join(f"{name} = {value}" for name, value in properties.items())),
        message=text(said),
    )


def _outcome(case: Element) -> tuple[Outcome, Element | None]:
    """Return what came of a test. One that failed and passed when it ran again is no clean pass."""
    for tag, outcome in (
        ("failure", Outcome.FAILED),
        ("error", Outcome.ERROR),
        ("rerunFailure", Outcome.FAILED),
        ("flakyFailure", Outcome.WARNED),
        ("flakyError", Outcome.WARNED),
        ("skipped", Outcome.SKIPPED),
    ):
        told = case.find(tag)
        if told is not None:
            return outcome, told
    return Outcome.PASSED, None
