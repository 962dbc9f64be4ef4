"""Keeps what people write out of every log, and the libraries off the network. Imported before Rasa, everywhere.

Rasa reports to telemetry and Sentry hosts and writes each message text to an unconfigured structlog at debug level;
python-telegram-bot prints text at debug level, httpx the bot token at info, and an exception's text may quote what it
failed on. So:

* Only loggers of `bot` may say what they want (our own code never logs text). Every other logger is reduced to
  *where* and *which kind*: logger name, level, file and line, type of the exception - never its message.
* Exceptions are shown by type and place, their messages and local variables never.
* structlog events are reduced to their fixed names.

Importing this module is enough to be private; `setup_logging` adds what is useful to an operator.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

OURS = "bot"
"""Loggers with this first name may show their messages."""

_ROOT = Path(__file__).resolve().parent.parent
_FRAMES_SHOWN = 6
_FIXED_NAME = re.compile(r"[a-z0-9_.-]{1,80}")

_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_TELEMETRY_DEBUG": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "ERROR",
    "LOG_LEVEL_LIBRARIES": "ERROR",
}
_NEVER = ("SENTRY_DSN", "RASA_EXCEPTION_WRITE_KEY", "RASA_TELEMETRY_WRITE_KEY")


class PlaceFormatter(logging.Formatter):
    """Shows our own messages; of all others only the place. Exceptions: type and place, never the message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(shown)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line (and one more for an exception)."""
        copy = logging.makeLogRecord(record.__dict__)
        if is_ours(record.name):
            copy.shown = _own_message(record)
        else:
            copy.shown = f"({_place(record.pathname)}:{record.lineno})"
        copy.msg, copy.args, copy.exc_text, copy.stack_info = "", None, None, None
        return super().format(copy)

    def formatException(self, ei: Any) -> str:
        """Type and place of the exception and of what it was raised from."""
        return describe_exception(ei[1])


def _own_message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit the message: never show them raw
        return f"(message with wrong arguments, {_place(record.pathname)}:{record.lineno})"


def is_ours(name: str) -> bool:
    """Whether a logger belongs to this project."""
    return name == OURS or name.startswith(OURS + ".")


def describe_exception(error: BaseException | None) -> str:
    """An exception for a log: its type and where it came from, with the chain of causes. Never its message.

    Args:
        error: The exception; None gives an empty string.
    """
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_SHOWN:]
        places = " < ".join(f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        parts.append(f"{type(error).__module__}.{type(error).__qualname__} at {places or 'unknown place'}")
        error = error.__cause__ or error.__context__
    return "\n  raised from ".join(parts)


def _place(filename: str) -> str:
    """A path that tells which module it is and no machine's folders."""
    path = Path(filename)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return path.relative_to(_ROOT).as_posix()
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return path.name


def _worth_showing(record: logging.LogRecord) -> bool:
    """Our own records, and warnings of others whatever level somebody gave their loggers."""
    return is_ours(record.name) or record.levelno >= logging.WARNING


class _QuietHandler(logging.StreamHandler):
    """Writes to stderr as it is now (pytest and daemons replace it), and never prints a record it failed on."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(PlaceFormatter())
        self.addFilter(_worth_showing)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        raise AttributeError("the stream is always sys.stderr")

    def handleError(self, record: logging.LogRecord) -> None:
        """logging's own handler prints message and arguments of the record; we say nothing."""


def setup_logging(level: int | str = logging.INFO) -> None:
    """What `bot` loggers show, and crash reports by type and place.

    Args:
        level: Lowest level shown of our own loggers, as a number or a name. Other loggers: warnings and above,
            reduced to their place, whatever the level.
    """
    logging.getLogger(OURS).setLevel(level)
    sys.excepthook = _say_crash
    threading.excepthook = _say_thread_crash
    sys.unraisablehook = _say_unraisable


def _say_crash(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    print(f"stopped: {describe_exception(error)}", file=sys.stderr)


def _say_thread_crash(arguments: threading.ExceptHookArgs) -> None:
    print(f"thread stopped: {describe_exception(arguments.exc_value)}", file=sys.stderr)


def _say_unraisable(arguments: Any) -> None:
    print(f"ignored: {describe_exception(arguments.exc_value)}", file=sys.stderr)


def _quiet_environment(environment: MutableMapping[str, str]) -> None:
    environment.update(_ENVIRONMENT)
    for name in _NEVER:
        environment.pop(name, None)


def _quiet_root() -> None:
    """One handler at the root, so that no library installs its own (`basicConfig` and absl do, on an empty root)."""
    root = logging.getLogger()
    if not any(isinstance(handler, _QuietHandler) for handler in root.handlers):
        root.addHandler(_QuietHandler())
    root.setLevel(logging.WARNING)
    logging.raiseExceptions = False
    logging.captureWarnings(False)
    warnings.showwarning = _say_warning


def _say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning's text may quote a message (Rasa's do): only kind and place, and only for developers."""
    logging.getLogger(f"{OURS}.warnings").debug("%s at %s:%s", category.__name__, _place(filename), lineno)


def _names_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog processor: keeps the fixed name of an event, drops every value."""
    name = str(event.get("event", ""))
    return {"event": name if _FIXED_NAME.fullmatch(name) else "(event)"}


def _quiet_structlog() -> None:
    try:
        import structlog
    except ImportError:  # without Rasa there is no structlog to silence
        return
    structlog.configure(
        processors=[_names_only, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


_quiet_environment(os.environ)
_quiet_root()
_quiet_structlog()
