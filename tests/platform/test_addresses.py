import pytest

from portal.addresses import BadAddress, broker_url, database_from_url, email_from_url


def test_database_url_when_complete_gives_every_setting() -> None:
    settings = database_from_url("postgresql://me:p%40ss@db.example:6432/portal?sslmode=require")
    assert settings["NAME"] == "portal"
    assert settings["USER"] == "me"
    assert settings["PASSWORD"] == "p@ss"
    assert (settings["HOST"], settings["PORT"]) == ("db.example", "6432")
    assert settings["OPTIONS"] == {"sslmode": "require"}


def test_database_url_when_host_is_a_socket_folder_uses_it() -> None:
    assert database_from_url("postgresql:///portal?host=/run/postgresql")["HOST"] == "/run/postgresql"


@pytest.mark.parametrize("url", ["mysql://me:secret@db/portal", "postgresql://me:secret@db/"])
def test_database_url_when_unusable_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        database_from_url(url)
    assert "secret" not in str(refused.value)


def test_broker_url_when_redis_is_on_a_socket_is_spelled_for_celery() -> None:
    assert broker_url("unix:///run/redis.sock?db=4") == "redis+socket:///run/redis.sock?virtual_host=4"
    assert broker_url("redis://cache:6379/0") == "redis://cache:6379/0"


def test_email_url_when_smtps_uses_tls_from_the_start() -> None:
    settings = email_from_url("smtps://me:secret@mail.example")
    assert (settings["EMAIL_PORT"], settings["EMAIL_USE_SSL"], settings["EMAIL_USE_TLS"]) == (
        465,
        True,
        False,
    )


def test_email_url_when_no_host_is_refused() -> None:
    with pytest.raises(BadAddress):
        email_from_url("smtp://")
