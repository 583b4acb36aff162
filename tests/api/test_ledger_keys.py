"""The ledger's keys are for everyone: a key that only insiders can read proves nothing to outsiders."""

import pytest
from django.test import Client

from apps.api.serializers.ledger import KeyHistory
from apps.audit.selectors import key_history
from apps.audit.services import revoke_ledger_key, rotate_ledger_key, seal_pending
from apps.core import actors

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = actors.system("tests")


def test_ledger_keys_before_the_first_key_are_none(client: Client) -> None:
    assert client.get("/api/v1/ledger/keys").json() == {"keys": [], "epochs": []}
    assert client.get("/api/v1/ledger/key").content == b""


def test_ledger_keys_after_a_rotation_hold_both_and_the_key_is_the_newest(client: Client) -> None:
    seal_pending()
    rotate_ledger_key(actor=ACTOR)
    old = key_history()["keys"][0]["key"].split("+")[1]
    revoke_ledger_key(actor=ACTOR, key_id=old, reason="Stolen")
    said = client.get("/api/v1/ledger/keys").json()
    assert said == key_history()
    assert KeyHistory(said).data == said
    assert client.get("/api/v1/ledger/key").content.decode() == said["keys"][1]["key"]
