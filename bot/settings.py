"""Settings of the whole program: read once at start from the environment, and from a TOML file if one is named.

The environment wins over the file. A bad value stops the start with one sentence that names the setting and says what
to do; nothing is guessed. Secrets (token, database and Redis addresses) never appear in ``repr``, logs or errors.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import tomli

from bot.safety.limits import Limits, Rate

if TYPE_CHECKING:
    from bot.handoff.staff_hours import StaffHours

#: Telegram's own Bot API server (https://core.telegram.org/bots/api#making-requests).
TELEGRAM_API_URL = "https://api.telegram.org"

#: Every setting that may stand in the environment or in the TOML file.
SETTING_NAMES = (
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_BOT_TOKEN_FILE",
    "TELEGRAM_API_URL",
    "PRISTAN_HOME",
    "PRISTAN_DATABASE_URL",
    "PRISTAN_REDIS_URL",
    "PRISTAN_SECRET_KEY_FILE",
    "PRISTAN_KEYS_COPY",
    "PRISTAN_STAFF_CHAT_ID",
    "PRISTAN_STAFF_LANGUAGE",
    "PRISTAN_STAFF_HOURS",
    "PRISTAN_STAFF_TIME_ZONE",
    "PRISTAN_WEBHOOK_URL",
    "PRISTAN_DESK_URL",
    "PRISTAN_MODEL_DIR",
    "PRISTAN_LOCALES",
    "PRISTAN_HEALTH_PORT",
    "PRISTAN_HEALTH_HOST",
    "PRISTAN_LIMIT_MESSAGES",
    "PRISTAN_LIMIT_OFFERS",
    "PRISTAN_LIMIT_FILES",
    "PRISTAN_FILES_AT_ONCE",
)

#: Environment variable with the path of the TOML file; it cannot stand in the file itself.
CONFIG_VARIABLE = "PRISTAN_CONFIG"

_PROJECT_FOLDER = Path(__file__).resolve().parent.parent
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{20,}")

_Value = TypeVar("_Value")


class SettingsError(ValueError):
    """A setting is missing or wrong. The text names the setting and says what to do; it never repeats a secret."""


@dataclass(frozen=True)
class Settings:
    """Where things are and whom to talk to.

    Args:
        home: state folder (database, key, lock files); the store keeps it readable by its owner only.
        secret_key_file: file with the master key; created with mode 0600 when there is no data yet.
        model_dir: folder of trained models. They hold no data of people.
        locales: folder that editors change (catalogues, rules, directory).
        telegram_bot_token: the bot's token, or None: no Telegram, the sandbox instead.
        telegram_api_url: address of the Bot API server, without a slash at its end.
        database_url: SQLAlchemy address with an async driver, or None: an SQLite file in ``home``.
        redis_url: address of Redis for many processes, or None.
        staff_chat_id: id of the staff forum group (negative), or None: no handoff to a group.
        staff_language: language of the bot's own lines in the group, one of the four.
        staff_hours: when staff are there (OpenStreetMap opening_hours, with a time zone), or None: not said.
        webhook_url: public https address for webhooks, or None: long polling.
        desk_url: address under which staff reach the web desk, or None.
        keys_copy: file on another disk with a copy of people's keys (see `bot.store.keys_copy`), or None.
        health_port: port of /healthz, /readyz and /metrics, or None: no port is opened.
        health_host: address that port listens on.
        limits: how much one person may send before they are asked to wait.
        files_at_once: pictures and documents held in memory and read side by side, of all people together.
    """

    home: Path
    secret_key_file: Path
    model_dir: Path
    locales: Path
    telegram_bot_token: str | None = field(default=None, repr=False)
    telegram_api_url: str = TELEGRAM_API_URL
    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    staff_chat_id: int | None = None
    staff_language: str = "en"
    staff_hours: StaffHours | None = None
    webhook_url: str | None = field(default=None, repr=False)
    desk_url: str | None = None
    keys_copy: Path | None = None
    health_port: int | None = None
    health_host: str = "127.0.0.1"
    limits: Limits = field(default_factory=Limits)
    files_at_once: int = 2

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] = os.environ, toml_path: str | os.PathLike[str] | None = None
    ) -> Settings:
        """Read the settings.

        The state folder is ``$XDG_STATE_HOME/pristan`` (``~/.local/state/pristan``) unless ``PRISTAN_HOME`` names
        another, also when run from a checkout: a checkout is copied, zipped and published, data of people must not be.

        Args:
            environ: variables; an empty value counts as not set.
            toml_path: TOML file with the same names as the variables; without it the file named by ``PRISTAN_CONFIG``.

        Raises:
            SettingsError: a value is wrong, a name is unknown, or the file cannot be read.
        """
        path = toml_path if toml_path is not None else environ.get(CONFIG_VARIABLE) or None
        source = _Source(environ, *_read_toml(path, environ))
        home = source.get("PRISTAN_HOME", _folder) or _default_home(environ)
        api_url = source.get("TELEGRAM_API_URL", _web_address) or TELEGRAM_API_URL
        zone = source.get("PRISTAN_STAFF_TIME_ZONE", _time_zone) or "UTC"
        read_token = _telegram_token if api_url == TELEGRAM_API_URL else _any_token
        return cls(
            home=home,
            secret_key_file=source.get("PRISTAN_SECRET_KEY_FILE", _path) or home / "secret.key",
            model_dir=source.get("PRISTAN_MODEL_DIR", _folder) or _default_model_dir(home),
            locales=source.get("PRISTAN_LOCALES", _existing_folder) or _default_locales(),
            telegram_bot_token=source.get("TELEGRAM_BOT_TOKEN", read_token)
            or source.get("TELEGRAM_BOT_TOKEN_FILE", lambda named: read_token(_first_line(named))),
            telegram_api_url=api_url,
            database_url=source.get("PRISTAN_DATABASE_URL", _database_address),
            redis_url=source.get("PRISTAN_REDIS_URL", _redis_address),
            staff_chat_id=source.get("PRISTAN_STAFF_CHAT_ID", _group_id),
            staff_language=source.get("PRISTAN_STAFF_LANGUAGE", _language) or "en",
            staff_hours=source.get("PRISTAN_STAFF_HOURS", lambda written: _hours(written, zone)),
            webhook_url=source.get("PRISTAN_WEBHOOK_URL", _https_address),
            desk_url=source.get("PRISTAN_DESK_URL", _web_address),
            keys_copy=source.get("PRISTAN_KEYS_COPY", _path),
            health_port=source.get("PRISTAN_HEALTH_PORT", _port),
            health_host=source.get("PRISTAN_HEALTH_HOST", _listening_address) or "127.0.0.1",
            limits=Limits(
                messages=source.get("PRISTAN_LIMIT_MESSAGES", Rate.parse) or Limits.messages,
                offers=source.get("PRISTAN_LIMIT_OFFERS", Rate.parse) or Limits.offers,
                files=source.get("PRISTAN_LIMIT_FILES", Rate.parse) or Limits.files,
            ),
            files_at_once=source.get("PRISTAN_FILES_AT_ONCE", _small_number) or 2,
        )

    @property
    def effective_database_url(self) -> str:
        """The database's address: the one that was set, else the SQLite file in the state folder."""
        return self.database_url or f"sqlite:///{self.home / 'pristan.sqlite'}"


