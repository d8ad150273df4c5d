"""Keys and passwords in what is about to be published. Pure: text in, findings out.

Two kinds of evidence: tokens whose form their issuer made recognisable, and values that a name
calls secret and that look as random as a secret is. Words of the field (``eos_token``,
``max_tokens``) are none. A finding never holds the secret itself.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Secret", "find_in_pairs", "find_in_text", "is_scanned"]

MAX_SCANNED_BYTES = 16 << 20
"""Of a text artifact; logs beyond that are scanned at their beginning."""


@dataclass(frozen=True)
class _Form:
    """How one issuer's tokens look; `start` is in every one and is searched for first."""

    kind: str
    start: str
    pattern: re.Pattern[str]


# The forms are those that the issuers document for secret scanning. Each pattern begins with its
# literal start, which is found a hundred times faster than an alternation of all of them.
_FORMS = tuple(
    _Form(kind, start, re.compile(re.escape(start) + rest))
    for kind, start, rest in (
        ("AWS access key", "AKIA", r"[0-9A-Z]{16}\b"),
        ("AWS access key", "ASIA", r"[0-9A-Z]{16}\b"),
        ("GitHub token", "ghp_", r"[A-Za-z0-9]{36,}"),
        ("GitHub token", "gho_", r"[A-Za-z0-9]{36,}"),
        ("GitHub token", "ghu_", r"[A-Za-z0-9]{36,}"),
        ("GitHub token", "ghs_", r"[A-Za-z0-9]{36,}"),
        ("GitHub token", "ghr_", r"[A-Za-z0-9]{36,}"),
        ("GitHub token", "github_pat_", r"[A-Za-z0-9_]{60,}"),
        ("GitLab token", "glpat-", r"[A-Za-z0-9_-]{20,}"),
        ("Slack token", "xox", r"[abposr]-[A-Za-z0-9-]{10,}"),
        ("Slack webhook", "hooks.slack.com/services/T", r"\w+/B\w+/\w{20,}"),
        ("Google API key", "AIza", r"[0-9A-Za-z_-]{35}"),
        ("Anthropic or OpenAI key", "sk-", r"(?:proj-|ant-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
        ("Hugging Face token", "hf_", r"[A-Za-z0-9]{30,}\b"),
        ("Stripe key", "k_live_", r"[0-9A-Za-z]{20,}"),
        ("npm token", "npm_", r"[A-Za-z0-9]{36}\b"),
        ("PyPI token", "pypi-AgEIcHlwaS5vcmc", r"[A-Za-z0-9_-]{50,}"),
        ("private key", "-----BEGIN ", r"(?:[A-Z]+ )*PRIVATE KEY-----"),
        ("signed token (JWT)", "eyJ", r"[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
        (
            "password in an address",
            "://",
            r"[^\s/:@'\"<>]{1,80}:(?P<secret>[^\s/@'\"<>]{3,80})@",
        ),
    )
)

_TOKENS = (
    *("auth", "access", "api", "bearer", "refresh", "session", "bot"),
    *("hf", "hub", "wandb", "github", "gitlab", "slack"),
)
_KEYS = ("api", "access", "private")
_WORDS = (
    *("password", "passwd", "passphrase", "secret", "credential"),
    *(name + joint + "key" for name in _KEYS for joint in ("_", "-", "")),
    *(name + joint + "token" for name in _TOKENS for joint in ("_", "-", "")),
)
"""What a name that means a secret holds: each is searched for as it is, which is fast."""
_NAMED_AS = (
    r"(?:pass(?:word|wd|phrase)|secret(?:[_-]?(?:access)?[_-]?key)?|credentials?"
    rf"|(?:{'|'.join(_KEYS)})[_-]?key|client[_-]?secret|(?:{'|'.join(_TOKENS)})[_-]?token)"
)
_NAMED = re.compile(rf"(?i){_NAMED_AS}[\"']?\s*[:=]\s*[\"']?(?P<secret>[^\s\"',;&)}}\]]{{8,200}})")
_PLACEHOLDER = re.compile(
    r"(?i)^(?:\$|%|<|\{|\*+|x+$|\.\.\.|none|null|true|false|your|my[_-]|example|changeme|redacted"
    r"|password$|pass$|passwd$|secret$|token$"
    r"|os\.|env|getenv|self\.|args\.|config)"
)
MIN_BITS = 3.0
"""Entropy of a character: English words of a dozen letters stay below, keys from generators
above."""


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Something that looks like a secret.

    Parameters
    ----------
    kind : str
    shown : str
        Its first characters.
    line : int
        In a text, counted from 1; 0 elsewhere.
    """

    kind: str
    shown: str
    line: int = 0


def is_scanned(media_type: str) -> bool:
    """Tell whether files of a kind are text that may hold secrets."""
    plain = media_type.partition(";")[0]
    return plain.startswith("text/") or plain.endswith(("+json", "+yaml")) or plain in _TEXTS


_TEXTS = frozenset(
    {
        "application/json",
        "application/javascript",
        "application/toml",
        "application/x-sh",
        "application/x-yaml",
        "application/yaml",
        "application/xml",
        "image/svg+xml",
    }
)


def find_in_text(text: str) -> Iterator[Secret]:
    """Find secrets in a text.

    Parameters
    ----------
    text : str

    Yields
    ------
    Secret

    Examples
    --------
    >>> [s.kind for s in find_in_text("key: AKIAIOSFODNN7ABCDEFG, eos_token: '<|endoftext|>'")]
    ['AWS access key']
    """
    for form in _FORMS:
        if form.start in text:
            yield from _of_form(form, text)
    for match in _named(text, text.lower()):
        yield _secret("named as secret", match["secret"], text, match.start())


def find_in_pairs(pairs: Mapping[str, str]) -> Iterator[tuple[str, Secret]]:
    """Find secrets among params or tags.

    Parameters
    ----------
    pairs : mapping of str to str

    Yields
    ------
    (str, Secret)
        The key, and what was found in its value.
    """
    for key, value in pairs.items():
        for secret in find_in_text(f"{key}: {value}"):
            yield key, secret


def _of_form(form: _Form, text: str) -> Iterator[Secret]:
    for match in form.pattern.finditer(text):
        value = match["secret"] if "secret" in form.pattern.groupindex else match.group()
        if _is_token(form, value, text[match.start() - 1 : match.start()]):
            yield _secret(form.kind, value, text, match.start())


def _is_token(form: _Form, value: str, before: str) -> bool:
    """Tell a token from a word with the same beginning, and from what stands for one."""
    if form.start in ("://", "-----BEGIN "):
        return not _PLACEHOLDER.match(value)
    # Names of models and runs in kebab case may begin like one of these keys; keys hold digits.
    is_word = form.start == "sk-" and not any(c.isdigit() for c in value)
    return not before.isalnum() and not is_word


def _named(text: str, lowered: str) -> Iterator[re.Match[str]]:
    """Find values that a name calls secret, looking only where such a name stands."""
    seen = set()
    for word in _WORDS:
        place = lowered.find(word)
        while place >= 0:
            match = _NAMED.match(text, place)
            if match and match.start("secret") not in seen and _is_named_secret(match["secret"]):
                seen.add(match.start("secret"))
                yield match
            place = lowered.find(word, place + len(word))


def _is_named_secret(value: str) -> bool:
    return _is_random(value) and not any(form.pattern.search(value) for form in _FORMS)


def _secret(kind: str, value: str, text: str, start: int) -> Secret:
    line = text.count("\n", 0, start) + 1
    return Secret(kind=kind, shown=_masked(value), line=line)


def _masked(value: str) -> str:
    return f"{value[:4]}…"


def _is_random(value: str) -> bool:
    """Tell a key from a word, a path, a number or a placeholder."""
    if len(value) < 8 or _PLACEHOLDER.match(value) or " " in value:
        return False
    kinds = (any(c.isdigit() for c in value), any(c.isalpha() for c in value))
    return all(kinds) and _bits(value) >= MIN_BITS and value.count("/") < 3


def _bits(value: Iterable[str]) -> float:
    counts = Counter(value)
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values())
