"""Great Expectations, 0.18 and 1.x: results of a suite, of a checkpoint, and what ``describe()`` prints of one.

``success`` of the whole ignores severity, and a raised exception is a failure there. Here it is an error.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

from apps.core.errors import Invalid
from apps.evidence.enums import Category, Format, Outcome, Severity
from apps.evidence.rules.readings import (
    GONE_WRONG,
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

_ABOUT = (
    # The first that is part of an expectation's name says what it is about.
    ("unique", Category.UNIQUENESS),
    ("null", Category.COMPLETENESS),
    ("row_count", Category.VOLUME),
    ("to_exist", Category.SCHEMA),
    ("columns_to_match", Category.SCHEMA),
    ("column_count", Category.SCHEMA),
    ("of_type", Category.SCHEMA),
    ("in_type_list", Category.SCHEMA),
    ("kl_divergence", Category.DRIFT),
    ("mean", Category.DRIFT),
    ("median", Category.DRIFT),
    ("stdev", Category.DRIFT),
    ("quantile", Category.DRIFT),
)
_SHARE = "unexpected_percent"
_PARTS = (
    "column",
    "column_A",
    "column_B",
    "column_list",
    "column_set",
    "batch_id",
    "row_condition",
    "condition_parser",
)
_CHECKPOINTS = ("run_results", "validation_results")


def fits(document: Any) -> bool:
    """Return whether it is a result, a checkpoint's, or a suite (which is refused by ``read``, with the reason)."""
    held = mapping(document)
    if any(name in held for name in _CHECKPOINTS):
        return "success" in held or "run_id" in held
    if isinstance(held.get("expectations"), list) and "success" not in held:
        return True
    return "success" in held and isinstance(held.get("results"), list) and "statistics" in held


def read(document: dict[str, Any]) -> Reading:
    """Return what the expectations came to.

    Raises:
        Invalid: ``file`` is a suite: what was expected, and not what came of it.
    """
    if "success" not in document and "expectations" in document:
        raise Invalid(
            {
                "file": [
                    "This is a suite of expectations, and not a result. Send what validating with it returned."
                ]
            }
        )
    results = list(_results(document))
    listed = [items(result.get("results", result.get("expectations"))) for result in results]
    missing = sum(_unlisted(result, len(its)) for result, its in zip(results, listed, strict=True))
    findings = within(
        _finding(mapping(one), result) for result, its in zip(results, listed, strict=True) for one in its
    )
    left = iter(findings)
    each = [list(islice(left, len(its))) for its in listed]
    wholes = [(document, findings), *zip(results, each, strict=True)]
    findings += _contradictions(wholes, findings)
    meta = next((mapping(result.get("meta")) for result in results if result.get("meta")), {})
    return Reading(
        format=Format.GREAT_EXPECTATIONS,
        findings=tuple(findings),
        tool_version=text(meta.get("great_expectations_version"), 40),
        measured_at=_measured_at(meta, document),
        partial=f"{missing} of the expectations are not listed in the file." if missing else "",
    )


def _results(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each result of a suite in the file: it is one, or holds them by name or in a list."""
    if "validation_results" in document:
        yield from (mapping(one) for one in items(document["validation_results"]))
    elif "run_results" in document:
        for one in mapping(document["run_results"]).values():
            held = mapping(one)
            yield mapping(held.get("validation_result", held))
    else:
        yield document


def _finding(result: dict[str, Any], suite: dict[str, Any]) -> Finding:
    config = mapping(result.get("expectation_config")) or result
    kwargs, found = mapping(config.get("kwargs")), mapping(result.get("result"))
    name = text(config.get("type") or config.get("expectation_type"), 120)
    severity = _severity(config.get("severity"))
    raised = _raised(result.get("exception_info"))
    observed = found.get("observed_value", found.get(_SHARE))
    metric = "" if "observed_value" in found or observed is None else _SHARE
    return Finding(
        assertion=name or "an expectation without a type",
        outcome=_outcome(result.get("success"), raised, severity),
        category=next((about for part, about in _ABOUT if part in name), Category.VALIDITY),
        severity=severity,
        subject=_subject(suite),
        column=text(_columns(kwargs), 120),
        segment=text(kwargs.get("row_condition"), 120),
        metric=metric,
        value=number(observed),
        sample_size=count(found.get("element_count")),
        expected=text(
            ", ".join(f"{key} {_said(value)}" for key, value in kwargs.items() if _limits(key, value))
        ),
        observed=text(observed) if metric != _SHARE else text(f"{observed}% unexpected"),
        message=text(raised),
    )


def _limits(key: str, value: Any) -> bool:
    """Return whether an argument says what is expected, and not where, or how the tool answers."""
    return key not in _PARTS and value is not None


def _said(value: Any) -> str:
    """Return an argument as people write it: a list by its parts, without quotes."""
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def _outcome(success: Any, raised: str, severity: Severity) -> Outcome:
    if raised:
        return Outcome.ERROR
    if success is True:
        return Outcome.PASSED
    return failed_as(severity) if success is False else Outcome.INCONCLUSIVE


def _severity(value: Any) -> Severity:
    return Severity(value) if value in Severity.values else Severity.CRITICAL


def _raised(info: Any) -> str:
    """Return the message of an exception: the object is flat, or keyed by what was computed."""
    held = mapping(info)
    each = [held] if "raised_exception" in held else [mapping(one) for one in held.values()]
    for one in each:
        if one.get("raised_exception"):
            return str(one.get("exception_message") or "The expectation raised an exception.")
    return ""


def _columns(kwargs: dict[str, Any]) -> str:
    pair = [kwargs[name] for name in ("column", "column_A", "column_B") if kwargs.get(name)]
    return ", ".join(str(one) for one in pair or items(kwargs.get("column_list") or kwargs.get("column_set")))


def _subject(suite: dict[str, Any]) -> str:
    meta = mapping(suite.get("meta"))
    batch = mapping(meta.get("active_batch_definition"))
    asset = batch.get("data_asset_name")
    source = batch.get("datasource_name")
    if asset:
        return text(f"{source}/{asset}" if source else asset, 200)
    return text(suite.get("suite_name") or meta.get("expectation_suite_name"), 200)


def _unlisted(result: dict[str, Any], listed: int) -> int:
    """Return how many were evaluated and are not in the file: GE can leave out those that were met."""
    evaluated = count(mapping(result.get("statistics")).get("evaluated_expectations"))
    return max(0, (evaluated or 0) - listed)


def _contradictions(
    wholes: list[tuple[dict[str, Any], list[Finding]]], findings: list[Finding]
) -> list[Finding]:
    """Return a failure in each matter of a whole that failed, where nothing that it lists says so."""
    said = Finding(
        "success of the whole", Outcome.FAILED, message="The file says that it failed, and not where."
    )
    silent = [
        its
        for whole, its in wholes
        if whole.get("success") is False and not any(one.outcome in GONE_WRONG for one in its)
    ]
    if not silent:
        return []
    # One that lists nothing may have failed at anything.
    return in_each_matter(said, findings if [] in silent else chain.from_iterable(silent))


def _measured_at(meta: dict[str, Any], document: dict[str, Any]) -> datetime | None:
    run = mapping(meta.get("run_id") or document.get("run_id"))
    for value in (meta.get("validation_time"), run.get("run_time")):
        found = moment(value) or _compact(value)
        if found:
            return found
    return None


def _compact(value: Any) -> datetime | None:
    """Return a time as 0.18 writes it: 20231114T101530.123456Z."""
    try:
        return datetime.strptime(str(value), "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
