"""OpenLineage: one event, an array of them, or a bare facet of assertions (spec 1.x and 2.x).

Events of datasets and jobs have no run. A run that began and never ended is partial, and so is one that broke off, or
failed and does not say at what.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from apps.core.errors import Invalid
from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.rules.readings import (
    Finding,
    Reading,
    count,
    failed_as,
    items,
    mapping,
    moment,
    number,
    text,
    within,
)

_FACET = "dataQualityAssertions"
_ENDS_WELL = "the run ends well"
_ENDED = ("COMPLETE", "FAIL", "ABORT")
_ABOUT = (
    ("unique", Category.UNIQUENESS),
    ("null", Category.COMPLETENESS),
    ("row_count", Category.VOLUME),
    ("freshness", Category.FRESHNESS),
    ("schema", Category.SCHEMA),
    ("type", Category.SCHEMA),
    ("exist", Category.SCHEMA),
)


def fits(document: Any) -> bool:
    """Return whether it is one of the shapes: each object of an array must be an event."""
    if isinstance(document, list):
        return bool(document) and all(_is_event(one) for one in document)
    return _is_event(document) or _is_facet(document)


def _is_event(value: Any) -> bool:
    held = mapping(value)
    return "eventTime" in held and any(name in held for name in ("run", "job", "dataset", "producer"))


def _is_facet(value: Any) -> bool:
    held = mapping(value)
    return any(
        "_schemaURL" in mapping(one) and "openlineage" in str(one["_schemaURL"]) for one in held.values()
    )


def read(document: Any) -> Reading:
    """Return the assertions of every event, and the datasets that went in.

    Raises:
        Invalid: ``file`` holds a run, or the parent of one, without its identity. The specification asks for a UUID;
            real tools write other names too, so any name is taken.
    """
    if not isinstance(document, list) and not _is_event(document):
        findings = within(_assertions(mapping(document), ""))
        return Reading(Format.OPENLINEAGE, tuple(findings))
    events = [mapping(one) for one in (document if isinstance(document, list) else [document])]
    for place, event in enumerate(events, start=1):
        _check(event, place)
    findings = within(finding for event in events for finding in _of_event(event))
    times: list[datetime] = [found for event in events if (found := moment(event.get("eventTime")))]
    return Reading(
        format=Format.OPENLINEAGE,
        findings=tuple(findings),
        measured_at=max(times, default=None),
        partial=_partial(events, findings),
        lineage=_lineage(events),
    )


def _partial(events: list[dict[str, Any]], findings: list[Finding]) -> str:
    begun = len(_runs(events, ("START", "RUNNING")) - _runs(events, _ENDED))
    ended_badly = sum(finding.assertion == _ENDS_WELL for finding in findings)
    counted = ((begun, "began and did not end"), (ended_badly, "did not end well"))
    return " ".join(f"{count} of the runs in the file {what}." for count, what in counted if count)


def _check(event: dict[str, Any], place: int) -> None:
    if "run" not in event:
        return
    run = mapping(event["run"])
    parent = mapping(run.get("facets")).get("parent")
    named = [("The run", run.get("runId"))]
    if parent is not None:
        named.append(("The parent of the run", mapping(mapping(parent).get("run")).get("runId")))
    for what, found in named:
        if not (isinstance(found, str) and found.strip()):
            raise Invalid({"file": [f"{what} in event {place} has no runId. OpenLineage asks for one."]})


def _runs(events: list[dict[str, Any]], types: tuple[str, ...]) -> set[str]:
    return {
        str(mapping(event.get("run")).get("runId")).lower()
        for event in events
        if event.get("eventType") in types
    }


def _of_event(event: dict[str, Any]) -> Iterator[Finding]:
    job = mapping(event.get("job"))
    says_why = False
    for dataset in _datasets(event):
        subject = text(dataset.get("name") or job.get("name"), 200)
        for facets in ("facets", "inputFacets", "outputFacets"):
            for found in _assertions(mapping(dataset.get(facets)), subject):
                says_why = says_why or found.outcome in (Outcome.FAILED, Outcome.WARNED)
                yield found
    end = event.get("eventType")
    if end == "ABORT" or (end == "FAIL" and not says_why):
        yield Finding(
            assertion=_ENDS_WELL,
            outcome=Outcome.ERROR,
            subject=text(job.get("name"), 200),
            observed=text(end),
            message=text(_error(event)),
        )


def _datasets(event: dict[str, Any]) -> list[dict[str, Any]]:
    named = [*items(event.get("inputs")), *items(event.get("outputs"))]
    return [mapping(one) for one in (*named, *([event["dataset"]] if "dataset" in event else []))]


def _assertions(facets: dict[str, Any], subject: str) -> Iterator[Finding]:
    for one in items(mapping(facets.get(_FACET)).get("assertions")):
        held = mapping(one)
        name = text(held.get("assertion"), 200) or "an assertion without a name"
        severity = (
            Severity.WARNING
            if str(held.get("severity")).lower() in ("warn", "warning")
            else Severity.CRITICAL
        )
        success = held.get("success")
        outcome = Outcome.PASSED if success is True else Outcome.INCONCLUSIVE
        yield Finding(
            assertion=name,
            outcome=failed_as(severity) if success is False else outcome,
            category=next((about for part, about in _ABOUT if part in name.lower()), Category.VALIDITY),
            severity=severity,
            subject=subject,
            column=text(held.get("column"), 120),
            value=number(held.get("actual")),
            sample_size=count(held.get("rowCount")),
            expected=text(held.get("expected")),
            observed=text(held.get("actual")),
            message=text(held.get("content")),
        )


def _error(event: dict[str, Any]) -> Any:
    facets = mapping(mapping(event.get("run")).get("facets"))
    return mapping(facets.get("errorMessage")).get("message") or "The run did not end well."


def _lineage(events: list[dict[str, Any]]) -> dict[str, Any]:
    datasets: dict[str, str] = {}
    commit = ""
    for event in events:
        for one in items(event.get("inputs")):
            held = mapping(one)
            version = mapping(mapping(held.get("facets")).get("version")).get("datasetVersion")
            datasets[text(held.get("name"), 200)] = text(version, 200)
        source = mapping(mapping(mapping(event.get("job")).get("facets")).get("sourceCodeLocation"))
        commit = text(source.get("version"), 64) or commit
    if not datasets and not commit:
        return {}
    return {
        "datasets": [{"name": name, "digest": digest} for name, digest in datasets.items()],
        "code_commit": commit,
    }
