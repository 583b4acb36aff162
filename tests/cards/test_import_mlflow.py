import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from apps.cards.models import ModelCard

pytestmark = pytest.mark.django_db

SAVED = Path(settings.BASE_DIR) / "demo" / "mlflow"


def run(place: str) -> tuple[int, str, str]:
    """Return the exit code, what was said last, and what went wrong."""
    said, wrong = StringIO(), StringIO()
    try:
        call_command("import_mlflow", place, "--json", stdout=said, stderr=wrong)
    except SystemExit as stopped:
        return int(str(stopped.code)), said.getvalue().splitlines()[-1], wrong.getvalue()
    return 0, said.getvalue().splitlines()[-1], wrong.getvalue()


def test_import_when_registry_was_saved_fills_a_card_for_each_version() -> None:
    code, last, _ = run(str(SAVED))
    report = json.loads(last)
    assert code == 0
    assert report["created"] > 0
    assert report["errors"] == []
    card = ModelCard.objects.get(version__component__key="model:default/credit-risk", version__version="2")
    auc = next(metric for metric in card.content["metrics"] if metric["name"] == "auc")
    assert auc["low"] < auc["value"] < auc["high"]
    assert "digest" in card.content["training_data"]

    code, last, _ = run(str(SAVED))
    again = json.loads(last)
    assert (again["created"], again["updated"], again["retired"]) == (0, 0, 0)
    assert again["unchanged"] == report["created"]


def test_import_when_registry_is_unreachable_says_so_in_a_line() -> None:
    code, last, wrong = run("http://127.0.0.1:9")
    report = json.loads(last)
    assert code == 1
    assert len(report["errors"]) == 1
    assert len(wrong.strip().splitlines()) == 1
    assert not ModelCard.objects.exists()
