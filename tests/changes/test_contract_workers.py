"""Large contracts, compared by a worker of its own: to the end, though one is killed in the midst of it."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from apps.audit.models import AuditEvent
from apps.changes.models import ProposedContract
from apps.changes.services import propose_contract, submit_change
from apps.core.errors import Invalid
from apps.evidence.models import ContractComparison
from tests.changes.contracts import a_contract
from tests.changes.estate import NOW, Estate, at, draft, fresh
from tests.conftest import a_worker
from tests.faults.whole import wait_until

TABLES = 1200


def large(length: int) -> bytes:
    """Return an ODCS contract of some two megabytes and a half, whose first columns are as long as this."""
    column = "  - name: c{column}\n    logicalType: string\n    required: true\n    physicalType: varchar({length})\n"
    told = "    description: What the warehouse holds of each application in this column.\n"
    tables = []
    for table in range(TABLES):
        columns = (column.format(column=n, length=40 if n else length) + told for n in range(12))
        tables.append(f"- name: t{table}\n  properties:\n" + "".join(columns))
    head = "apiVersion: v3.0.2\nkind: DataContract\nid: warehouse\nversion: 1.0.0\nstatus: active\nschema:\n"
    return (head + "".join(tables)).encode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_large_contract_whose_worker_is_killed_is_taken_up_again_and_compared_once(
    estate: Estate, settings: Any
) -> None:
    old, new = large(40), large(20)
    assert 2_000_000 < len(new) < 3_000_000
    contract = a_contract(estate, old)
    change = draft(estate)
    with a_worker(settings) as worker:
        with at(NOW):
            row = propose_contract(
                actor=estate.actor("amara"), change=change, contract=contract.key, content=new
            )
        wait_until(lambda: _is_held(row))
        _kill(worker)
    wait_until(lambda: not _is_held(row))
    row.refresh_from_db()
    assert row.is_waiting
    assert not ContractComparison.objects.exists()
    with at(NOW), pytest.raises(Invalid, match="still being compared"):
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    with a_worker(settings):
        # As beat does each minute.
        current_app.send_task("apps.changes.tasks.task_compare_contracts", ignore_result=True)
        wait_until(lambda: not _waits(row))
    assert row.comparison is not None
    assert (row.comparison.level, row.comparison.total) == ("breaking", TABLES)
    assert AuditEvent.objects.filter(event="change.contract_compared").count() == 1
    with at(NOW):
        assert submit_change(actor=estate.actor("amara"), change=fresh(change)).revision is not None


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """Kill a worker and the process in which it works."""
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    for pid in (worker.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    worker.wait()


def _is_held(row: ProposedContract) -> bool:
    """Return whether somebody is at work on it."""
    with transaction.atomic():
        free = ProposedContract.objects.select_for_update(skip_locked=True).filter(pk=row.pk)
        return not free.exists()


def _waits(row: ProposedContract) -> bool:
    row.refresh_from_db()
    return row.is_waiting
