"""Keys and passwords stop a build; the words of the field do not."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from pathlib import Path

import pytest

from reporter.config import Config
from reporter.errors import SecretsFoundError
from reporter.site.build import build
from reporter.site.secrets import find_in_pairs, find_in_text
from reporter.site.writing.output import MemoryOutput
from reporter.store.reader import open_store
from tests.builders import make_run, make_store

_CHARS = string.ascii_letters + string.digits


def key(n: int, chars: str = _CHARS) -> str:
    """A key as a generator would make it; made here, so that no scanner finds it in this file."""
    return "".join(random.Random(n).choices(chars, k=n))


SECRETS = {
    "AWS access key": "AK" + "IA" + key(16, string.ascii_uppercase + string.digits),
    "GitHub token": "gh" + "p_" + key(36),
    "GitLab token": "gl" + "pat-" + key(20),
    "Slack token": "xox" + "b-" + key(24),
    "Google API key": "AI" + "za" + key(35),
    "Anthropic or OpenAI key": "sk" + "-proj-" + key(48),
    "Hugging Face token": "h" + "f_" + key(34, string.ascii_letters),
    "npm token": "np" + "m_" + key(36),
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "signed token (JWT)": "ey" + f"J{key(20)}.ey" + f"J{key(30)}.{key(40)}",
    "password in an address": f"postgresql://ana:{key(12)}@db.example.org/runs",
    "named as secret": f"WANDB_API_KEY={key(40, '0123456789abcdef')}",
}


@pytest.mark.parametrize("kind", SECRETS)
def test_secrets_are_found_and_never_shown(kind: str) -> None:
    text = f"first line\nsome text '{SECRETS[kind]}' and more"
    (found,) = find_in_text(text)
    assert (found.kind, found.line) == (kind, 2)
    assert len(found.shown) <= 5


@pytest.mark.parametrize(
    "text",
    [
        "eos_token: <|endoftext|>, pad_token_id=50256, max_tokens: 1024, tokenizer=bert-base-v2",
        "password: ${DB_PASSWORD}",
        "api_key = os.environ['OPENAI_API_KEY']",
        "secret: None",
        "https://user:password@example.org",
        "https://example.org:8080/a@b",
        "secret_key: changeme",
        "sha256 3fd2a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9",
        "key=lr0.0012345678 keyboard: qwertz12345678",
        "risk-averse-agent-with-a-long-name-and-many-words task-specific",
        "password: correct-horse",
    ],
)
def test_words_of_the_field_are_no_secrets(text: str) -> None:
    assert list(find_in_text(text)) == []


def test_a_name_makes_a_value_a_secret() -> None:
    pairs = {"db_password": key(16), "lr": "0.1", "model": key(16)}
    assert [name for name, _ in find_in_pairs(pairs)] == ["db_password"]


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = make_store(tmp_path / "runs")
    make_run(path, "clean", params={"lr": "0.1"}, artifacts={"log.txt": b"fine", "x.npz": b"\0\1"})
    return path


def test_a_secret_stops_the_build_before_it_writes(store: str) -> None:
    secret = SECRETS["GitHub token"]
    make_run(store, "loud", params={"note": secret}, tags={"auth_token": key(24)},
             artifacts={"a/config.yaml": b"x: 1\n\ntoken: " + secret.encode(),
                        "noext": b"see " + secret.encode(),
                        "img.png": b"\x89PNG" + secret.encode()})  # fmt: skip
    output = MemoryOutput()
    with pytest.raises(SecretsFoundError) as caught:
        build(open_store(store), output)
    assert len(caught.value.findings) == 4
    assert "line 3: GitHub token (ghp_…)" in str(caught.value)
    assert secret not in str(caught.value)
    assert output.files == {}
    build(open_store(store), output, allow_secrets=True)
    assert "index.html" in output.files


def test_what_was_allowed_once_is_looked_at_again(store: str) -> None:
    make_run(store, "loud", artifacts={"log.txt": SECRETS["npm token"].encode()})
    output = MemoryOutput()
    build(open_store(store), output, allow_secrets=True)
    with pytest.raises(SecretsFoundError):
        build(open_store(store), MemoryOutput(output.files))


def test_what_is_left_out_is_not_looked_at(store: str) -> None:
    make_run(store, "loud", artifacts={"log.txt": SECRETS["npm token"].encode()})
    build(open_store(store), MemoryOutput(), max_artifact_bytes=1)


def test_files_are_looked_through_once(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    output = MemoryOutput()
    build(open_store(store), output, config=Config())
    reader = open_store(store)
    opened: list[str] = []
    inner = reader.open_artifact
    monkeypatch.setattr(
        reader, "open_artifact", lambda run_id, path: (opened.append(path), inner(run_id, path))[1]
    )
    from reporter.site.plan import SiteSettings, gather
    from reporter.site.secret_scan import refuse_secrets

    settings = SiteSettings()
    plan = gather(reader, settings, lambda *_: None)
    again = MemoryOutput(output.files)
    with again:
        refuse_secrets(reader, plan, settings.artifact_rules, again.scanned())
    assert opened == []
    refuse_secrets(reader, plan, settings.artifact_rules, ())
    assert opened == ["log.txt"]


def test_the_command_exits_with_one(
    store: str, tmp_path: Path, report: Callable[..., object]
) -> None:
    make_run(store, "loud", params={"x": SECRETS["npm token"]})
    site = str(tmp_path / "site")
    stopped = report("build", store, "-o", site)
    assert stopped.returncode == 1
    assert "param 'x': npm token (npm_…)" in stopped.stderr
    assert not Path(site, "index.html").exists()
    assert report("build", store, "-o", site, "--allow-secrets").returncode == 0
