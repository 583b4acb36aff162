"""The content of a revision, as it is signed, for tests that show one."""

from typing import Any

from apps.accounts.models import User
from apps.changes.enums import ChangeState
from apps.changes.models import Change, Revision
from apps.core import clock
from tests.dba import unguarded


def a_content(ref: str = "CHG-1042") -> dict[str, Any]:
    """Return what a change of a dataset and a model, which a service calls, is signed as."""
    model = {"key": "model:default/credit-risk", "title": "Credit risk", "kind": ""}
    path = [model, {"key": "service:default/loans", "title": "Loan desk", "kind": "calls"}]
    return {
        "v": 1,
        "ref": ref,
        "class": "normal",
        "risk": 3,
        "requester": "person:1",
        "title": "Retrain the credit-risk model on Q3 data",
        "summary": "We teach the model that scores loan applicants with data up to September.",
        "outcome": "It spots 3 more bad loans in every 1,000.",
        "cost_of_waiting": "About £40,000 a month in loans that go bad.",
        "items": [
            {
                "component": "dataset:default/loans",
                "title": "Loan applications",
                "kind": "dataset",
                "from": a_version("2026-06"),
                "to": a_version("2026-09", datasets=[{"name": "loans", "digest": "sha256:aa11bb22cc33"}]),
                "difference": "107,788 more rows",
            },
            {
                "component": "model:default/credit-risk",
                "title": "Credit risk",
                "kind": "model",
                "from": a_version(
                    "12",
                    metrics={"auc": 0.831, "auc_low": 0.822, "auc_high": 0.84, "recall": None},
                    hyperparameters={"depth": "3"},
                ),
                "to": a_version(
                    "13",
                    metrics={"auc": 0.842, "auc_low": 0.833, "auc_high": 0.851, "recall": 0.5},
                    hyperparameters={"depth": "4"},
                    datasets=[{"name": "loans 2026-09", "digest": "dd44ee55ff66"}],
                    code_commit="0123456789abcdef",
                ),
                "difference": "Retrained; same method",
            },
        ],
        "impact": [
            {
                "key": "service:default/loans",
                "title": "Loan desk",
                "kind": "service",
                "tier": 1,
                "severity": "high",
                "depth": 1,
                "path": path,
                "included": True,
                "by_hand": False,
                "reason": "",
            }
        ],
        "window": {
            "time_zone": "Europe/London",
            "local_start": "2027-01-19T06:00",
            "local_end": "2027-01-19T08:30",
            "start": "2027-01-19T06:00:00.000000Z",
            "end": "2027-01-19T08:30:00.000000Z",
        },
        "success_metrics": [
            {
                "name": "Bad loans caught",
                "unit": "per 1,000",
                "direction": "at_least",
                "baseline": 21.0,
                "target": 24.0,
                "bound": 20.0,
            }
        ],
        "rollback": {
            "plan": "Point the alias back at version 12.",
            "minutes": 4,
            "criteria": ["Approvals fall by more than 2 points in any hour"],
        },
        "risks": [
            {
                "text": "Scores shift for young applicants",
                "likelihood": "possible",
                "harm": "severe",
                "mitigation": "",
            }
        ],
        "plan": [],
    }


def a_version(version: str, **more: Any) -> dict[str, Any]:
    """Return one version with its lineage."""
    blank: dict[str, Any] = {
        "code_commit": "",
        "datasets": [],
        "hyperparameters": {},
        "metrics": {},
        "source_ref": "",
    }
    return {"version": version, **blank, **more}


def a_revision(number: int, requester: User, digest: str) -> Revision:
    """Write down a change with one revision, as submission leaves it."""
    change = Change.objects.create(
        number=number, requester=requester, state=ChangeState.IN_REVIEW, title="Retrain the credit-risk model"
    )
    revision = Revision.objects.create(
        change=change,
        number=1,
        content=a_content(change.ref),
        digest=digest,
        submitted_by=requester,
        submitted_at=clock.now(),
    )
    Change.objects.filter(pk=change.pk).update(revision=revision)
    return revision


def tamper(revision: Revision, **values: object) -> None:
    """Change a revision behind the portal's back, as only the owner of the database can."""
    with unguarded("changes_revision"):
        Revision.objects.filter(pk=revision.pk).update(**values)
