import pytest
from django.test import Client

from tests.changes.estate import Estate
from tests.web.reading import Enter


@pytest.fixture
def enter(client: Client, estate: Estate) -> Enter:
    def as_person(name: str) -> Client:
        client.force_login(estate.people[name])
        return client

    return as_person
