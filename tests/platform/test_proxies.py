"""Whose address a failed sign-in counts against."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.test import RequestFactory

WRITTEN_BY_THE_VISITOR, SEEN_BY_OUR_SERVER = "6.6.6.6", "10.1.1.1"


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, SEEN_BY_OUR_SERVER)])
def test_address_is_believed_from_as_many_servers_as_are_ours(
    settings: Any, proxies: int, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    hops = f"{WRITTEN_BY_THE_VISITOR}, {SEEN_BY_OUR_SERVER}"
    assert get_adapter().get_client_ip(RequestFactory(headers={"X-Forwarded-For": hops}).get("/")) == address
