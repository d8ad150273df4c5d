from __future__ import annotations

import os

import pytest

from reporter.store.user_cache import user_cache_folder


def test_the_user_may_choose(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache_folder() == str(tmp_path / "runpages")


def test_without_a_home_no_folder_can_be_made(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(OSError, match="runpages"):
        os.makedirs(user_cache_folder())
