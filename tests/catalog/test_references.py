"""Entity references mean what the Backstage rules say."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.rules.references import NAME, BadReference, Ref, parse_ref

INNER = string.ascii_letters + string.digits + "._-"
EDGE = string.ascii_letters + string.digits
names = st.builds(
    lambda a, b, c: a + b + c, st.sampled_from(EDGE), st.text(INNER, max_size=61), st.sampled_from(EDGE)
) | st.sampled_from(EDGE)


@given(names, names, names)
def test_parse_ref_of_a_full_reference_ignores_case_and_defaults(
    kind: str, namespace: str, name: str
) -> None:
    found = parse_ref(f"{kind}:{namespace}/{name}", kind="group", namespace="elsewhere")
    assert found == Ref(kind.lower(), namespace.lower(), name.lower())


@given(names, names, names)
def test_parse_ref_of_a_bare_name_takes_both_defaults(kind: str, namespace: str, name: str) -> None:
    assert parse_ref(name, kind=kind, namespace=namespace) == Ref(
        kind.lower(), namespace.lower(), name.lower()
    )


@given(names, names)
def test_parse_ref_without_a_namespace_takes_the_holders(kind: str, name: str) -> None:
    assert parse_ref(f"{kind}:{name}", kind="api", namespace="team") == Ref(
        kind.lower(), "team", name.lower()
    )


@given(names, names, names)
def test_parse_ref_of_a_mapping_equals_the_text(kind: str, namespace: str, name: str) -> None:
    as_mapping = parse_ref({"kind": kind, "namespace": namespace, "name": name})
    assert as_mapping == parse_ref(f"{kind}:{namespace}/{name}")
    assert parse_ref(str(as_mapping)) == as_mapping


@given(st.text(max_size=80))
def test_parse_ref_of_any_text_gives_names_or_refuses(text: str) -> None:
    try:
        found = parse_ref(text, kind="component")
    except BadReference:
        return
    assert all(NAME.fullmatch(part) for part in (found.kind, found.namespace, found.name))


@pytest.mark.parametrize(
    "value", ["", ":x", "a:", "a:/x", "a:b/", "a b", "a:b:c", "a/b/c", None, True, 1.5, [], {}, "x" * 64]
)
def test_parse_ref_of_what_is_none_refuses(value: object) -> None:
    with pytest.raises(BadReference):
        parse_ref(value, kind="component")
