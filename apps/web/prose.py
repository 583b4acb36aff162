"""What people wrote, as HTML: paragraphs, lines that quote, links, and the names of people. Nothing else is markup.

Every character of the text is escaped on its way; a link leads to http or https alone.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.accounts.models import User
from apps.discussions.rules.words import pieces

_LINK = re.compile(r"https?://[^\s<>\"'`|\\^{}\[\]]+", re.IGNORECASE)
_AFTER = ".,;:!?)"
"""What ends a sentence or a bracket after a link is not part of it."""
_EMPTY: SafeString = mark_safe("")  # noqa: S308 - it is empty


def prose(text: str, people: Mapping[str, User] | None = None, reader: User | None = None) -> SafeString:
    """Return a text as paragraphs. ``people`` are those whom it names, by user name; ``reader`` stands out."""
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return _joined(_paragraphs(block, people or {}, reader) for block in blocks if block.strip())


def _paragraphs(block: str, people: Mapping[str, User], reader: User | None) -> SafeString:
    """Return a block as paragraphs: lines that begin with > are quoted, and stand apart from the others."""
    parts = []
    for quoted, lines in groupby(block.split("\n"), key=lambda line: line.lstrip().startswith(">")):
        shown = [line.lstrip().removeprefix(">").strip() if quoted else line for line in lines]
        said = format_html_join(mark_safe("<br>"), "{}", ((_line(line, people, reader),) for line in shown))
        parts.append(format_html('<p class="quote">{}</p>' if quoted else "<p>{}</p>", said))
    return _joined(parts)


def _line(line: str, people: Mapping[str, User], reader: User | None) -> SafeString:
    parts, at = [], 0
    for match in _LINK.finditer(line):
        link = match[0].rstrip(_AFTER)
        parts += [_named(line[at : match.start()], people, reader), _anchor(link)]
        at = match.start() + len(link)
    return _joined([*parts, _named(line[at:], people, reader)])


def _anchor(link: str) -> SafeString:
    return format_html('<a href="{}" rel="nofollow noopener noreferrer">{}</a>', link, link)


def _named(text: str, people: Mapping[str, User], reader: User | None) -> SafeString:
    return _joined(_pieces(text, people, reader))


def _pieces(text: str, people: Mapping[str, User], reader: User | None) -> Iterator[SafeString]:
    for piece in pieces(text):
        user = people.get(piece.named)
        if user is None:
            yield format_html("{}", piece.text)
        else:
            me = " me" if reader is not None and user.pk == reader.pk else ""
            yield format_html('<strong class="at{}">@{}</strong>', me, user)


def _joined(parts: "Iterator[SafeString] | list[SafeString]") -> SafeString:
    return format_html_join(_EMPTY, "{}", ((part,) for part in parts))
