"""One Chromium for the whole run."""

import os
from collections.abc import Iterator

import pytest

from tests.e2e.browser import Chromium, chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """Start Chromium once. Playwright keeps an event loop open, so Django must be told that we know."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with chromium() as started:
        yield started
