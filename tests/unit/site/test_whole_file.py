"""One file, whole or not at all."""

from __future__ import annotations

import os
from typing import BinaryIO

import pytest

from reporter.errors import BuildError
from reporter.site.writing.whole_file import open_whole, write_whole


def fill_up(stream: BinaryIO) -> None:
    """Write a part, and find the disk full."""
    stream.write(b"half")
    raise OSError(28, "No space left on device")


def test_a_file_and_its_folders_are_made(tmp_path):
    place = tmp_path / "a b" / "ö" / "page.html"
    write_whole(str(place), b"x")
    assert place.read_bytes() == b"x"
    assert os.listdir(place.parent) == ["page.html"]


def test_a_full_disk_leaves_what_was_there(tmp_path):
    place = tmp_path / "page.html"
    place.write_bytes(b"old")
    with (
        pytest.raises(BuildError, match=r"page\.html': No space left"),
        open_whole(str(place)) as file,
    ):
        fill_up(file)
    assert place.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["page.html"]


def test_a_fault_of_another_file_is_not_told_as_ours(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match="nowhere"),
        open_whole(str(tmp_path / "page.html")),
        open(tmp_path / "nowhere", encoding="utf-8"),
    ):
        pass
    assert os.listdir(tmp_path) == []


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(str(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_device_is_not_replaced():
    with pytest.raises(BuildError, match="no ordinary file"):
        write_whole(os.devnull, b"x")
