"""Run by test_rotation.py: exchanges the master key up to one point and waits there to be killed. Not a test."""

from __future__ import annotations

import asyncio
import sys

from dying_points import die_before, die_before_commit, die_here

from bot.settings import Settings
from bot.store import keys, rotation

point = sys.argv[1]
renew, adopt = rotation._renew, rotation.adopt_pending_key


async def renewing(*arguments):  # type: ignore[no-untyped-def]
    if point == "key written":
        die_here()
    if point == "half":
        die_before("UPDATE outbox")
    if point == "before commit":
        die_before_commit()
    return await renew(*arguments)


def adopting(file):  # type: ignore[no-untyped-def]
    if point == "committed":
        die_here()
    if point == "old key overwritten":
        keys.overwrite(file)
        die_here()
    adopt(file)
    if point == "purging":
        die_before("VACUUM")


rotation._renew, rotation.adopt_pending_key = renewing, adopting
asyncio.run(rotation.rotate_master_key(Settings.from_environment()))
