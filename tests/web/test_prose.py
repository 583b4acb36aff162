"""What people wrote, as HTML: nothing that they write becomes markup."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.web.prose import prose

# Ways in which text has become script elsewhere: tags, attributes, addresses, broken markup, encodings.
CORPUS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    '![x](x"onerror="alert(1))',
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    'https://x.org/"onmouseover="alert(1)',
    "https://x.org/'onmouseover='alert(1)",
    "https://x.org/<script>alert(1)</script>",
    "https://x.org/`onmouseover=alert(1)",
    'HTTPS://X.ORG/\u0000"><script>',
    "http://a\njavascript:alert(1)",
    "<<script>script>alert(1)<</script>/script>",
    "</p><script>alert(1)</script><p>",
    "<p style=position:fixed>x</p>",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3C;script&#x3E;",
    "> <script>alert(1)</script>",
    "@<script>alert(1)</script>",
    "@ann<img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "\u202e<script>\u2028alert(1)",
    "<form action=//evil><input type=submit>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=0;url=//evil>",
    "<style>@import'//evil'</style>",
    "<details open ontoggle=alert(1)>",
]
ALLOWED = {"p": {"class"}, "br": set(), "strong": {"class"}, "a": {"href", "rel"}}


class Reader(HTMLParser):
    """Reads HTML as a browser would, and keeps the text; anything but our own markup is a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert name in ALLOWED[tag], (tag, name)
            if name == "href":
                assert (value or "").lower().startswith(("http://", "https://"))
                self.links.append(value or "")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str, people: dict[str, User] | None = None) -> Reader:
    found = Reader()
    found.feed(prose(text, people))
    found.close()
    return found


def bare(text: str) -> str:
    """Return a text without the space and the quote marks that prose lays out."""
    return "".join(text.split()).replace(">", "")


@pytest.mark.parametrize("text", CORPUS)
def test_prose_makes_no_markup_of_what_people_write(text: str) -> None:
    ann = User(username="ann", first_name="<b>Ann</b>", last_name='"onload="x')
    read(text, {"ann": ann})
    assert bare(read(text).text) == bare(text)


@given(st.lists(st.sampled_from([*CORPUS, " ", "\n", "\n\n", ">", "@ann", "https://a.b/?c=d&e"]), max_size=6))
def test_prose_of_any_mixture_stays_text(parts: list[str]) -> None:
    text = "".join(parts)
    assert bare(read(text).text) == bare(text)


def test_prose_lays_out_paragraphs_lines_quotes_links_and_names() -> None:
    ann = User(pk=1, username="ann.lee", first_name="Ann", last_name="Lee")
    text = "> It spots 3 more.\nPer 1,000 of whom?\nSee https://x.org/a?b=1.\n\n@ann.lee, and @bob"
    assert prose(text, {"ann.lee": ann}, ann) == (
        '<p class="quote">It spots 3 more.</p><p>Per 1,000 of whom?<br>See '
        '<a href="https://x.org/a?b=1" rel="nofollow noopener noreferrer">https://x.org/a?b=1</a>.</p>'
        '<p><strong class="at me">@Ann Lee</strong>, and @bob</p>'
    )


def test_prose_of_nothing_is_nothing() -> None:
    assert prose("") == prose(" \n\n ") == ""
