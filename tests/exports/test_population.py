"""The full population of a period, and the sample that a seed draws from it."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.models import AuditEvent
from apps.audit.services import retire_leaves
from apps.changes.models import Change
from apps.changes.services import withdraw_change
from apps.core.actors import system
from apps.core.errors import PolicyBlocked
from apps.exports.enums import ExportFormat, ExportSubject, Withheld
from apps.exports.rules.orders import Order, Scope
from apps.exports.rules.population import SAMPLE_SIZE, drawn
from apps.exports.services.writers import WRITERS
from tests.changes.estate import NOW, Estate, at, draft, make_estate, submitted
from tests.exports.ending import DAYS, closed, gone_live, newest

ORDER = Order(Scope(*DAYS), subject=ExportSubject.POPULATION, format=ExportFormat.CSV)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def estate(transactional_db: None, ledger_home: Path) -> Estate:
    return make_estate()


@pytest.fixture
def many(estate: Estate) -> list[str]:
    """A closed change, a draft, a withdrawn draft, one in review, and one that is live."""
    refs = [closed(estate), draft(estate).ref]
    with at(NOW):
        withdrawn = withdraw_change(actor=estate.actor("amara"), change=draft(estate), reason="Not needed.")
    return [*refs, withdrawn.ref, submitted(estate, start="2026-11-20T06:00", end="2026-11-20T08:00").ref]


def written(order: Order, out: Path) -> Path:
    writer = WRITERS[order.subject, order.format]
    writer(out=out, order=order, checkpoint=newest(), progress=lambda done, total: None)
    return out


def table(order: Order, out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(order, out).read_text(), newline="")))


def test_population_has_a_row_for_every_number_and_says_why_one_is_not_counted(many, tmp_path) -> None:
    rows = {row["Number"]: row for row in table(ORDER, tmp_path / "p.csv")}
    first, last = int(many[0][4:]), int(many[-1][4:])
    assert list(rows) == [f"CHG-{number}" for number in range(first, last + 1)]
    assert [rows[ref]["Counted"] for ref in many] == ["Yes", "No", "No", "Yes"]
    assert rows[many[1]]["Why not"] == "A draft that was never submitted"
    assert rows[many[2]]["Why not"] == "Withdrawn before it was submitted"
    assert rows[many[1]]["Title"] == ""


def test_population_tells_times_signers_review_and_leaves_of_a_change(many, tmp_path) -> None:
    row = table(ORDER, tmp_path / "p.csv")[0]
    assert (row["State"], row["Outcome"], row["Reached production"]) == ("Closed", "Completed", "Yes")
    assert row["Started (UTC)"] == "2026-11-19T06:30:00.000000Z"
    assert row["Signed as Model Validator"].startswith("Tomasz Wojcik 2026-11-09T09:00:00.000000Z (leaf ")
    assert row["Review signed"].startswith("Leila Haddad")
    assert (row["Risk"], row["Urgent"], row["Requester"]) == ("Moderate", "No", "Amara Okafor")
    leaves = dict(one.split(":") for one in row["Leaves of its steps"].split())
    started = AuditEvent.objects.get(object_id=many[0], event="change.started")
    assert int(leaves["started"]) == started.leaf.index


def test_population_counts_what_the_days_hold_alone(many, tmp_path) -> None:
    """The oracle counts in the tables of the portal, not in the ledger."""
    order = replace(ORDER, scope=Scope(date(2026, 11, 19), date(2026, 11, 19)))
    counted = [row["Number"] for row in table(order, tmp_path / "p.csv") if row["Counted"] == "Yes"]
    live = Change.objects.filter(actual_start__date=date(2026, 11, 19))
    assert counted == sorted(change.ref for change in live) == [many[0]]
    empty = replace(ORDER, scope=Scope(date(2025, 1, 1), date(2025, 1, 2)))
    assert table(empty, tmp_path / "q.csv") == []


def test_population_in_each_form_says_the_same(many, tmp_path) -> None:
    rows = table(ORDER, tmp_path / "p.csv")
    lines = written(replace(ORDER, format=ExportFormat.JSONL), tmp_path / "p.jsonl").read_text().splitlines()
    changes, statement = (
        [json.loads(line)["change"] for line in lines[:-1]],
        json.loads(lines[-1])["statement"],
    )
    assert [one["number"] for one in changes] == [row["Number"] for row in rows]
    assert statement["Changes counted"] == "2"
    assert "1 × A draft that was never submitted" in statement["Numbers in between that are not counted"]
    book = openpyxl.load_workbook(written(replace(ORDER, format=ExportFormat.XLSX), tmp_path / "p.xlsx"))
    sheet = list(book["Changes"].iter_rows(values_only=True))
    assert sheet[0] == tuple(rows[0])
    assert [["" if cell is None else str(cell) for cell in row] for row in sheet[1:]] == [
        list(row.values()) for row in rows
    ]
    assert dict(book["About"].iter_rows(values_only=True))["Changes counted"] == "2"


@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.JSONL, ExportFormat.XLSX])
def test_population_of_the_same_checkpoint_is_the_same_bytes(many, tmp_path, form) -> None:
    order, checkpoint = replace(ORDER, format=form), newest()
    for name in ("a", "b"):
        writer = WRITERS[order.subject, form]
        writer(out=tmp_path / name, order=order, checkpoint=checkpoint, progress=lambda done, total: None)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_population_with_names_withheld_names_nobody(many, tmp_path) -> None:
    text = written(replace(ORDER, withheld=(Withheld.NAMES,)), tmp_path / "p.csv").read_text()
    assert "Amara" not in text
    assert "person:" in text


def test_population_of_a_part_is_refused(many, tmp_path) -> None:
    order = replace(ORDER, scope=replace(ORDER.scope, component="model:default/credit-risk"))
    with pytest.raises(PolicyBlocked, match="every change of its days"):
        written(order, tmp_path / "p.csv")


def test_population_of_what_was_retired_says_so(many, tmp_path) -> None:
    newest()
    leaves = AuditEvent.objects.filter(object_type="change", object_id=many[1]).values_list(
        "leaf__index", flat=True
    )
    retire_leaves(actor=system("test"), policy="POL-1", decided_by="person:1", leaves=list(leaves))
    row = next(row for row in table(ORDER, tmp_path / "p.csv") if row["Number"] == many[1])
    assert row["Why not"] == "Entries of it were retired under a policy"


refs = st.sets(st.integers(1, 99_999).map(lambda number: f"CHG-{number}"), max_size=60)


@given(refs, st.text(), st.randoms())
def test_sample_is_the_same_for_a_seed_in_any_order_and_never_more_than_there_is(found, seed, random) -> None:
    shuffled = sorted(found)
    random.shuffle(shuffled)
    sample = drawn(seed, shuffled)
    assert sample == drawn(seed, found)
    assert len(sample.chosen) == min(SAMPLE_SIZE, len(found))
    assert set(sample.chosen) <= found


@given(
    st.sets(st.integers(1, 9_999).map(lambda number: f"CHG-{number}"), min_size=26, max_size=60), st.text()
)
def test_sample_keeps_whom_it_drew_when_another_is_not_in_it(found, seed) -> None:
    """Taking away a change that was not drawn changes nothing: no draw depends on the others."""
    sample = drawn(seed, found)
    other = next(iter(found - set(sample.chosen)))
    assert drawn(seed, found - {other}).chosen == sample.chosen


def test_sample_draws_each_change_about_as_often() -> None:
    """Over 4,000 seeds each of 100 changes is drawn 1,000 times, give or take 5 standard deviations (27 each)."""
    found = [f"CHG-{number}" for number in range(100)]
    counts = dict.fromkeys(found, 0)
    for seed in range(4_000):
        for ref in drawn(str(seed), found).chosen:
            counts[ref] += 1
    assert all(abs(count - 1_000) < 5 * 27.4 for count in counts.values())


@pytest.fixture
def sampled(estate: Estate, tmp_path: Path) -> Path:
    for _ in range(3):
        gone_live(estate)
    order = Order(Scope(*DAYS), subject=ExportSubject.SAMPLE, seed="20261103")
    return written(order, tmp_path / "sample.zip")


def test_sampled_pack_verifies_offline_and_holds_a_report_of_each(sampled, run, ledger_home) -> None:
    status, said = run(sampled, ledger_home / "ledger.pub")
    assert status == 0, said
    with zipfile.ZipFile(sampled) as pack:
        sample = json.loads(pack.read("sample.json"))
        names = set(pack.namelist())
        entries = [json.loads(line) for line in pack.read("entries.jsonl").splitlines()]
        assert len(sample["chosen"]) == sample["size"] == 3
        assert {f"report-{ref}.pdf" for ref in sample["chosen"]} <= names
        assert all(pack.read(f"report-{ref}.pdf").startswith(b"%PDF") for ref in sample["chosen"])
    about = {entry["object"]["id"].replace("PIR-", "CHG-") for entry in entries}
    assert about == set(sample["chosen"])
    listed = "".join(f"{ref}\n" for ref in sorted(sample["chosen"], key=lambda ref: int(ref[4:])))
    assert sample["population"] == {"count": 3, "sha256": hashlib.sha256(listed.encode()).hexdigest()}


def test_sampled_pack_can_be_drawn_again_by_the_lines_in_the_docs(sampled, tmp_path) -> None:
    text = (ROOT / "docs" / "auditors-portal.md").read_text()
    found = re.search(r"((?:    .*\n)+)", text[text.index("    import csv, hashlib") :])
    assert found is not None
    script = "\n".join(line[4:] for line in found[1].splitlines())
    with zipfile.ZipFile(sampled) as pack:
        pack.extract("population.csv", tmp_path)
        sample = json.loads(pack.read("sample.json"))
    again = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert again.stdout.strip() == str(sample["chosen"])


def test_sampled_pack_without_a_seed_takes_the_root_of_the_checkpoint(estate, tmp_path) -> None:
    gone_live(estate)
    with zipfile.ZipFile(
        written(Order(Scope(*DAYS), subject=ExportSubject.SAMPLE), tmp_path / "s.zip")
    ) as pack:
        seed = json.loads(pack.read("sample.json"))["seed"]
    assert seed == bytes(newest().root).hex()


def test_sampled_pack_of_days_without_a_start_is_refused_plainly(estate, tmp_path) -> None:
    submitted(estate)
    with pytest.raises(PolicyBlocked, match="nothing to draw from"):
        written(Order(Scope(*DAYS), subject=ExportSubject.SAMPLE), tmp_path / "s.zip")
