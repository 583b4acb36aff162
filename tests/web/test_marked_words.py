"""The words that moved between two revisions: marked where most stayed, and never at the price of the page."""

import random
import time

from apps.changes.rules.difference import Difference
from apps.web.revision_page import marked


def test_words_that_moved_are_marked_where_most_of_them_stayed() -> None:
    before, after = "We teach it with data up to June.", "We teach it with data up to September."
    (row,) = marked([Difference("Summary", before, after)])
    assert "".join(text for text, _ in row.old) == before
    assert "".join(text for text, _ in row.new) == after
    assert [text for text, moved in row.old if moved] == ["June."]
    assert [text for text, moved in row.new if moved] == ["September."]


def test_texts_that_share_nothing_but_spaces_are_shown_whole() -> None:
    before, after = "one two three four five six", "seven eight nine ten eleven twelve"
    (row,) = marked([Difference("Summary", before, after)])
    assert (row.old, row.new) == ([(before, False)], [(after, False)])


def test_revision_written_to_be_slow_to_compare_is_not() -> None:
    """All the rows that a change may have, each as long as it may be, of words that match in as many ways."""
    chance = random.Random(7)
    words = [" ".join(chance.choices("ab", k=150)) for _ in range(300)]
    alike = [
        "a " * 150,
        " ".join("ab" * 75),
        " ".join(map(str, range(80))),
        " ".join(map(str, range(80, 160))),
    ]
    texts = [*words, *alike * 50]
    rows = [Difference(f"Step {n}", *chance.sample(texts, 2)) for n in range(250)]
    start = time.process_time()
    found = marked(rows)
    assert time.process_time() - start < 1.5
    for row, one in zip(found, rows, strict=True):
        assert ("".join(t for t, _ in row.old), "".join(t for t, _ in row.new)) == (one.before, one.after)
