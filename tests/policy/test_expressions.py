"""Expressions: what is refused and where, what has no answer, and that nothing costs too much."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.policy.enums import FactType
from apps.policy.rules.expressions import LONGEST, Inconclusive, Refused, compiled
from apps.policy.rules.facts import CHECK, FACTS, known_name
from apps.policy.rules.sheets import MOST_CHECKS, sheet_of


def _answer(text, **facts):
    return sheet_of({name.replace("__", "."): value for name, value in facts.items()}).answer(
        compiled(text, "BOOL")
    )


def _refusal(text):
    with pytest.raises(Refused) as refused:
        compiled(text, "BOOL")
    one = refused.value.problems[0]
    return one.message, one.line, one.column


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("change.rsk > 3", "There is no fact called “change.rsk”. Did you mean “change.risk”?", 1, 1),
        ("true &&\n  change.kind == 'x'", "There is no fact called “change.kind”. Did you mean", 2, 3),
        ("evidence.drift.all(c, c.metrik == 'a')", "A check has no “metrik”. Did you mean “metric”?", 1, 25),
        ("change.class == 'é' && evidence.checks[0].valu > 1.0", "A check has no “valu”", 1, 43),
        ("has( change.risk ) && change.risk > 3.5", "“>” does not go with", 1, 35),
        ("change.class = 'a'", "“=” is written == here.", 1, 14),
        ("not change.weekend", "“not” is written ! here.", 1, 1),
        ("true &&\nchange.weekend and true", "“and” is written && here.", 2, 16),
        ("change.tier => 2", "“=>” is written >= here.", 1, 13),
        ("change.kinds.size > 0", "This has no parts that could be asked for.", 1, 13),
        ("evidence.drift.all(c, c)", "“&&” does not go with yes or no and a check.", 1, 19),
        ("evidence.drift.exists(c) && true", "There is no fact called “c”.", 1, 23),
        ("change.class ==", "The expression ends too early.", 1, 16),
        ("change.risk > 3.5", "“>” does not go with a whole number and a number. Write 3 as 3.0", 1, 13),
        ("change.notice_hours / 2.0 > 1.0", "Write ratio(a, b) for a division.", 1, 21),
        ("change.class + 'a' == 'b'", "“+” does not go with a text and a text.", 1, 14),
        ("change.class.matches('(a+)+$')", "There are no patterns in rules.", 1, 21),
        ("change.team.upper() == 'A'", "There is no function called “upper”.", 1, 18),
        ("size(change.kinds.map(k, k)) > 0", "Rules know the loops all, exists", 1, 18),
        ("change.risk", "This must come to yes or no", 1, 1),
        ("1e300 > 1.0", "“1e300” is too large.", 1, 1),
        ("9223372036854775808 > 1", "“9223372036854775808” is too large.", 1, 1),
        (" + ".join(["1"] * 18) + " > 1", "This adds and multiplies too much", 1, 1),
        ("(" * 40 + "true" + ")" * 40, "Brackets stand in each other too deep.", 1, 1),
        ("", "Write an expression.", 1, 1),
        ("true" + " " * LONGEST, "Keep it to 2,000 characters.", 1, 1),
        ("change.class == '\x00'", "This holds a character that nobody can see.", 1, 18),
        ("change.class == '\ud800'", "This holds a character that nobody can see.", 1, 18),
        ("dyn(1) > 0", "There is no function called “dyn”.", 1, 4),
        ("timestamp('2026-01-01T00:00:00Z') == timestamp('')", "There is no function", 1, 10),
    ],
)
def test_expression_that_cannot_be_taken_is_refused_at_its_place(text, message, line, column):
    said, at_line, at_column = _refusal(text)
    assert said.startswith(message)
    assert (at_line, at_column) == (line, column)


@pytest.mark.parametrize(
    ("text", "facts", "reason"),
    [
        ("change.risk > 3", {}, "The fact “change.risk” is not known."),
        ("!(change.risk > 3)", {"change__risk": None}, "The fact “change.risk” is not known."),
        ("change.risk > 3", {"change__risk": "4"}, "The fact “change.risk” is not a whole number below 2**53."),
        ("change.risk > 3", {"change__risk": True}, "The fact “change.risk” is not a whole number below 2**53."),
        ("change.notice_hours > 3.0", {"change__notice_hours": float("nan")}, "The fact “change.notice_hours” is"),
        ("change.class == 'a'", {"change__class": "\ud800"}, "The fact “change.class” is not a text"),
        ("change.risk > 0 && ratio(1, change.risk - 1) > 0.0", {"change__risk": 1}, "It divides by zero."),
        ("!(ratio(0.0, 0.0) > 1.0)", {}, "It divides by zero."),
        ("change.risk * 9007199254740991 > 3", {"change__risk": 2**53 - 1}, "A number becomes too large."),
        ("evidence.drift.all(c, c.value < 0.2)", {"evidence__drift": [{"metric": "psi"}]}, "A check does not say"),
        ("evidence.drift.all(c, c.value < 0.2)", {"evidence__drift": [{"value": 1e999}]}, "A check does not say"),
        ("evidence.drift.all(c, c.metric < 0.2)", {"evidence__drift": [{"metric": "psi"}]}, "A value is of"),
        ("evidence.drift[3].value < 0.2", {"evidence__drift": []}, "It asks for an element that"),
    ],
)  # fmt: skip
def test_expression_without_an_answer_is_inconclusive_and_says_why(text, facts, reason):
    found = _answer(text, **facts)
    assert isinstance(found, Inconclusive)
    assert found.reason.startswith(reason)


def test_rule_that_loops_over_everything_is_refused_or_ends_inconclusive_in_bounded_time():
    everything = "evidence.checks"
    loop = (
        f"{everything}.all(a, {everything}.all(b, {everything}.all(c, a.value + b.value + c.value >= 0.0)))"
    )
    assert _refusal(loop)[0].startswith("This loops inside loops, over everything.")
    twice = f"{everything}.all(a, {everything}.all(b, a.value + b.value >= 0.0))"
    many = " && ".join([twice] * 16)
    checks = [{"value": 1.0, "metric": "m" * 300}] * MOST_CHECKS
    sheet = sheet_of({"evidence.checks": checks})
    started = time.process_time()
    summed = "+".join(["a.metric", "b.metric"] * 8)
    for text in (twice, many, f"{everything}.exists(a, {everything}.exists(b, {summed} == ''))"):
        assert isinstance(sheet.answer(compiled(text, "BOOL")), Inconclusive)
    assert time.process_time() - started < 3.0


def test_list_beyond_its_bound_is_not_known():
    found = _answer("evidence.checks.size() > 0", evidence__checks=[{}] * (MOST_CHECKS + 1))
    assert found == Inconclusive("The fact “evidence.checks” is not a list of at most 2,000 checks.")
    assert _answer("evidence.drift.size() == 0", evidence__checks=[{}] * (MOST_CHECKS + 1)) == Inconclusive(
        "The fact “evidence.drift” is not known."
    )


def test_has_asks_whether_a_fact_is_known():
    assert _answer("has(change.urgent_because)", change__urgent_because="incident") is True
    assert _answer("has( change.urgent_because ) || change.class == 'a'", change__class="b") is False
    assert _answer("change.class == 'has(change.risk)'", change__class="has(change.risk)") is True
    assert _answer("evidence.drift.exists(c, has(c.value))", evidence__drift=[{"value": None}]) is False


def test_answer_that_hangs_on_no_unknown_fact_is_one():
    assert _answer("change.risk > 3 || change.weekend", change__weekend=True) is True
    assert _answer("change.risk > 3 && change.weekend", change__weekend=False) is False


def test_checks_are_facts_by_what_they_are_about_too():
    checks = [{"category": "drift", "value": 0.1}, {"category": "other"}, {"category": "astrology"}, {}]
    assert (
        _answer("evidence.drift.size() == 1 && evidence.other.size() == 3", evidence__checks=checks) is True
    )
    assert _answer("evidence.fairness.size() == 0", evidence__checks=checks) is True


def test_vocabulary_names_each_fact_once_with_its_meaning_and_a_fitting_example():
    assert len({known_name(name) for name in FACTS}) == len(FACTS)
    for fact in [*FACTS.values(), *CHECK.values()]:
        assert fact.meaning.endswith(".")
    for fact in FACTS.values():
        assert not sheet_of({fact.name: fact.example}).problems
        assert compiled(f"has({fact.name})", "BOOL").facts == (fact.name,)


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=3),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.dictionaries(st.sampled_from([*CHECK]), st.floats()))),
)  # fmt: skip
_ASKING = {
    FactType.YES_NO: "{} == true",
    FactType.WHOLE: "{} > 3",
    FactType.NUMBER: "{} > 3.0",
    FactType.TEXT: "{}.contains('a')",
    FactType.TEXTS: "{}.exists(a, a == 'b')",
    FactType.CHECKS: "{}.all(a, a.value > 1.0)",
}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*FACTS]), _VALUES, max_size=5))
def test_any_value_of_any_fact_gives_an_answer_or_a_reason(facts):
    sheet = sheet_of(facts)
    for name in facts:
        answer = sheet.answer(compiled(_ASKING[FACTS[name].type].format(name), "BOOL"))
        assert answer is True or answer is False or answer.reason
        assert isinstance(answer, Inconclusive) or name in sheet.values


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="change.riskhas(){}[]&|!=<>+-*/%'\"\\, 019eé\n", max_size=60))
def test_any_text_is_compiled_or_refused_at_a_place_in_it(text):
    try:
        compiled(text, "BOOL")
    except Refused as refused:
        lines = text.split("\n")
        for one in refused.problems:
            assert 1 <= one.line <= len(lines)
            assert one.column >= 1
            assert one.message
