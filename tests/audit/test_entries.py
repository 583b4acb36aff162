"""An entry is canonical JSON, whatever goes into it, or it is refused."""

import json
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.audit.rules.entries import MAX_ENTRY_BYTES, Draft, EntryTooLarge, NotRecordable, ObjectRef, draft
from apps.core.actors import Actor
from apps.core.canonical import NotCanonical, canonical_bytes

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = st.text(st.characters(codec=None), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)

LOOKS_LIKE_MARKS = {"object": {"id": "", "seq": 0, "type": "a"}, "private": {"seq": 0, "b": {"private": {}}}}


def numbered(entry: Draft, seq: int) -> bytes:
    """Return an entry's bytes, as the database puts them together."""
    return b"%s%d%s" % (entry.before_seq, seq, entry.after_seq)


@settings(deadline=None, max_examples=60)
@example(LOOKS_LIKE_MARKS, "a.b", '"seq":0,', '},"private":{', 7)
@example(LOOKS_LIKE_MARKS, "a.b", '},"private":{', '"seq":0,', 7)
@example({}, "a.b", "\\", "type", 7)
@given(st.dictionaries(TEXT, VALUES, max_size=4), TEXT, TEXT, TEXT, st.integers(1, 2**63 - 1))
def test_draft_of_anything_is_the_canonical_form_of_what_it_says_or_refused(
    data, event, name, text, seq
) -> None:
    try:
        entry = draft(
            event=event,
            actor=Actor("person", "7"),
            obj=ObjectRef("change", name),
            at=AT,
            data=data,
            private={name: text},
        )
    except (NotCanonical, NotRecordable):
        return
    content = numbered(entry, 1)
    decoded = json.loads(content)
    assert content == canonical_bytes(decoded)
    assert b"\n" not in content
    assert decoded["data"] == json.loads(canonical_bytes(data))
    assert decoded["object"] == {"id": name, "seq": 1, "type": "change"}
    assert decoded["private"] == {name: entry.texts[0].digest}
    assert json.loads(numbered(entry, seq))["object"]["seq"] == seq


@settings(deadline=None, max_examples=30)
@given(st.integers(-40, 40))
def test_draft_at_the_size_limit_fits_or_is_refused(beyond) -> None:
    def made(size):
        return draft(
            event="a.b",
            actor=Actor("person", "7"),
            obj=ObjectRef("change", "CHG-1"),
            at=AT,
            data={"s": "x" * size},
            private={},
        )

    room = MAX_ENTRY_BYTES - len(numbered(made(0), 2**63 - 1))
    try:
        assert len(numbered(made(room + beyond), 2**63 - 1)) <= MAX_ENTRY_BYTES
        assert beyond <= 0
    except EntryTooLarge:
        assert beyond > 0
