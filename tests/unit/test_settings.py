"""A setting that cannot be used stops the start with its name and the cure."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "70000"}, "65533"),
        ({"DATABASE_URL": "mysql://x"}, "postgresql://"),
        ({"REDIS_URL": "localhost:6379"}, "redis://"),
        ({"LIBRARY": "/nowhere"}, "library.yml"),
        ({"CLOCK": "tomorrow"}, "2026-11-21T14:05"),
        ({"CLOCK": "2026-11-21T14:05+01:00"}, "zone"),
        ({"EMBED_ORIGINS": "https://www.example.org/path"}, "no path"),
        ({"EMBED_ORIGINS": "*"}, "EMBED_ORIGINS"),
        ({"TRUSTED_PROXIES": "10.0.0.1/8"}, "TRUSTED_PROXIES"),
        ({"ALLOW_PRIVATE_FEEDS": "maybe"}, "yes or no"),
        ({"RETENTION_DAYS": "365"}, "90"),
        ({"SECRET": "short"}, "32"),
    ],
)
def test_setting_that_cannot_be_used_is_named_with_its_cure(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))) as raised:
        Settings.from_environ(environ)
    assert words in str(raised.value)


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environ(
        {"PORT": "9000", "CLOCK": "2026-11-21T14:05", "EMBED_ORIGINS": "https://a.example, https://b.example:8443"}
    )
    assert (settings.port, settings.rasa_port, settings.actions_port) == (9000, 9001, 9002)
    assert settings.clock == datetime(2026, 11, 21, 14, 5)
    assert settings.embed_origins == ("https://a.example", "https://b.example:8443")
    assert settings.database.startswith("sqlite:///")


def test_signing_key_is_made_once_and_kept_from_other_users(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "new")
    key = settings.signing_secret()
    assert len(key) >= 32 and Settings(data_folder=tmp_path / "new").signing_secret() == key
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o077 == 0
    assert repr(Settings(secret="s" * 40)).count("ssss") == 0
