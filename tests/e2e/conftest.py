"""One Chromium for the whole run, and one filling of the demo organisation for the tests that ask for its ``names``."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.dba import Rows, copy_in, copy_out
from tests.e2e.browser import Chromium, chromium
from tests.e2e.organisation import Names, settle
from tests.scenes import empty


@dataclass(frozen=True)
class Settled:
    """The demo organisation as it was filled: its names, the rows of its tables, and the folder that it wrote."""

    names: Names
    rows: Rows
    home: Path


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """Start Chromium once. Playwright keeps an event loop open, so Django must be told that we know."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def settled(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Settled:
    """Fill the organisation, which takes long, and take it out of the database again."""
    home = tmp_path_factory.mktemp("settled") / "home"
    with django_db_blocker.unblock(), override_settings(PORTAL_HOME=home):
        names = settle(home)
        rows = copy_out()
        empty()
    return Settled(names, rows, home)


@pytest.fixture(scope="module")
def home(settled: Settled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the organisation's folder for the tests of a module, as they share one database."""
    return Path(shutil.copytree(settled.home, tmp_path_factory.mktemp("organisation") / "home"))


@pytest.fixture(scope="module")
def names(settled: Settled, home: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Names]:
    """Put the organisation into the database for the tests of a module, and empty it at the end."""
    with django_db_blocker.unblock(), override_settings(PORTAL_HOME=home):
        copy_in(settled.rows)
        yield settled.names
        empty()


@pytest.fixture(autouse=True)
def ledger_home(request: pytest.FixtureRequest, settings: Any, ledger_home: Path) -> Path:
    """Give a test of the organisation its module's folder, and any other test its own."""
    if "names" in request.fixturenames:
        settings.PORTAL_HOME = request.getfixturevalue("home")
    return Path(settings.PORTAL_HOME)