@dataclass(frozen=True)
class _Source:
    """Values by name, the environment before the file; knows where each came from, for error messages."""

    environ: Mapping[str, str]
    file: Path | None
    table: Mapping[str, str]

    def get(self, name: str, read: Callable[[str], _Value]) -> _Value | None:
        """The value of a setting, or None when it is not set.

        Raises:
            SettingsError: ``read`` refused it; its text follows the setting's name.
        """
        raw, where = self.environ.get(name, "").strip(), ""
        if not raw and name in self.table:
            raw, where = self.table[name].strip(), f" (in {self.file})"
        if not raw:
            return None
        try:
            return read(raw)
        except ValueError as refusal:
            # "from None": the refused value may be a secret and must not travel with the traceback.
            raise SettingsError(f"{name}{where}: {refusal}") from None


def _read_toml(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> tuple[Path | None, dict[str, str]]:
    if path is None:
        return None, {}
    file = _expand(os.fspath(path))
    try:
        table = tomli.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"{CONFIG_VARIABLE}: cannot read {file} ({error.strerror}). Correct the path, or unset {CONFIG_VARIABLE}."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{CONFIG_VARIABLE}: {file} is not UTF-8 text. Save it as UTF-8.") from None
    except tomli.TOMLDecodeError as error:
        raise SettingsError(f"{CONFIG_VARIABLE}: {file} is not valid TOML: {error}. Correct that line.") from None
    values: dict[str, str] = {}
    for name, value in table.items():
        if name not in SETTING_NAMES:
            near = difflib.get_close_matches(name.upper(), SETTING_NAMES, n=1)
            advice = f"Did you mean {near[0]}?" if near else f"Known settings: {', '.join(SETTING_NAMES)}."
            raise SettingsError(f"{name} (in {file}): there is no such setting. {advice}")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise SettingsError(f"{name} (in {file}): must be text in quotes or a whole number.")
        values[name] = str(value)
    return file, values


def _expand(value: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(value)))


