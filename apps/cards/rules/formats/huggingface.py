"""Hugging Face model cards: YAML front matter with a ``model-index``, and Markdown.

What the format has no place for travels in the front matter under our own name. The names of the front matter are
those of https://github.com/huggingface/hub-docs, ``modelcard.md``.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from apps.cards.rules.formats import body, front
from apps.cards.rules.formats.carried import NAME, read_carried, to_carry
from apps.cards.rules.formats.cleaning import without_blanks
from apps.cards.rules.formats.licences import SPDX, spdx_of
from apps.cards.rules.formats.merging import merged
from apps.cards.rules.formats.sheet import Sheet
from apps.cards.rules.formats.source import Ledger, Node
from apps.cards.rules.formats.telling import Taken

_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")
_OTHER = "other"
_NOT_STATED = "not stated"


def read(text: str) -> Taken:
    """Return what a card gives: of its front matter, where there is a readable one, and of its sections."""
    head, markdown = front.split(text)
    said, problem = front.parsed(head)
    root, sheet = Node(said, Ledger()), Sheet()
    if problem:
        Node(None, root.ledger, ("front matter",)).leave(problem)
    _read_sections(sheet, root, markdown)
    _read_front(sheet, root)
    carried = root[NAME]
    for name in carried.value if isinstance(carried.value, dict) else ():
        read_carried(sheet, name, carried[name].value, carried[name])
    return sheet.taken(root)


def write(content: Mapping[str, Any], original: str = "") -> str:
    """Return a card as a file, or as the file that it came from with what has changed since."""
    ours = _whole_front(content)
    if not original:
        return "\n".join(filter(None, [front.written(_completed(ours)), body.written(content)]))
    came = read(original).said
    base = _whole_front(came)
    head, markdown = front.split(original)
    line_break = "\r\n" if "\r\n" in original else "\n"
    if base != ours:
        said, _ = front.parsed(head)
        changed = merged(_unwrapped(said), _unwrapped(base), _unwrapped(ours))
        head = front.written(_completed(_wrapped(changed, said)), line_break)
    if all(came.get(name) == content.get(name) for name in (body.TITLE, *body.HEADINGS)):
        return head + markdown
    return head + body.rewritten(markdown, came, content)


def _read_sections(sheet: Sheet, root: Node, markdown: str) -> None:
    parts = body.parts_of(markdown)
    for name, value in body.values_of(parts).items():
        place = next(part.place for part in parts if part.field == name)
        node = Node(value, root.ledger, (place,))
        if name == "citations":
            sheet.row(name, {"style": "", "citation": value}, node)
        else:
            sheet.put(name, value, node)
    for part in parts:
        if part.field not in (body.TITLE, body.DOCUMENTATION) and part.heading and not part.value:
            Node(None, root.ledger, (part.place,)).leave("Nobody has filled it in.")


def _read_front(sheet: Sheet, root: Node) -> None:
    sheet.lines("languages", root["language"].items())
    sheet.lines("tags", root["tags"].items())
    sheet.lines("base_models", root["base_model"].items())
    sheet.put("library", root["library_name"].line(), root["library_name"])
    sheet.put("task", root["pipeline_tag"].line(), root["pipeline_tag"])
    _read_licences(sheet, root)
    for dataset in root["datasets"].items():
        sheet.row("datasets", {"name": dataset.line()}, dataset)
    for place, index in enumerate(root["model-index"].items()):
        if place:
            index.leave("It is another model. A card is of one: this file gives the first.")
            continue
        sheet.put("name", index["name"].line(), index["name"])
        for result in index["results"].items():
            _read_result(sheet, result)


def _read_licences(sheet: Sheet, root: Node) -> None:
    name, link = root["license_name"].line(), root["license_link"].line()
    for licence in root["license"].items():
        said = licence.line()
        known = name if said == _OTHER and name else spdx_of(said)
        sheet.row("licences", {"identifier": known, "link": link}, licence)


def _read_result(sheet: Sheet, result: Node) -> None:
    dataset = result["dataset"]
    if not isinstance(dataset.value, dict):
        dataset.leave("It names no dataset. Hugging Face's own reader refuses the results of such a card.")
    kind = dataset["type"].line()
    row = {
        "task": _stated(result["task"]["type"].line() or result["task"]["name"].line()),
        "dataset": _stated(dataset["name"].line() or kind),
        "slice": dataset["config"].line(),
        "split": dataset["split"].line(),
        "source": result["source"]["url"].line(),
    }
    for metric in result["metrics"].items():
        measured = {"name": metric["type"].line(), "value": metric["value"].number()}
        if any(measured.values()):
            sheet.row("metrics", measured | row, metric)


def _stated(said: str) -> str:
    return "" if said == _NOT_STATED else said


def _whole_front(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the front matter of a card, with what neither it nor the Markdown can say under our name."""
    plain = without_blanks(_front(content))
    text = front.written(_completed(plain)) + "\n" + body.written(content)
    carry = to_carry(content, read(text).said)
    return plain | ({NAME: carry} if carry else {})


