"""Checks of what the bot is made of: texts, rules, directory, model, Tesseract, the health port."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import tarfile
import zlib
from collections.abc import Iterable, Iterator

import httpx

from bot.operation.findings import Finding, ok, warn, wrong
from bot.settings import Settings

#: Debian's package for each of Tesseract's languages.
_TESSERACT = {
    "rus": "tesseract-ocr-rus",
    "bul": "tesseract-ocr-bul",
    "eng": "tesseract-ocr-eng",
    "chi_sim": "tesseract-ocr-chi-sim",
    "chi_tra": "tesseract-ocr-chi-tra",
}


def check_pictures(settings: Settings) -> Iterator[Finding]:
    """Tesseract and its languages."""
    program = shutil.which("tesseract")
    if program is None:
        mend = "make system, or: apt-get install tesseract-ocr " + " ".join(_TESSERACT.values())
        yield warn("pictures", "Tesseract is not installed: pictures are not read, people are told so.", mend)
        return
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    missing = [package for name, package in _TESSERACT.items() if name not in listed.stdout.split()]
    if missing:
        yield warn("pictures", "Tesseract lacks languages.", f"apt-get install {' '.join(missing)}")
    else:
        yield ok("pictures", "Tesseract reads all four languages.")


def check_content(settings: Settings, *, thorough: bool) -> Iterator[Finding]:
    """Whether texts and rules load, and (if wanted) what their check says."""
    from bot.assembly import Content
    from bot.content.catalogues import CatalogueError
    from bot.content.check import check_all
    from bot.content.patterns import PatternError
    from bot.directory.load import DirectoryError

    try:
        Content.load(settings.locales)
    except (CatalogueError, PatternError, DirectoryError) as error:
        yield wrong("texts", f"cannot be loaded: {error}", "Correct that place; the bot does not start without it.")
        return
    problems = check_all(settings.locales)[0] if thorough else []
    if problems:
        yield warn("texts", f"{len(problems)} places to mend.", "pristan content check names them.")
    else:
        yield ok("texts", "catalogues and rules load" + (", and their check finds nothing." if thorough else "."))


def check_directory(settings: Settings) -> Iterator[Finding]:
    """What the check of the directory says."""
    from bot.directory.check import check

    report = check(settings.locales)
    errors = report.count("error")
    if errors:
        yield wrong("directory", f"{errors} entries are wrong.", "pristan directory check names them.")
    else:
        number = sum(row.entries for row in report.coverage)
        yield ok("directory", f"{number} entries, none is wrong.")


async def check_model(settings: Settings, *, load: bool) -> list[Finding]:
    """Whether the dialogue model is there, current, whole, and (if wanted) loads and answers."""
    from bot.dialogue.train import current_model, newest_model

    current = await asyncio.to_thread(current_model, folder=settings.model_dir)
    newest = newest_model(settings.model_dir)
    if newest is None:
        mend = "pristan train (some minutes). Emergencies, directory and offers are answered without it."
        return [warn("model", "there is none yet.", mend)]
    found = []
    if current is None:
        mend = "pristan train; «pristan run» does it too, and answers with the old one meanwhile."
        found.append(warn("model", "is older than the examples, the code or the packages.", mend))
    chosen = current or newest
    damaged = await asyncio.to_thread(_damaged, chosen)
    if damaged:
        mend = f"Delete it and train anew: rm {chosen}; pristan train"
        return [*found, wrong("model", f"{chosen.name} is damaged ({damaged}).", mend)]
    if load:
        from bot.content.catalogues import Catalogues
        from bot.dialogue.engine import DialogueEngine

        try:
            engine = await DialogueEngine.load(chosen, Catalogues.load(settings.locales))
            await engine.parse("Здравейте, имам въпрос за работа")
        except Exception as error:  # whatever Rasa raises
            mend = f"Train anew: rm {chosen}; pristan train. If it stays so, run make install."
            return [*found, wrong("model", f"does not load ({type(error).__name__}).", mend)]
    return found or [ok("model", "is current, loads and answers." if load else "is current and whole.")]


def _damaged(model: object) -> str | None:
    """What keeps a model's archive from being read to its end, or None."""
    try:
        with tarfile.open(str(model), "r:gz") as archive:
            for member in archive:
                part = archive.extractfile(member)
                while part is not None and part.read(1 << 20):
                    pass
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        return type(error).__name__
    return None


async def check_health_port(settings: Settings) -> Iterable[Finding]:
    """The port of health and metrics, where one is set."""
    if settings.health_port is None:
        return []
    if settings.health_host not in ("127.0.0.1", "::1", "localhost"):
        mend = "Let only your monitoring reach it: it answers whoever asks, without a password."
        outside = [warn("health port", f"listens on {settings.health_host}, not only on this machine.", mend)]
    else:
        outside = []
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            host = "127.0.0.1" if settings.health_host == "0.0.0.0" else settings.health_host  # noqa: S104
            address = f"[{host}]" if ":" in host else host
            answer = await client.get(f"http://{address}:{settings.health_port}/readyz")
        if answer.status_code == 200:
            return [*outside, ok("health port", "the bot runs and is ready.")]
        if answer.status_code == 503:
            mend = f"curl http://{address}:{settings.health_port}/readyz names what is not."
            return [*outside, warn("health port", "the bot runs, but not everything is ready.", mend)]
        return [*outside, wrong("health port", "another program answers there.", "Choose another PRISTAN_HEALTH_PORT.")]
    except httpx.ConnectError:
        return [*outside, *_bindable(settings)]
    except httpx.HTTPError:
        return [*outside, wrong("health port", "another program is there.", "Choose another PRISTAN_HEALTH_PORT.")]


def _bindable(settings: Settings) -> Iterator[Finding]:
    family = socket.AF_INET6 if ":" in settings.health_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.health_host, settings.health_port or 0))
        except OSError as error:
            yield wrong("health port", f"cannot be opened ({error.strerror}).", "Choose another PRISTAN_HEALTH_PORT.")
        else:
            yield ok("health port", "is free; the bot does not run now.")
