"""JUnit XML, as pytest, surefire, Gradle and others write it: the root is one suite, or suites within suites.

A skipped test is neither met nor failed. A file with no tests, or with fewer than it counts, is never a pass. Nor is
one that counts more tests that went wrong than it lists.
"""

from typing import Any
from xml.etree.ElementTree import Element

from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.rules.readings import GONE_WRONG, Finding, Reading, moment, text, within

_ROOTS = ("testsuite", "testsuites")
_LONGEST_COUNT = 15
"""More digits are cut off: no file of ours holds as many tests."""


def fits(document: Any) -> bool:
    """Return whether it is the XML of a test run."""
    return isinstance(document, Element) and document.tag in _ROOTS


def read(document: Element) -> Reading:
    """Return one finding for each test. It is as old as its oldest suite."""
    cases = list(document.iter("testcase"))
    findings = within(_finding(case) for case in cases)
    suites = [suite for root in _ROOTS for suite in document.iter(root)]
    times = [found for suite in suites if (found := moment(suite.get("timestamp")))]
    counted = _counted(document, "tests")
    return Reading(
        format=Format.JUNIT,
        findings=(*findings, *_unlisted(document, findings)),
        measured_at=min(times, default=None),
        partial=f"The file counts {counted} tests and lists {len(cases)}." if counted > len(cases) else "",
    )


def _counted(suite: Element, *names: str) -> int:
    """Return how many tests a suite says it has: itself, or those right below it where they say more."""
    own = [suite.get(name, "")[:_LONGEST_COUNT] for name in names]
    below = sum(_counted(one, *names) for one in suite if one.tag in _ROOTS)
    return max(below, sum(int(count) for count in own if count.isascii() and count.isdigit()))


def _unlisted(root: Element, findings: list[Finding]) -> list[Finding]:
    """Return what went wrong by the file's own count, where it lists fewer such tests."""
    counted = _counted(root, "failures", "errors")
    listed = sum(finding.outcome in GONE_WRONG for finding in findings)
    if counted <= listed:
        return []
    return [
        Finding(
            "what the file counts",
            Outcome.FAILED if _counted(root, "failures") else Outcome.ERROR,
            Category.TESTS,
            message=f"The file counts {counted} tests that went wrong, and lists {listed}.",
        )
    ]


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
