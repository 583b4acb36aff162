import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.audit.rules.notes import BadNote, Head, Signer, head_of, opened, parse_verifier

SIGNER = Signer("example.org/ledger", bytes(range(32)))
NOTE = SIGNER.sign(Head("example.org/ledger", 7, bytes(32)).text)


def test_checkpoint_signed_and_opened_says_what_was_signed() -> None:
    assert head_of(NOTE, SIGNER.verifier) == Head("example.org/ledger", 7, bytes(32))
    assert parse_verifier(SIGNER.verifier.text + "\n") == SIGNER.verifier


def test_verifier_text_of_the_published_example_is_read() -> None:
    # The example of c2sp.org/signed-note and of golang.org/x/mod/sumdb/note.
    key = parse_verifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "\u2014 PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert opened(note, key).startswith("If you think")


def test_note_with_any_byte_flipped_does_not_open() -> None:
    note = NOTE.encode()
    for place in range(len(note)):
        flipped = bytearray(note)
        flipped[place] ^= 1
        with pytest.raises((BadNote, UnicodeDecodeError)):
            head_of(bytes(flipped).decode(), SIGNER.verifier)


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n-1\nAAAA\n", "a\n01\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n", "a\n1\nAAAA\nmore\n", "\n"],
)
def test_note_that_is_no_checkpoint_is_refused(text) -> None:
    with pytest.raises(BadNote):
        head_of(SIGNER.sign(text), SIGNER.verifier)


@settings(deadline=None)
@given(st.text())
def test_any_text_as_key_or_note_is_refused_in_words(text) -> None:
    with pytest.raises(BadNote):
        parse_verifier(text)
    with pytest.raises(BadNote):
        opened(text, SIGNER.verifier)
