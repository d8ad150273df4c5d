"""What kind of file something is: path and first bytes to media type, from two tables.

A suffix is a claim and magic bytes are evidence, so where the bytes say something else they win:
a JPEG called ``plot.png`` is a JPEG, and a renderer never decodes what a name alone promised. Kinds
that have no bytes of their own (Vega-Lite and Plotly figures are JSON, or HTML around it) are told
by what stands near the beginning.

The module also knows which names a web server would serve as a page that runs, because a
published report must be inert whatever was logged (:func:`inert_suffix`). It imports the standard
library alone, reads no file, and its types are the same on every machine: the system's own table
of media types is never asked.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = [
    "HEAD_BYTES",
    "OCTET_STREAM",
    "PLOTLY",
    "PLOTLY_HTML",
    "VEGA_LITE",
    "VEGA_LITE_HTML",
    "detect",
    "guess",
    "inert_suffix",
    "suffix_of",
]

HEAD_BYTES = 16_384
"""How much of a file :func:`detect` and :func:`inert_suffix` want to see. A tar's magic stands at
257 and every other's before; JSON written by Altair names its schema within the first kilobytes."""

OCTET_STREAM = "application/octet-stream"
PLAIN = "text/plain"
HTML = "text/html"
JSON = "application/json"
ZIP = "application/zip"
GZIP = "application/gzip"
PLOTLY = "application/vnd.plotly.v1+json"
PLOTLY_HTML = "application/vnd.plotly.v1+html"
VEGA_LITE = "application/vnd.vegalite+json"
VEGA_LITE_HTML = "application/vnd.vegalite+html"

_KINDS: dict[str, str] = {
    # pictures
    "image/png": "png apng",
    "image/jpeg": "jpg jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/x-icon": "ico",
    "image/tiff": "tif tiff",
    "image/svg+xml": "svg",
    "image/svg+xml-compressed": "svgz",
    # sound and moving pictures
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/ogg": "ogg oga opus",
    "video/mp4": "mp4 m4v",
    "video/webm": "webm",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
    # documents
    HTML: "html htm",
    "application/xhtml+xml": "xhtml",
    "application/pdf": "pdf",
    "text/markdown": "md markdown",
    "application/x-ipynb+json": "ipynb",
    # tables
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.file": "arrow feather",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    # data as text
    JSON: "json",
    "application/jsonl": "jsonl ndjson",
    "application/geo+json": "geojson",
    "application/yaml": "yaml yml",
    "application/toml": "toml",
    "application/xml": "xml",
    # text and code; the code renderer asks Pygments by file name
    PLAIN: "txt conf env",
    "text/x-log": "log out err",
    "text/x-rst": "rst",
    "text/x-ini": "ini cfg",
    "text/x-diff": "diff patch",
    "text/x-python": "py pyi",
    "text/x-r": "r",
    "text/x-julia": "jl",
    "text/x-shellscript": "sh bash",
    "text/javascript": "js mjs",
    "text/x-typescript": "ts",
    "text/css": "css",
    "text/x-c": "c h",
    "text/x-c++": "cc cpp hpp",
    "text/x-cuda": "cu",
    "text/x-rust": "rs",
    "text/x-go": "go",
    "text/x-java": "java",
    "text/x-scala": "scala",
    "text/x-sql": "sql",
    "text/x-tex": "tex",
    "text/x-bibtex": "bib",
    "text/x-graphviz": "dot",
    # arrays and models, never loaded
    "application/x-npy": "npy",
    "application/x-npz": "npz",
    "application/x-python-pickle": "pkl pickle joblib cloudpickle",
    "application/x-pytorch": "pt pth ckpt",
    "application/x-keras": "keras",
    "application/x-skops": "skops",
    "application/x-hdf5": "h5 hdf5",
    "application/x-onnx": "onnx",
    "application/x-safetensors": "safetensors",
    "application/x-tflite": "tflite",
    "application/x-protobuf": "pb",
    "application/x-model": "ubj cbm",
    # archives and the rest
    ZIP: "zip whl jar",
    "application/x-tar": "tar tgz",
    GZIP: "gz",
    "application/x-bzip2": "bz2",
    "application/x-xz": "xz",
    "application/zstd": "zst",
    "application/x-7z-compressed": "7z",
    "application/vnd.sqlite3": "db sqlite",
    "application/wasm": "wasm",
}
"""Media type to the suffixes that claim it."""

_SUFFIXES = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes.split()}

_DOUBLE_SUFFIXES: dict[str, str] = {
    "tar.gz": "application/x-tar",
    "tar.bz2": "application/x-tar",
    "tar.xz": "application/x-tar",
    "vl.json": VEGA_LITE,
    "plotly.json": PLOTLY,
}

_NAMES: dict[str, str] = {
    "mlmodel": "application/x-mlmodel+yaml",
    "dockerfile": "text/x-dockerfile",
    "makefile": "text/x-makefile",
    "readme": PLAIN,
    "license": PLAIN,
    "requirements.txt": "text/x-requirements",
}


class _Magic(NamedTuple):
    offset: int
    pattern: bytes
    media_type: str


