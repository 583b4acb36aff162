"""Files of evidence, as the tools of the demo organisation write them: Great Expectations, Evidently, datacontract-cli,
pytest, and the portal's own forms. Each function returns the bytes of one file.
"""

import json
from datetime import datetime
from typing import Any

METRIC = "evidently:metric_v2:ValueDrift"


def expectations(asset: str, columns: list[str], rows: int, at: datetime) -> bytes:
    """Return what validating with Great Expectations 1.x gives, all of it met."""
    results = [
        {
            "success": True,
            "expectation_config": {
                "type": kind,
                "kwargs": {"batch_id": asset, "column": column} | bounds,
                "severity": "critical",
            },
            "result": {"element_count": rows, "unexpected_count": 0, "unexpected_percent": 0.0},
            "exception_info": {"raised_exception": False, "exception_message": None},
        }
        for column in columns
        for kind, bounds in (
            ("expect_column_values_to_not_be_null", {}),
            ("expect_column_values_to_be_between", {"min_value": 0, "max_value": 1_000_000}),
        )
    ]
    return _json(
        success=True,
        results=results,
        suite_name=asset,
        statistics={"evaluated_expectations": len(results), "successful_expectations": len(results)},
        meta={
            "great_expectations_version": "1.24.1",
            "active_batch_definition": {"datasource_name": "warehouse", "data_asset_name": asset},
            "validation_time": at.isoformat(),
        },
    )


def drift(signals: dict[str, float], limit: float, at: datetime) -> bytes:
    """Return a report of Evidently: how far each signal has drifted, with a test of each against the limit."""
    metrics, tests = [], []
    for place, (column, value) in enumerate(signals.items(), 1):
        config = {"type": METRIC, "column": column, "method": "PSI", "threshold": limit}
        name = f"ValueDrift({column})"
        metrics.append({"id": f"drift-{place}", "metric_name": name, "config": config, "value": value})
        tests.append(
            {
                "id": "drift",
                "name": f"Value Drift for column {column}",
                "description": f"Drift score is {value}. The drift detection method is PSI.",
                "metric_config": {"metric_id": f"drift-{place}", "params": config},
                "test_config": {},
                "status": "SUCCESS" if value < limit else "FAIL",
                "bound_test": {"test": {"is_critical": True}},
            }
        )
    return _json(metrics=metrics, tests=tests, timestamp=at.isoformat())


def contract_run(contract: str, fields: list[str], at: datetime) -> bytes:
    """Return a run of ``datacontract test`` in which each field was there."""
    checks = [
        {
            "category": "schema",
            "type": "field_is_present",
            "name": f"Check that field '{field}' is present",
            "model": contract,
            "field": field,
            "result": "passed",
            "diagnostics": {"metric": "field_present", "present": True},
        }
        for field in fields
    ]
    return _json(
        runId=f"{contract}-{at:%Y%m%d%H%M}",
        datacontractCliVersion="1.2.8",
        dataContractId=contract,
        timestampEnd=at.isoformat(),
        result="passed",
        checks=checks,
    )


def tests_run(names: list[str], at: datetime) -> bytes:
    """Return the JUnit XML of a run of pytest in which everything passed."""
    cases = "".join(f'<testcase classname="tests" name="{name}" time="0.4" />' for name in names)
    head = f'<testsuite name="pytest" tests="{len(names)}" failures="0" timestamp="{at.isoformat()}">'
    return (
        f'<?xml version="1.0" encoding="utf-8"?><testsuites>{head}{cases}</testsuite></testsuites>'.encode()
    )


def compared(name: str, champion: str, values: tuple[float, float], spread: float, at: datetime) -> bytes:
    """Return a metric of the new model and of the one in use (``champion``), with intervals, on the same cases."""
    new, old = values
    row = {"name": name, "challenger": _measured(new, spread), "champion": _measured(old, spread)}
    return _json(
        countersign="metrics/1", measured_at=at.isoformat(), champion={"version": champion}, metrics=[row]
    )


def by_segment(name: str, segments: dict[str, tuple[float, int]], at: datetime) -> bytes:
    """Return a metric on the whole and for each segment, each with its value and the number of cases."""
    rows = [
        {"name": name, "segment": segment, "challenger": {"value": value, "n": cases}}
        for segment, (value, cases) in segments.items()
    ]
    return _json(countersign="metrics/1", measured_at=at.isoformat(), metrics=rows)


def one_check(
    name: str, category: str, at: datetime, *, outcome: str = "passed", **more: str | float
) -> bytes:
    """Return one check in the portal's own form, for what has no format of its own."""
    row = {"name": name, "category": category, "outcome": outcome} | more
    return _json(countersign="checks/1", measured_at=at.isoformat(), checks=[row])


def _measured(value: float, spread: float) -> dict[str, float]:
    return {"value": value, "low": round(value - spread, 3), "high": round(value + spread, 3), "n": 1240}


def _json(**document: Any) -> bytes:
    return json.dumps(document).encode()
