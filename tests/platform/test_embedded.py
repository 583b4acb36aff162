import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_embedded_database_when_tests_run_is_postgresql_18() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (version,) = cursor.fetchone()
    assert int(version) >= 180000


def test_embedded_redis_when_tests_run_keeps_a_value() -> None:
    cache.set("a", 1, 5)
    assert cache.get("a") == 1
