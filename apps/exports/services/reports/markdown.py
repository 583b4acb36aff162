"""Markdown that people wrote, as blocks for a report: CommonMark with tables.

Nothing in the text is HTML or mark-up of the report, and no picture is fetched: it stands as its description and its
address. Headings are flat, for the report has its own above them.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

Block = dict[str, Any]
Run = dict[str, Any]

_READER = MarkdownIt("commonmark", {"html": False}).enable("table")
_SCHEMES = ("http", "https", "mailto")
_MARKS = {"strong": "strong", "em": "em"}
_PIECE = 20


def blocks_of(text: str) -> list[Block]:
    """Return a text as blocks: ``para``, ``head``, ``list``, ``quote``, ``code``, ``table`` and ``rule``."""
    return _blocks(SyntaxTreeNode(_READER.parse(text)).children)


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[Block]:
    return [block for node in nodes if (block := _block(node))]


def _block(node: SyntaxTreeNode) -> Block | None:
    if node.type in ("paragraph", "heading"):
        runs = _runs_below(node)
        return {"kind": "head" if node.type == "heading" else "para", "runs": runs} if runs else None
    if node.type in ("bullet_list", "ordered_list"):
        items = [_blocks(item.children) for item in node.children]
        start = node.attrs.get("start", 1) if node.type == "ordered_list" else 0
        return {"kind": "list", "start": start, "items": items}
    if node.type == "blockquote":
        return {"kind": "quote", "blocks": _blocks(node.children)}
    if node.type in ("fence", "code_block"):
        return {"kind": "code", "text": node.content.rstrip("\n")}
    if node.type == "table":
        return _table(node)
    return {"kind": "rule"} if node.type == "hr" else None


def _table(node: SyntaxTreeNode) -> Block:
    rows = [[_runs_below(cell) for cell in row.children] for part in node.children for row in part.children]
    return {"kind": "table", "head": rows[0], "rows": rows[1:]}


def _runs_below(node: SyntaxTreeNode) -> list[Run]:
    return [run for inline in node.children for run in _runs(inline.children, {})]


def _runs(nodes: Sequence[SyntaxTreeNode], marks: Run) -> list[Run]:
    return [run for node in nodes for run in _run(node, marks)]


def _run(node: SyntaxTreeNode, marks: Run) -> list[Run]:
    if node.type in _MARKS:
        return _runs(node.children, marks | {_MARKS[node.type]: True})
    if node.type == "link":
        return _runs(node.children, marks | {"link": _address(str(node.attrs.get("href", "")))})
    if node.type == "image":
        said = "".join(each.content for each in node.walk() if each.type in ("text", "code_inline"))
        said = said or "without a description"
        return [marks | {"text": f"Picture: {said}", "link": _address(str(node.attrs.get("src", "")))}]
    if node.type == "hardbreak":
        return [marks | {"break": True}]
    if node.type == "softbreak":
        return [marks | {"text": " "}]
    if not node.content:
        return []
    return [marks | {"text": node.content} | ({"code": True} if node.type == "code_inline" else {})]


def _address(address: str) -> list[str]:
    """Return an address on the web in short pieces, which no setting of long words breaks; nothing for others."""
    try:
        safe = urlsplit(address).scheme.lower() in _SCHEMES
    except ValueError:
        safe = False
    return [address[at : at + _PIECE] for at in range(0, len(address), _PIECE)] if safe else []
