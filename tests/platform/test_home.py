from pathlib import Path

import pytest

from portal.home import HomeUnusable, ensure_home, secret


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path / "chosen"))
    return tmp_path / "chosen"


def test_home_when_missing_is_made_for_us_alone(chosen: Path) -> None:
    assert ensure_home().stat().st_mode & 0o777 == 0o700


def test_home_when_it_is_somebodys_open_folder_is_refused_and_left_alone(chosen: Path) -> None:
    chosen.mkdir(mode=0o755)
    (chosen / "letter.txt").touch()
    with pytest.raises(HomeUnusable):
        ensure_home()
    assert chosen.stat().st_mode & 0o777 == 0o755


def test_home_when_it_is_empty_and_open_is_closed(chosen: Path) -> None:
    chosen.mkdir(mode=0o755)
    assert ensure_home().stat().st_mode & 0o777 == 0o700


def test_secret_when_asked_twice_is_the_same_and_private(chosen: Path) -> None:
    assert secret("a.key") == secret("a.key")
    assert len(secret("a.key")) >= 48
    assert (chosen / "a.key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in chosen.iterdir()) == ["a.key", "portal.home"]