def _front(content: Mapping[str, Any]) -> dict[str, Any]:
    task = content.get("task") or ""
    return {
        "language": _alone(content.get("languages")),
        **_licences(content.get("licences") or []),
        "library_name": content.get("library"),
        "pipeline_tag": task if _ID.fullmatch(task) else "",
        "tags": content.get("tags"),
        "base_model": _alone(content.get("base_models")),
        "datasets": [row["name"] for row in content.get("datasets") or []],
        "model-index": _index(content),
    }


def _alone(values: list[str] | None) -> Any:
    """Return the only one of several values by itself, as most cards say it."""
    return values[0] if values and len(values) == 1 else values


def _licences(rows: list[dict[str, Any]]) -> dict[str, Any]:
    named = [row["identifier"] for row in rows if row["identifier"]]
    if len(named) == 1 and named[0] not in SPDX and not _ID.fullmatch(named[0]):
        return {"license": _OTHER, "license_name": named[0], "license_link": rows[0]["link"]}
    ids = [name.lower() for name in named if name in SPDX or _ID.fullmatch(name)]
    return {"license": _alone(ids), "license_link": rows[0]["link"] if len(rows) == 1 else ""}


def _index(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the results, those of one dataset and task together. Hugging Face keeps none without a value."""
    measured = [row for row in content.get("metrics") or [] if row["value"] is not None]
    keys = ("task", "dataset", "slice", "split", "source")
    grouped = groupby(measured, key=lambda row: tuple(row[key] for key in keys))
    results = [_result(dict(zip(keys, key, strict=True)), list(rows)) for key, rows in grouped]
    return [{"name": content.get("name") or _NOT_STATED, "results": results}] if results else []


def _result(about: dict[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    url = about["source"] if about["source"].startswith(("http://", "https://")) else ""
    return {
        "task": {"type": about["task"]},
        "dataset": {"name": about["dataset"], "config": about["slice"], "split": about["split"]},
        "metrics": [{"type": row["name"], "value": _plain_number(row["value"])} for row in rows],
        "source": {"url": url},
    }


def _plain_number(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _completed(said: dict[str, Any]) -> dict[str, Any]:
    """Return a front matter whose results have what Hugging Face asks of each: a task, a dataset and its type."""
    for index in said.get("model-index", []):
        for result in index.get("results") or [] if isinstance(index, dict) else []:
            if isinstance(result, dict):
                task, dataset = (result.setdefault(key, {}) for key in ("task", "dataset"))
                if isinstance(task, dict):
                    task.setdefault("type", _NOT_STATED)
                if isinstance(dataset, dict):
                    dataset.setdefault("name", _NOT_STATED)
                    dataset.setdefault("type", dataset["name"])
    return said


def _unwrapped(said: dict[str, Any]) -> dict[str, Any]:
    """Return a front matter whose first model of the index stands by itself, to be followed under any name."""
    index = said.get("model-index")
    return said | {"model-index": index[0]} if isinstance(index, list) and index else said


def _wrapped(said: dict[str, Any], original: dict[str, Any]) -> dict[str, Any]:
    index, before = said.get("model-index"), original.get("model-index")
    if not isinstance(index, dict):
        return said
    return said | {"model-index": [index, *(before[1:] if isinstance(before, list) else [])]}
