"""What tests read on a page."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

Enter = Callable[[str], Client]
"""Signs a person of the estate in by their short name, and returns the client."""


def text_of(response: Any, status: int = 200) -> str:
    """Return the source of a page, with one space where white space is."""
    assert response.status_code == status, response.status_code
    return " ".join(str(response.content.decode()).split())


def page(client: Client, path: str, status: int = 200) -> str:
    """Return the source of the page at an address, with one space where white space is."""
    return text_of(client.get(path), status)


def words_at(client: Client, address: str, status: int = 200) -> str:
    """Return what the page at an address says, without its marks."""
    answer = client.get(address)
    assert answer.status_code == status, address
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def queries_of(client: Client, url: str) -> int:
    """Return how many statements a page asks of the database."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)
