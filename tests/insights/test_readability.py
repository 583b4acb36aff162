import pytest

from apps.insights.rules import readability


@pytest.mark.parametrize(
    ("word", "beats"),
    [
        ("cat", 1),
        ("changes", 2),
        ("services", 3),
        ("scored", 1),
        ("started", 2),
        ("people", 2),
        ("idea", 3),
        ("unlikely", 3),
        ("various", 3),
        ("9,000", 1),
        ("today’s", 2),
    ],
)
def test_syllables_plain_words_are_right(word: str, beats: int) -> None:
    assert readability.syllables(word) == beats


def test_grade_plain_briefing_is_below_goal() -> None:
    text = (
        "We teach the model that scores loan applicants with data up to September. "
        "One switch puts both models back. No customer data is lost, and no one has to apply again."
    )
    assert 2 < readability.grade(text) < readability.GRADE_GOAL


def test_grade_committee_prose_is_above_goal() -> None:
    text = (
        "Notwithstanding the aforementioned considerations regarding operational resilience, implementation "
        "of the recalibrated probability estimation methodology necessitates organisational coordination."
    )
    assert readability.grade(text) > 12


def test_grade_of_names_and_ids_is_not_scored() -> None:
    plain = readability.grade("We move it. It is safe.")
    named = readability.grade(
        "We move heterogeneous-probability-calibration. CHG-1042 is safe.",
        names=["heterogeneous-probability-calibration"],
    )
    assert named == plain


def test_grade_of_nothing_is_zero() -> None:
    assert readability.grade("") == 0


def test_failing_sentences_long_one_is_named() -> None:
    long = "We " + "go and " * 14 + "stop."
    assert [one.text for one in readability.failing_sentences(f"Short one. {long}")] == [long]
