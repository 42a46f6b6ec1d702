"""Two servers on one data folder: the second says clearly who holds it, and touches nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.data_folder import DataFolderLock
from app.errors import DataFolderError

_HOLD = """
import sys, time
from pathlib import Path
from app.data_folder import DataFolderLock
with DataFolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_is_told_which_process_holds_the_folder(tmp_path: Path) -> None:
    """By the number that an operator looks for; a first that was killed holds nothing."""
    lock = tmp_path / "index.lock"
    first = subprocess.Popen([sys.executable, "-c", _HOLD, str(lock)], stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(DataFolderError, match=rf"another Carelight process \(process {first.pid}\) holds"), DataFolderLock(lock):
        pass
    first.kill()
    first.wait()
    with DataFolderLock(lock):
        assert (tmp_path / "index.pid").read_text() == str(os.getpid())


def test_a_note_that_cannot_be_read_takes_nothing_from_the_lock(tmp_path: Path) -> None:
    """The note only helps to find the other."""
    with DataFolderLock(tmp_path / "index.lock"):
        (tmp_path / "index.pid").write_text("odd")
        with pytest.raises(DataFolderError, match="another Carelight process holds"), DataFolderLock(tmp_path / "index.lock"):
            pass
