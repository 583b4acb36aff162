"""Markdown that people wrote, as HTML: the one way in which a page shows it.

CommonMark with tables. Nothing in the text is HTML: tags stand there as they were typed. A picture is a link to it, so
that reading a page asks nothing of another host; a heading is a bold line, since the page has its own.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token

_SCHEMES = ("http", "https", "mailto")


@lru_cache(maxsize=512)
def markdown(text: str) -> SafeString:
    """Return a text as HTML. What cannot be read as Markdown is shown as it is; a link leads nowhere but the web."""
    return mark_safe(_READER.render(text))  # noqa: S308 - the renderer escapes every character of the text


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is the library's
        """Return whether a link leads to the web or to a mailbox."""
        try:
            return urlsplit(url.strip()).scheme.lower() in _SCHEMES
        except ValueError:
            return False


def _picture(_self: RendererProtocol, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    address, said = str(tokens[at].attrs.get("src", "")), tokens[at].content or "without a description"
    return format_html('<a href="{}" rel="{}">Picture: {}</a>', address, _REL, said)


def _link(self: Any, tokens: Sequence[Token], at: int, options: Any, _env: Any) -> str:
    tokens[at].attrSet("rel", _REL)
    return str(self.renderToken(tokens, at, options, _env))


def _heading(_self: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    return '<p class="md-head">' if tokens[at].nesting == 1 else "</p>\n"


def _table(self: Any, tokens: Sequence[Token], at: int, options: Any, _env: Any) -> str:
    tokens[at].attrSet("class", "t")
    return str(self.renderToken(tokens, at, options, _env))


def _cell(self: Any, tokens: Sequence[Token], at: int, options: Any, _env: Any) -> str:
    tokens[at].attrs.pop(
        "style", None
    )  # how a column is aligned: the policy of the pages takes no such attribute
    return str(self.renderToken(tokens, at, options, _env))


_REL = "nofollow noopener noreferrer"


def _reader() -> _Reader:
    made = _Reader("commonmark", {"html": False})
    made.enable("table")
    rules = {
        "image": _picture,
        "link_open": _link,
        "heading_open": _heading,
        "heading_close": _heading,
        "table_open": _table,
        "th_open": _cell,
        "td_open": _cell,
    }
    for name, rule in rules.items():
        made.add_render_rule(name, rule)
    return made


_READER = _reader()
