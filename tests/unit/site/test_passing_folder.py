"""Folders for a while: gone at the end, gone after a kill as well, and never taken from others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from reporter.site.writing.passing_folder import passing_folder

KILLED = """
import os, signal, sys
from reporter.site.writing.passing_folder import passing_folder
with passing_folder(sys.argv[1]) as folder:
    open(os.path.join(folder, "big"), "w").close()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_goes_with_the_work(tmp_path):
    with passing_folder(str(tmp_path)) as folder:
        assert os.path.dirname(folder) == str(tmp_path)
    with pytest.raises(ZeroDivisionError), passing_folder(str(tmp_path)):
        raise ZeroDivisionError
    assert not os.listdir(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_a_killed_process_left_goes_with_the_next(tmp_path):
    died = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert len(os.listdir(tmp_path)) == 1
    with passing_folder(str(tmp_path)) as folder:
        assert os.listdir(tmp_path) == [os.path.basename(folder)]


def test_folders_of_others_stay(tmp_path):
    (tmp_path / ".report-notes").mkdir()
    with passing_folder(str(tmp_path)) as first:
        with passing_folder(str(tmp_path)) as second:
            assert first != second
        assert os.path.isdir(first)
    assert os.listdir(tmp_path) == [".report-notes"]
