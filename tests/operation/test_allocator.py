"""What glibc keeps for the threads of a process: looked at in a process of its own, as a bot's is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.bot_process import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pools of memory are glibc's")

#: Threads that all hold memory at the same moment, so that none gets the pool of another that has ended.
_POOLS = """
import ctypes, re, sys, threading
from bot.operation.allocator import few_pools
if sys.argv[1] == "few":
    few_pools()
together = threading.Barrier(9)
def hold():
    held = [bytes(5000) for _ in range(100)]
    together.wait()
    together.wait()
    return held
threads = [threading.Thread(target=hold) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait()
libc = ctypes.CDLL("libc.so.6")
libc.fopen.restype = ctypes.c_void_p
libc.fclose.argtypes = [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, file)
libc.fclose(file)
together.wait()
print(len(re.findall("<heap nr", open(sys.argv[2]).read())))
"""

_GIVEN_BACK = """
from bot.operation.allocator import give_back
def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
held = [bytes(5000) for _ in range(20_000)]
kept = held[::100]
del held
before = megabytes()
give_back()
print(before - megabytes())
"""


def _said(program: str, *arguments: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_threads_share_two_pools(tmp_path: object) -> None:
    assert _said(_POOLS, "few", f"{tmp_path}/few") <= 2
    assert _said(_POOLS, "as it is", f"{tmp_path}/many") > 2


def test_what_is_free_goes_back_to_the_system() -> None:
    assert _said(_GIVEN_BACK) > 50
