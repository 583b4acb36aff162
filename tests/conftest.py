"""What every test may rely on."""

import pytest
from django.conf import settings


def pytest_configure(config: pytest.Config) -> None:
    """Take the slow parts out of the settings that no test is about."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def pytest_xdist_auto_num_workers() -> int:
    """Two workers: more would only wait for the one PostgreSQL of a small machine."""
    return 2
