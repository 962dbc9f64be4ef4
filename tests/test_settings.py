from pathlib import Path

import pytest

from bot.settings import TELEGRAM_API_URL, Settings, SettingsError

TOKEN = "123456:" + "A" * 35


def test_without_any_setting_everything_has_a_place(tmp_path: Path) -> None:
    settings = Settings.from_environment({"HOME": str(tmp_path)})
    assert settings.home == tmp_path / ".local" / "state" / "pristan"
    assert settings.secret_key_file == settings.home / "secret.key"
    assert settings.telegram_api_url == TELEGRAM_API_URL
    assert settings.telegram_bot_token is None and settings.staff_chat_id is None
    assert settings.effective_database_url == f"sqlite:///{settings.home}/pristan.sqlite"
    assert not settings.home.exists()  # reading settings makes nothing


def test_the_state_folder_follows_xdg(tmp_path: Path) -> None:
    assert Settings.from_environment({"XDG_STATE_HOME": str(tmp_path)}).home == tmp_path / "pristan"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "pristan.toml"
    file.write_text(
        f'TELEGRAM_BOT_TOKEN = "{TOKEN}"\nPRISTAN_STAFF_CHAT_ID = -1001\nPRISTAN_DESK_URL = "https://a.example/"'
    )
    settings = Settings.from_environment({"PRISTAN_CONFIG": str(file), "PRISTAN_STAFF_CHAT_ID": "-1002"})
    assert settings.telegram_bot_token == TOKEN
    assert settings.staff_chat_id == -1002
    assert settings.desk_url == "https://a.example"
    assert Settings.from_environment({}, toml_path=file).staff_chat_id == -1001


def test_databases_get_their_driver(tmp_path: Path) -> None:
    for given, used in (
        ("postgresql://pristan:secret@db/pristan", "postgresql+asyncpg://pristan:secret@db/pristan"),
        ("sqlite:////srv/p.sqlite", "sqlite:////srv/p.sqlite"),
        ("sqlite+aiosqlite:////srv/p.sqlite", "sqlite:////srv/p.sqlite"),
    ):
        assert Settings.from_environment({"PRISTAN_DATABASE_URL": given}).effective_database_url == used


def test_another_api_server_may_have_other_tokens() -> None:
    settings = Settings.from_environment({"TELEGRAM_API_URL": "http://127.0.0.1:8081/", "TELEGRAM_BOT_TOKEN": "1:x"})
    assert (settings.telegram_api_url, settings.telegram_bot_token) == ("http://127.0.0.1:8081", "1:x")


def test_repr_shows_no_secret() -> None:
    settings = Settings.from_environment({
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "PRISTAN_DATABASE_URL": "postgresql://pristan:geheim@db/pristan",
        "PRISTAN_REDIS_URL": "redis://:geheim@cache/0",
    })  # fmt: skip
    assert TOKEN not in repr(settings) and "geheim" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("TELEGRAM_BOT_TOKEN", "hunter2", "@BotFather"),
        ("TELEGRAM_API_URL", "api.telegram.org", "https://"),
        ("PRISTAN_STAFF_CHAT_ID", "12345", "negative"),
        ("PRISTAN_STAFF_CHAT_ID", "@group", "negative"),
        ("PRISTAN_WEBHOOK_URL", "http://bot.example.org", "https://"),
        ("PRISTAN_DESK_URL", "https://bot.example.org:port", "https://"),
        ("PRISTAN_DATABASE_URL", "mysql://hunter2@db/x", "postgresql://"),
        ("PRISTAN_DATABASE_URL", "sqlite://", "in memory"),
        ("PRISTAN_DATABASE_URL", "sqlite:///:memory:", "in memory"),
        ("PRISTAN_REDIS_URL", "http://hunter2@cache", "redis://"),
        ("PRISTAN_HOME", __file__, "folder"),
        ("PRISTAN_SECRET_KEY_FILE", "/", "file"),
        ("PRISTAN_LOCALES", "/nonexistent/locales", "Correct the path"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_advice_and_never_repeated(name: str, value: str, advice: str) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        Settings.from_environment({name: value})
    assert advice in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"TELEGRAM_BOT_TOKEN = \n", "line 1"),
        (b'telegram_bot_tokn = "x"', "Did you mean TELEGRAM_BOT_TOKEN"),
        (b"PRISTAN_HOME = true", "text in quotes"),
        (b"[PRISTAN_HOME]\n", "text in quotes"),
        (b'PRISTAN_STAFF_CHAT_ID = "group"', "pristan.toml"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_wrong_file_is_refused_with_advice(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "pristan.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment({}, toml_path=file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PRISTAN_CONFIG: cannot read"):
        Settings.from_environment({"PRISTAN_CONFIG": str(tmp_path / "none.toml")})