def _default_home(environ: Mapping[str, str]) -> Path:
    state = environ.get("XDG_STATE_HOME", "")
    # The XDG specification says that a relative path must be ignored.
    base = Path(state) if os.path.isabs(state) else _expand(environ.get("HOME") or "~") / ".local" / "state"
    return base / "pristan"


def _default_model_dir(home: Path) -> Path:
    # In a checkout the stock `rasa` commands look into ./models; an installed package has no such folder.
    return _PROJECT_FOLDER / "models" if (_PROJECT_FOLDER / "config.yml").is_file() else home / "models"


def _default_locales() -> Path:
    beside_package = _PROJECT_FOLDER / "locales"
    return beside_package if beside_package.is_dir() else Path.cwd() / "locales"


def _path(value: str) -> Path:
    path = _expand(value)
    if path.is_dir():
        raise ValueError(f"{path} is a folder. Give the path of a file.")
    return path


def _folder(value: str) -> Path:
    path = _expand(value)
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is not a folder. Give the path of a folder.")
    return path


def _existing_folder(value: str) -> Path:
    path = _folder(value)
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}. Correct the path.")
    return path


def _telegram_token(value: str) -> str:
    if not _TOKEN.fullmatch(value):
        raise ValueError(
            "does not look like a bot token (digits, a colon, then letters and digits). Copy it again from @BotFather."
        )
    return value


def _any_token(value: str) -> str:
    # Another Bot API server may know tokens of another form; only what cannot stand in a URL path is refused.
    if not re.fullmatch(r"[A-Za-z0-9_:.-]+", value):
        raise ValueError("holds a blank or a sign that no bot token has. Copy it again.")
    return value


def _split(value: str, schemes: tuple[str, ...], example: str) -> str:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ValueError(f"is not an address. Write it like {example}.") from None
    if parts.scheme not in schemes or not (parts.netloc or parts.scheme in ("unix", "sqlite", "sqlite+aiosqlite")):
        raise ValueError(f"is not an address of the right kind. Write it like {example}.")
    return value


def _web_address(value: str) -> str:
    return _split(value, ("http", "https"), "https://bot.example.org").rstrip("/")


def _https_address(value: str) -> str:
    # Telegram delivers webhooks over HTTPS only (https://core.telegram.org/bots/api#setwebhook).
    return _split(value, ("https",), "https://bot.example.org/telegram").rstrip("/")


def _redis_address(value: str) -> str:
    return _split(value, ("redis", "rediss", "unix"), "redis://localhost:6379/0")


def _database_address(value: str) -> str:
    example = "postgresql://name@host/database or sqlite:////var/lib/pristan/pristan.sqlite"
    driven = {"sqlite": "sqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    # An earlier version wanted the driver named.
    driven |= {"sqlite+aiosqlite": "sqlite", "postgresql+asyncpg": "postgresql+asyncpg"}
    _split(value, tuple(driven), example)
    scheme, rest = value.split(":", 1)
    address = f"{driven[scheme]}:{rest}"
    if address.startswith("sqlite") and not re.match(r"sqlite:///[^?:]", address):
        raise ValueError(f"must name a file: nothing is kept in a database in memory. Write it like {example}.")
    return address


def _group_id(value: str) -> int:
    if not re.fullmatch(r"-[0-9]{1,15}", value):
        raise ValueError("must be the id of a group: a negative whole number such as -1001234567890.")
    return int(value)


def _port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= 65535:
        raise ValueError("must be a port number from 1 to 65535.")
    return int(value)


def _small_number(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", value) or not 1 <= int(value) <= 32:
        raise ValueError("must be a whole number from 1 to 32.")
    return int(value)


def _listening_address(value: str) -> str:
    if value == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("must be an address of this machine, such as 127.0.0.1.") from None


def _first_line(value: str) -> str:
    file = _expand(value)
    try:
        lines = file.read_text(encoding="ascii").split()
    except OSError as error:
        raise ValueError(f"cannot read {file} ({error.strerror}). Correct the path or the file's rights.") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} holds no token.") from None
    if not lines:
        raise ValueError(f"{file} is empty. Put the token there.")
    return lines[0]


def _language(value: str) -> str:
    from bot.content.languages import LANGUAGES  # brings numpy: half a second that most starts need not spend

    if value not in LANGUAGES:
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}.")
    return value


def _hours(value: str, zone: str) -> StaffHours:
    from bot.handoff.staff_hours import StaffHours  # settings are read before anything else is there

    return StaffHours.parse(value, zone)


def _time_zone(value: str) -> str:
    _hours("24/7", value)
    return value
