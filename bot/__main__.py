"""``python -m bot``: the same as the console script ``pristan``."""

import sys

from bot.cli import main

sys.exit(main())
