"""Keeps out of the process what other libraries import and nothing here uses.

TensorFlow 2.12 imports JAX for one converter of TensorFlow Lite and does without where there is none
(`tensorflow/lite/python/util.py`). Here that is 65 MB of memory and a second of every start.
"""

from __future__ import annotations

import sys

_UNUSED = ("jax",)


def keep_out() -> None:
    """Make their import fail as if they were not installed; where one is imported already, nothing changes."""
    for name in _UNUSED:
        # https://docs.python.org/3.10/reference/import.html#the-module-cache: None stops the import.
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
