"""The front matter of a Hugging Face card: where it ends, what it says, and writing it.

Where it begins and ends is the rule of https://github.com/huggingface/huggingface_hub, ``repocard.py``, which is the
Hub's own: three dashes on the first line that is not blank, up to a line of three dashes.
"""

import re
from typing import Any

import yaml

from apps.catalog.rules.yaml_documents import read_documents

_BLOCK = re.compile(r"^\s*---(?:\r\n|\r|\n)([\S\s]*?)(?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|$)")
_COMMENT = re.compile(r"^[ \t]*#|[ \t]#", re.MULTILINE)
_WHOLE_NUMBER = re.compile(r"[-+]?[0-9]+")


def split(text: str) -> tuple[str, str]:
    """Return the front matter with its dashes, or nothing, and the text after it."""
    found = _BLOCK.match(text)
    return (text[: found.end()], text[found.end() :]) if found else ("", text)


def parsed(head: str) -> tuple[dict[str, Any], str]:
    """Return what a front matter says, or why it says nothing that can be taken."""
    found = _BLOCK.match(head)
    documents = read_documents(found[1].replace("\r\n", "\n").replace("\r", "\n")) if found else []
    if not documents:
        return {}, ""
    if len(documents) > 1:
        return {}, "It holds several YAML documents, and a card has one."
    value, problem = documents[0].value, documents[0].problem
    if problem:
        return {}, problem
    if value is None:
        return {}, ""
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a text"
        return {}, f"It is {kind}, not names and values. Hugging Face refuses such a card."
    return value, ""


def has_comments(head: str) -> bool:
    """Return whether there are comments in a front matter, which writing it anew loses."""
    return bool(_COMMENT.search(head))


def written(front: dict[str, Any], line_break: str = "\n") -> str:
    """Return a front matter with its dashes; nothing when it says nothing."""
    if not front:
        return ""
    text = yaml.dump(front, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return f"---\n{text}---\n".replace("\n", line_break)


class _Dumper(yaml.SafeDumper):
    """Writes no aliases, and quotes digits that are text, which readers of YAML 1.2 take for numbers: 007."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if _WHOLE_NUMBER.fullmatch(value):
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="'")
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
