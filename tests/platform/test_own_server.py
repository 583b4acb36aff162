"""What docs/operators.md tells an operator to run on a PostgreSQL server of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from portal.embedded import postgres

PAGE = Path(settings.BASE_DIR, "docs", "operators.md")
ASKS = (
    "import django; django.setup();"
    "from apps.audit.selectors.protection import ledger_is_protected;"
    "from apps.audit.services import record_event, seal_pending;"
    "from apps.core import actors; from django.db import transaction;"
    "transaction.atomic(record_event)(event='a.b', actor=actors.system('x'), obj=('x', 'y'));"
    "print(ledger_is_protected(), seal_pending().size)"
)


@pytest.mark.slow
def test_statements_of_the_page_for_operators_make_a_guarded_ledger(tmp_path: Path) -> None:
    written = PAGE.read_text().split("## Guard the ledger")[1].split("## ")[0]
    text = re.sub(r"\bportal(?=[\s;_])", "own", written.replace("…", "secret"))
    statements = re.findall(r"^    ([A-Z].*?;)", text, re.M)
    assert len(statements) == 8
    for number, statement in enumerate(statements):
        with postgres.connect("own" if number == 7 else "postgres", postgres.SUPERUSER) as superuser:
            superuser.execute(statement)
    host = postgres.settings()["HOST"]
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://own_runtime:secret@/own?host={host}&port={postgres.PORT}",
        "LEDGER_ROLE": "own_ledger",
        "PORTAL_HOME": str(tmp_path / "own"),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    owner = {"OWNER_DATABASE_URL": f"postgresql://own:secret@/own?host={host}&port={postgres.PORT}"}
    run([sys.executable, "manage.py", "migrate", "-v0"], environment | owner)
    assert run([sys.executable, "-c", ASKS], environment) == "True 1\n"


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
