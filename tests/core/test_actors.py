import pytest

from apps.core.actors import person_behind


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("person:12", 12),
        ("token:12/ab12", 12),
        ("system:exporter", None),
        ("person:", None),
        ("person:١٢", None),
        ("", None),
    ],
)
def test_person_behind_an_actor_is_found_by_number(key: str, number: int | None) -> None:
    assert person_behind(key) == number
