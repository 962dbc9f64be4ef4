"""What nobody here uses takes no memory."""

from __future__ import annotations

import subprocess
import sys


def test_tensorflow_comes_without_jax() -> None:
    program = "import sys, bot, tensorflow; print('jaxlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
