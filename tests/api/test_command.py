"""The command that pipelines hold, in parts: what it sends, and to whom."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.api.command import countersign
from apps.evidence.rules import reading_of

Sent = list[tuple[str, bytes]]
SUITE = (
    '<?xml version="1.0"?><testsuite name="{0}" tests="1" timestamp="{1}T08:00:00Z">'
    '<testcase name="{0}"/></testsuite>'
)


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Return what the command sends, each file with its name, while nobody answers but with yes."""
    found: Sent = []

    def kept(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
        found.append((name, content))
        return b"", ""

    monkeypatch.setattr(countersign, "form", kept)
    monkeypatch.setattr(countersign, "call", lambda *_: (201, {}))
    monkeypatch.chdir(tmp_path)
    return found


def test_send_reports_of_tests_as_one_so_that_the_later_hides_no_earlier(
    sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = SUITE.replace("/></testsuite>", "><failure/></testcase></testsuite>")
    spaced = SUITE.replace("<testsuite ", '<testsuite xmlns="https://example.org/junit" ')
    files = {
        "unit.xml": failed.format("unit", "2026-11-07"),
        "gx.json": "{}",
        "e2e.xml": f"<testsuites>{SUITE[21:].format('e2e', '2026-11-10')}</testsuites>",
        "load.xml": spaced.format("load", "2026-11-10"),
    }
    for name, content in files.items():
        Path(name).write_text(content)
    assert countersign.main(["send", "CHG-1", *files]) == 0
    assert [name for name, _ in sent] == ["gx.json", "junit.xml"]
    reading = reading_of(sent[1][1])
    assert [(one.assertion, one.outcome) for one in reading.findings] == [
        *(("unit", "failed"), ("e2e", "passed"), ("load", "passed")),
    ]
    assert (reading.partial, reading.measured_at) == ("", datetime(2026, 11, 7, 8, tzinfo=UTC))
    assert "unit.xml, e2e.xml, load.xml, sent as one:" in capsys.readouterr().out


def test_send_leaves_alone_what_is_one_report_or_none(sent: Sent) -> None:
    one = SUITE.format("unit", "2026-11-07")
    for name, content in (("a.xml", one), ("b.xml", "<testsuite"), ("c.xml", f"<!DOCTYPE testsuite>{one}")):
        Path(name).write_text(content)
    countersign.main(["send", "CHG-1", "a.xml", "b.xml", "c.xml"])
    assert [name for name, _ in sent] == ["a.xml", "b.xml", "c.xml"]
    assert sent[0][1] == one.encode()


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://countersign.example", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost@example.org", False),
        ("http:///", False),
        ("http://[::1", False),
        ("https://countersign.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
    ],
)
def test_token_goes_in_clear_to_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch, url: str, asked: bool
) -> None:
    reached = []
    monkeypatch.setattr(countersign, "once", lambda request: reached.append(request) or (200, {}))
    monkeypatch.setenv("COUNTERSIGN_URL", url)
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "secret")
    if asked:
        countersign.call("gate/", b"", "")
    else:
        with pytest.raises(countersign.Unreachable, match="has to begin with https://"):
            countersign.call("gate/", b"", "")
    assert bool(reached) == asked


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        ({"stage": "pre_deploy", "artifact": "ab" * 32}, 0),
        ({"stage": "data", "artifact": "ab" * 32}, 1),
        ({"stage": "pre_deploy", "artifact": "cd" * 32}, 1),
        ({}, 1),
    ],
)
def test_gate_takes_a_pass_about_another_question_for_no_yes(
    monkeypatch: pytest.MonkeyPatch, answered: dict[str, str], code: int
) -> None:
    monkeypatch.setattr(countersign, "call", lambda *_: (200, {"verdict": "pass", **answered}))
    asked = ["gate", "CHG-1", "--stage", "pre-deploy", "--artifact", f"sha256:{'AB' * 32}"]
    assert countersign.main(asked) == code


def test_gate_says_that_a_dry_run_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {"verdict": "pass", "change": "CHG-1", "stage": "data", "artifact": ""}
    monkeypatch.setattr(countersign, "call", lambda *_: (200, answer))
    assert countersign.main(["gate", "CHG-1", "--stage", "data", "--dry-run"]) == 0
    assert "CHG-1, data: would be pass" in capsys.readouterr().out
