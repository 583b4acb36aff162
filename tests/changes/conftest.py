import pytest

from tests.changes.estate import Estate, make_estate


@pytest.fixture
def estate(db: None) -> Estate:
    return make_estate()
