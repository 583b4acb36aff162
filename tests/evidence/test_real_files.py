"""What real tools wrote, against what their own counts and the people who labelled them say."""

import json
from collections import Counter
from pathlib import Path

import pytest

from apps.core.errors import Invalid
from apps.evidence.enums import Outcome
from apps.evidence.rules import Reading, reading_of

# What a label calls each outcome. A file without a verdict of its own is labelled so in several words.
NO_VERDICT = ("no_tests", "no_assertions", None)
WORDS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED}
TOOLS = ("datacontract_cli", "evidently", "evidently_legacy", "great_expectations", "junit", "openlineage")


def _read(path: Path) -> Reading:
    return reading_of(path.read_bytes())


@pytest.mark.parametrize("tool", TOOLS)
def test_each_labelled_file_comes_to_its_label(shared_data: Path, tool: str) -> None:
    folder = shared_data / "evidence" / tool
    labels = json.loads((folder / "labels.json").read_text())["files"]
    assert labels
    for label in labels:
        if label["expected"] == "invalid":
            with pytest.raises(Invalid, match="runId"):
                _read(folder / label["file"])
            continue
        outcome = _read(folder / label["file"]).outcome
        if label["expected"] in NO_VERDICT:
            assert outcome in (Outcome.MEASURED, Outcome.INCONCLUSIVE), label["file"]
        else:
            assert outcome == WORDS[label["expected"]], label["file"]


def test_results_are_as_many_as_each_tool_counted(shared_data: Path) -> None:
    def counts(path: str) -> dict[str, int]:
        return dict(
            Counter(finding.outcome.value for finding in _read(shared_data / "evidence" / path).findings)
        )

    bad = counts("datacontract_cli/breast_cancer_bad.json")
    assert bad == {"passed": 13, "failed": 3, "warned": 1}
    assert counts("evidently/breast_cancer_drifted_fail.snapshot.json") == {"failed": 5, "passed": 1}
    assert counts("evidently_legacy/breast_cancer_stability_preset.json") == {"failed": 6, "passed": 17}
    assert counts("great_expectations/breast_cancer_validation_fail.json") == {"failed": 3, "passed": 3}
    fail = counts("junit/breast_cancer_model_tests_fail.xml")
    assert fail == {"failed": 3, "error": 1, "skipped": 2, "passed": 2}
    assert counts("openlineage/dbt_test_events.json") == {"passed": 10, "failed": 4}


def test_a_report_and_its_snapshot_say_the_same(shared_data: Path) -> None:
    folder = shared_data / "evidence" / "evidently"
    for name in ("breast_cancer_candidate_pass", "breast_cancer_drifted_fail"):
        report = _read(folder / f"{name}.report.json")
        snapshot = _read(folder / f"{name}.snapshot.json")
        assert report.findings == snapshot.findings
        assert report.measured_at is None
        assert snapshot.measured_at is not None


def test_a_suite_of_expectations_is_refused_as_no_result(shared_data: Path) -> None:
    with pytest.raises(Invalid, match="not a result"):
        _read(shared_data / "evidence" / "great_expectations" / "breast_cancer_suite.json")


def test_fairness_is_read_by_group_with_its_size_and_judged_by_the_bounds_in_the_file(
    shared_data: Path,
) -> None:
    folder = shared_data / "evidence" / "fairlearn_sklearn"
    reading = _read(folder / "breast_cancer_fairness_fail.json")
    recall = {one.segment: one for one in reading.findings if one.metric == "recall"}
    assert recall["site = site_A"].value == 0.7662337662
    assert recall["site = site_A"].sample_size == 114
    assert reading.outcome == Outcome.FAILED
    assert reading.claims == {"model": "tumour-screening", "version": "2.1.0"}
    assert _read(folder / "breast_cancer_fairness_pass.json").outcome == Outcome.PASSED
    assert _read(folder / "breast_cancer_metrics.json").outcome == Outcome.MEASURED
