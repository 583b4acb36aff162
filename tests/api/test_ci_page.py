"""What ``docs/ci.md`` tells pipelines to run is what there is."""

import json
import re
import shlex

import pytest
import yaml
from django.conf import settings
from django.urls import resolve

from apps.api.command.countersign import arguments
from apps.evidence.rules import reading_of
from apps.gates.enums import Answer

PAGE = (settings.BASE_DIR / "docs" / "ci.md").read_text()
LINES = re.sub(r"\\\n\s*", " ", PAGE).splitlines()
COMMANDS = [
    line.partition("countersign.pyz ")[2] for line in LINES if re.search(r"python3 countersign.pyz ", line)
]
STAGES = {"data", "features", "model", "integration", "pre-deploy", "promotion"}


def test_every_command_of_the_page_is_one_that_the_command_takes() -> None:
    assert len(COMMANDS) >= 10
    for line in COMMANDS:
        asked = arguments(shlex.split(line))
        assert getattr(asked, "stage", "") in {*STAGES, ""}, line


def test_every_address_of_the_page_is_there() -> None:
    paths = set(re.findall(r"/api/v1/[\w./-]*", PAGE))
    assert {"/api/v1/gate/", "/api/v1/countersign.pyz", "/api/v1/ledger/key"} <= paths
    for path in paths:
        resolve(path)


def test_every_file_of_our_own_forms_on_the_page_is_read() -> None:
    shown = re.findall(r'^    (\{"countersign".*(?:\n     .*)*)', PAGE, re.MULTILINE)
    assert len(shown) == 4
    for text in shown:
        assert reading_of(json.dumps(json.loads(text)).encode()).findings


def test_every_verdict_is_explained() -> None:
    assert {str(one) for one in Answer} == set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_every_yaml_of_the_page_can_be_read(text: str) -> None:
    assert yaml.safe_load(text)
