"""The bundle of everything that the demo organisation did, packed and checked as the README says."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.audit.models import AuditEvent
from tests.e2e.organisation import Names

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_bundle_over_every_kind_of_entry_verifies(names: Names, home: Path, tmp_path: Path) -> None:
    assert names["gate_pass"]
    first, last = (
        AuditEvent.objects.order_by(order).values_list("at", flat=True)[0] for order in ("at", "-at")
    )
    bundle = tmp_path / "bundle.zip"
    call_command("export_audit", "--from", f"{first:%F}", "--to", f"{last:%F}", "--out", str(bundle))
    with zipfile.ZipFile(bundle) as packed:
        verifier = packed.extract("verify.py", tmp_path)
    checked = subprocess.run(
        [sys.executable, verifier, str(bundle), "--key", str(home / "ledger.pub")],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "pass of the gate" in checked.stdout or "passes of the gate" in checked.stdout
