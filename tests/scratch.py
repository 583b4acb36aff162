"""A pytest plugin that gives the suite a scratch PORTAL_HOME and keeps its servers up.

It is named in ``addopts``, because the settings read PORTAL_HOME before any conftest.py is loaded.
"""

import os
import shutil
import tempfile

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

if WORKER:
    # Each xdist worker has its own two databases of the one Redis; the controller keeps the first two.
    os.environ["PORTAL_REDIS_DATABASE"] = str(2 * (1 + int(WORKER.removeprefix("gw")) % 7))
else:
    os.environ["PORTAL_HOME"] = tempfile.mkdtemp(prefix="portal-tests-", dir="/tmp")
    os.environ["PORTAL_POSTGRES_FSYNC"] = "off"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers once, before the xdist workers come up."""
    from portal import embedded

    if not session.config.option.collectonly:
        embedded.acquire()
        if embedded.wanted()[0]:
            _let_tests_act_as_owner()


def _let_tests_act_as_owner() -> None:
    """Let a test take the owner's role on its own connection (tests/dba.py). Nothing of it holds until it asks."""
    from portal.embedded import postgres

    with postgres.connect("postgres", postgres.SUPERUSER) as connection:
        connection.execute(f"GRANT {postgres.OWNER} TO {postgres.RUNTIME} WITH INHERIT FALSE")
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {postgres.OWNER}")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the servers and remove the scratch folder, when the last process of the run ends."""
    from portal import embedded

    embedded.release()
    if not WORKER:
        shutil.rmtree(os.environ["PORTAL_HOME"], ignore_errors=True)