_MAGIC = (
    _Magic(0, b"\x89PNG\r\n\x1a\n", "image/png"),
    _Magic(0, b"\xff\xd8\xff", "image/jpeg"),
    _Magic(0, b"GIF87a", "image/gif"),
    _Magic(0, b"GIF89a", "image/gif"),
    _Magic(8, b"WEBP", "image/webp"),
    _Magic(4, b"ftypavif", "image/avif"),
    _Magic(4, b"ftypavis", "image/avif"),
    _Magic(4, b"ftypM4A", "audio/mp4"),
    _Magic(4, b"ftypqt", "video/quicktime"),
    _Magic(4, b"ftyp", "video/mp4"),
    _Magic(0, b"II*\0", "image/tiff"),
    _Magic(0, b"MM\0*", "image/tiff"),
    _Magic(8, b"WAVE", "audio/wav"),
    _Magic(8, b"AVI ", "video/x-msvideo"),
    _Magic(0, b"ID3", "audio/mpeg"),
    _Magic(0, b"fLaC", "audio/flac"),
    _Magic(0, b"OggS", "audio/ogg"),
    _Magic(0, b"\x1aE\xdf\xa3", "video/webm"),
    _Magic(0, b"%PDF-", "application/pdf"),
    _Magic(0, b"PAR1", "application/vnd.apache.parquet"),
    _Magic(0, b"ARROW1\0\0", "application/vnd.apache.arrow.file"),
    _Magic(0, b"\x93NUMPY", "application/x-npy"),
    _Magic(0, b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    _Magic(0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    _Magic(0, b"PK\x03\x04", ZIP),
    _Magic(0, b"PK\x05\x06", ZIP),
    _Magic(0, b"\x1f\x8b", GZIP),
    _Magic(0, b"BZh", "application/x-bzip2"),
    _Magic(0, b"\xfd7zXZ\0", "application/x-xz"),
    _Magic(0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    _Magic(0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    _Magic(0, b"\x00asm", "application/wasm"),
    _Magic(257, b"ustar", "application/x-tar"),
)
"""First match wins. Two-byte magics that ordinary text can begin with (``BM``) are left to the
renderer of the suffix that claims them."""

_CONTAINERS: dict[str, tuple[str, ...]] = {
    ZIP: (
        "application/x-npz",
        "application/x-pytorch",
        "application/x-keras",
        "application/x-skops",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    GZIP: ("application/x-tar", "image/svg+xml-compressed", "application/x-python-pickle"),
    "application/x-bzip2": ("application/x-tar", "application/x-python-pickle"),
    "application/x-xz": ("application/x-tar", "application/x-python-pickle"),
    "application/x-hdf5": ("application/x-keras",),
    "audio/ogg": ("video/ogg",),
    "video/webm": ("video/x-matroska", "audio/webm"),
    "video/mp4": ("audio/mp4", "video/quicktime"),
}
"""Magic of a container to the kinds that are this container: there the suffix says more."""

_ACTIVE = {
    "documents that run scripts where they are served": (
        "html htm xhtml xht shtml shtm stm hta mht mhtml webarchive svg svgz xml xsl xslt xsd rdf"
        " rss atom mathml mml xul wsdl smil swf htc url webloc desktop"
    ),
    "files that a web server runs itself": (
        "php php3 php4 php5 php7 php8 phps phtml phar asp aspx ashx asmx cer jsp jspx cfm cgi fcgi"
        " pl pht asa asax"
    ),
}
_ACTIVE_SUFFIXES = frozenset(suffix for names in _ACTIVE.values() for suffix in names.split())

_OBEYED = frozenset(("web.config", ".user.ini"))
"""Files by which a folder tells its web server what to do; Apache's begin with ``.ht``."""

_PASSIVE = (
    "png apng jpg jpeg gif webp avif bmp ico tif tiff wav mp3 m4a aac flac ogg oga opus mp4 m4v"
    " webm ogv mov pdf txt csv json css js mjs zip gz wasm"
)
_PASSIVE_SUFFIXES = frozenset(_PASSIVE.split())
"""Suffixes of which every server knows a type that runs nothing."""

_TEXT_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\b\x1b"))
"""Control characters that text does not hold; terminals do write escapes and backspaces."""

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SKIPPED_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n\f\v"


def suffix_of(path: str) -> str:
    """Return the last suffix of a path, lower-case and without its dot.

    Examples
    --------
    >>> suffix_of("plots/ROC.PNG"), suffix_of("a.b/noext"), suffix_of(".hidden")
    ('png', '', '')
    """
    stem, dot, suffix = path.rsplit("/", 1)[-1].rpartition(".")
    return suffix.lower() if dot and stem.strip(".") else ""


def guess(path: str) -> str:
    """Say what a file would be if its name were true.

    Parameters
    ----------
    path : str

    Returns
    -------
    str
        A media type; ``application/octet-stream`` when the name says nothing.

    Examples
    --------
    >>> guess("roc.png"), guess("model/MLmodel"), guess("runs.tar.gz"), guess("noext")
    ('image/png', 'application/x-mlmodel+yaml', 'application/x-tar', 'application/octet-stream')
    """
    name = path.rsplit("/", 1)[-1].lower()
    double = ".".join(name.rsplit(".", 2)[-2:])
    return (
        _NAMES.get(name)
        or _DOUBLE_SUFFIXES.get(double if name.count(".") >= 2 else "")
        or _SUFFIXES.get(suffix_of(name), OCTET_STREAM)
    )


def detect(path: str, head: bytes, declared: str = "") -> str:
    r"""Say what a file is.

    Parameters
    ----------
    path : str
        Its name, a claim.
    head : bytes
        Its first :data:`HEAD_BYTES` bytes, or all of them: evidence.
    declared : str, optional
        What was said when it was logged; believed where name and bytes say nothing against it.

    Returns
    -------
    str
        A media type, lower-case, without parameters.

    Examples
    --------
    >>> detect("plot.png", b"\xff\xd8\xff\xe0")
    'image/jpeg'
    >>> detect("notes", b"plain words")
    'text/plain'
    """
    claimed = _claim(path, declared)
    found = _find_magic(head)
    if found and not (claimed.startswith("text/") and _is_text(head)):
        return claimed if claimed in _CONTAINERS.get(found, ()) else found
    if claimed == OCTET_STREAM:
        claimed = _look_at(head)
    return _specialise(claimed, head)


def inert_suffix(path: str, head: bytes) -> str:
    """Return what to append to a file's name so that no web server serves it as a page.

    Parameters
    ----------
    path : str
        The artifact's path.
    head : bytes
        Its first bytes.

    Returns
    -------
    str
        ``".txt"`` for a name that servers serve as a document that can run scripts, run or obey
        themselves; also for markup under a name whose type servers guess from the bytes. Else
        empty.

    Notes
    -----
    Servers written in Go (Caddy, Hugo) take the type of an unknown suffix from the content, so
    HTML called ``model.pkl`` would run. XML of any vocabulary can hold scripts and begins with
    ``<``, hence the test for markup is that byte.

    Examples
    --------
    >>> inert_suffix("page.html", b""), inert_suffix("model.pkl", b"<script>")
    ('.txt', '.txt')
    >>> inert_suffix("plot.png", b""), inert_suffix("model.pkl", b"")
    ('', '')
    """
    name = path.rsplit("/", 1)[-1].lower()
    suffix = suffix_of(name)
    if (
        name.startswith(".ht")
        or name in _OBEYED
        or not _ACTIVE_SUFFIXES.isdisjoint(name.split(".")[1:])
    ):
        return ".txt"
    if suffix in _PASSIVE_SUFFIXES:
        return ""
    return ".txt" if head.lstrip(_SKIPPED_BEFORE_MARKUP).startswith(b"<") else ""


def _claim(path: str, declared: str) -> str:
    """Weigh name against declaration: what was declared wins only where it says more."""
    guessed = guess(path)
    said = declared.partition(";")[0].strip().lower()
    says_more = guessed == OCTET_STREAM or (said.endswith("+json") and guessed == JSON)
    return said if said and "/" in said and says_more else guessed


def _find_magic(head: bytes) -> str:
    for magic in _MAGIC:
        if head.startswith(magic.pattern, magic.offset):
            return magic.media_type
    return ""


def _look_at(head: bytes) -> str:
    """Tell text from bytes when the name says nothing."""
    if not _is_text(head):
        return OCTET_STREAM
    start = head.lstrip(_SKIPPED_BEFORE_MARKUP)[:256].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<script", b"<body", b"<head")):
        return HTML
    return "image/svg+xml" if start.startswith(b"<svg") else PLAIN


def _is_text(head: bytes) -> bool:
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    if head.translate(None, _TEXT_CONTROLS) != head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and error.reason == "unexpected end of data"
    return True


_Marks = tuple[tuple[str, re.Pattern[bytes]], ...]
_MARKS: dict[str, _Marks] = {
    JSON: (
        (VEGA_LITE, re.compile(rb'"\$schema"\s*:\s*"https?://vega\.github\.io/schema/vega-lite/')),
        (PLOTLY, re.compile(rb'(?s)\A\s*\{\s*"data"\s*:\s*\[\s*\{.*?"(type|hovertemplate|mode)"')),
        (PLOTLY, re.compile(rb'(?s)\A\s*\{\s*"layout"\s*:\s*\{.*?"(template|xaxis|margin)"')),
    ),
    HTML: (
        (PLOTLY_HTML, re.compile(rb"window\.PlotlyConfig|cdn\.plot\.ly/plotly|Plotly\.newPlot\(")),
        (VEGA_LITE_HTML, re.compile(rb"vegaEmbed|vega-embed|\bvega-lite@")),
    ),
}
"""Kinds that are told by what stands near the beginning of a more general kind. A false find costs
nothing: those renderers fall back to the general one."""


def _specialise(media_type: str, head: bytes) -> str:
    marks = _MARKS.get(media_type, ())
    return next((special for special, mark in marks if mark.search(head)), media_type)
