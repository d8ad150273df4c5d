"""Publishing to a branch, against a bare repository on this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reporter.errors import PublishError
from reporter.publish.branch import BranchTarget, arrange, pages_url, publish_branch
from reporter.publish.built import open_site
from reporter.publish.limits import FILE_BYTES
from reporter.publish.scratch import Entry

FILES = {"index.html": b"<p>1", "data/catalog.js": b"c", "run/a b.html": b"r", ".nojekyll": b""}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def listing(remote: Path, branch: str = "gh-pages") -> set[str]:
    return set(
        git(remote, "-c", "core.quotePath=off", "ls-tree", "-r", "--name-only", branch).splitlines()
    )


def publish(site: Path, work: Path, **options: object):
    return publish_branch(open_site(str(site)), BranchTarget(**options), str(work))


def put_on_branch(work: Path, files: dict[str, str], branch: str = "gh-pages") -> None:
    """Commit files to a branch of the remote by hand, as somebody else would."""
    clone = work.parent / "elsewhere"
    git(work.parent, "clone", "--quiet", str(work.parent / "remote.git"), str(clone))
    try:
        git(clone, "checkout", "--quiet", branch)
    except subprocess.CalledProcessError:
        git(clone, "checkout", "--quiet", "--orphan", branch)
        git(clone, "rm", "--quiet", "-rf", ".")
    for path, text in files.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text(text, encoding="utf-8")
    git(clone, "add", "--all")
    git(clone, "-c", "user.name=Bo", "-c", "user.email=bo@localhost", "commit", "-qm", "By hand")
    git(clone, "push", "--quiet", "origin", branch)


def state_of(work: Path) -> tuple[object, ...]:
    """Everything a publication must leave alone."""
    files = {
        path.relative_to(work): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(work.rglob("*"))
        if path.is_file()
    }
    return (files, git(work, "--no-optional-locks", "status", "--porcelain"))


def test_a_site_comes_to_the_branch_as_it_is(make_site, work, remote):
    site = make_site(FILES)
    result = publish(site, work)
    assert result.is_changed
    assert listing(remote) == {*FILES, "report.manifest.json"}
    assert git(remote, "show", "gh-pages:run/a b.html") == "r"
    assert git(remote, "rev-parse", "gh-pages") == result.commit


def test_the_users_repository_is_not_touched(make_site, work):
    (work / "half done.txt").write_text("x", encoding="utf-8")
    (work / "train.py").write_text("changed\n", encoding="utf-8")
    git(work, "add", "train.py")
    before = state_of(work)
    publish(make_site(FILES), work)
    assert state_of(work) == before


def test_the_same_site_again_pushes_nothing(make_site, work, remote):
    first = publish(make_site(FILES), work)
    again = publish(make_site(FILES), work)
    assert not again.is_changed
    assert again.commit == first.commit == git(remote, "rev-parse", "gh-pages")


def test_publications_do_not_make_the_history_longer(make_site, work, remote):
    for number in range(3):
        publish(make_site({"index.html": str(number).encode()}), work)
    assert git(remote, "rev-list", "--count", "gh-pages") == "1"
    assert git(remote, "show", "gh-pages:index.html") == "2"


def test_a_history_is_kept_when_asked_for(make_site, work, remote):
    for number in range(3):
        publish(make_site({"index.html": str(number).encode()}), work, keeps_history=True)
    assert git(remote, "rev-list", "--count", "gh-pages") == "3"


def test_what_the_last_site_had_goes_and_foreign_files_stay(make_site, work, remote):
    put_on_branch(work, {"CNAME": "runs.example.org\n", "docs/index.html": "manual"})
    publish(make_site(FILES | {"run/old.html": b"o", "assets/a-1.js": b"a"}), work)
    result = publish(make_site(FILES | {"assets/a-1.js": b"a"}, old=("assets/a-1.js",)), work)
    assert listing(remote) == {
        *FILES, "assets/a-1.js", "CNAME", "docs/index.html", "report.manifest.json",
    }  # fmt: skip
    assert result.n_kept == 2
    # One commit by hand and one of ours above it.
    assert git(remote, "rev-list", "--count", "gh-pages") == "2"
    assert git(remote, "show", "gh-pages:CNAME") == "runs.example.org"


def test_two_sites_share_a_branch_in_folders(make_site, work, remote):
    publish(make_site({"index.html": b"a"}), work, to="a")
    publish(make_site({"index.html": b"b"}), work, to="nested/b/")
    publish(make_site({"index.html": b"a2"}), work, to="a")
    expected = {"a/index.html", "a/report.manifest.json", ".nojekyll"}
    assert listing(remote) == expected | {"nested/b/index.html", "nested/b/report.manifest.json"}
    assert git(remote, "show", "gh-pages:a/index.html") == "a2"


def test_files_that_no_build_wrote_are_not_published(make_site, work, remote):
    site = make_site(FILES)
    (site / "secret.txt").write_text("x", encoding="utf-8")
    assert open_site(str(site)).others == ("secret.txt",)
    publish(site, work)
    assert "secret.txt" not in listing(remote)


def test_something_in_the_way_is_not_replaced_unless_asked(make_site, work, remote):
    put_on_branch(work, {"index.html": "mine"})
    site = make_site(FILES)
    with pytest.raises(PublishError, match=r"index\.html.*--to"):
        publish(site, work)
    assert git(remote, "show", "gh-pages:index.html") == "mine"
    publish(site, work, replaces=True)
    assert git(remote, "show", "gh-pages:index.html") == "<p>1"


def test_the_branch_that_people_work_on_is_refused(make_site, work):
    git(work, "checkout", "-q", "-b", "elsewhere")
    with pytest.raises(PublishError, match="'main' is the one 'origin' is cloned with"):
        publish(make_site(FILES), work, branch="main")


def test_the_branch_that_is_checked_out_is_refused_whatever_the_remote_begins_with(
    make_site, work, remote
):
    """A bare repository made by another git says 'master' and holds 'main'."""
    git(remote, "symbolic-ref", "HEAD", "refs/heads/master")
    with pytest.raises(PublishError, match="'main' is checked out here"):
        publish(make_site(FILES), work, branch="main")
    assert listing(remote, "main") == {"train.py"}


def test_a_branch_of_ours_may_be_the_default_one(make_site, work, remote):
    """GitHub makes the first branch that is pushed to a new repository the default one."""
    publish(make_site(FILES), work)
    git(remote, "symbolic-ref", "HEAD", "refs/heads/gh-pages")
    assert publish(make_site({"index.html": b"2"}), work).is_changed


def test_it_works_from_a_detached_head_and_a_shallow_clone(make_site, work, remote, tmp_path):
    (work / "train.py").write_text("more\n", encoding="utf-8")
    git(work, "commit", "-qam", "More")
    git(work, "push", "-q", "origin", "main")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", remote.as_uri(), str(shallow))
    git(shallow, "checkout", "-q", "--detach")
    publish(make_site(FILES), shallow)
    publish(make_site({"index.html": b"2"}), shallow)
    assert git(remote, "show", "gh-pages:index.html") == "2"
    assert git(shallow, "rev-parse", "--is-shallow-repository") == "true"


def test_it_works_in_a_new_repository_without_an_identity(make_site, remote, tmp_path):
    fresh = tmp_path / "fresh"
    git(tmp_path, "init", "-q", str(fresh))
    publish(make_site(FILES), fresh, remote=str(remote))
    assert "index.html" in listing(remote)


def test_a_publication_of_somebody_else_is_not_lost(make_site, work, monkeypatch):
    from reporter.publish.scratch import Scratch

    publish(make_site(FILES), work)
    push = Scratch.push

    def slow_push(self, commit, branch, expected):
        monkeypatch.setattr(Scratch, "push", push)
        put_on_branch(work, {"theirs.txt": "x"})
        push(self, commit, branch, expected)

    monkeypatch.setattr(Scratch, "push", slow_push)
    with pytest.raises(PublishError, match="somebody else published meanwhile"):
        publish(make_site({"index.html": b"2"}), work)


# What goes wrong outside


def test_no_git(make_site, work, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PublishError, match="Git is not installed"):
        publish(make_site(FILES), work)


def test_no_repository(make_site, tmp_path, needs_git):
    (tmp_path / "plain").mkdir()
    with pytest.raises(PublishError, match="lies in no git repository"):
        publish(make_site(FILES), tmp_path / "plain")


def test_a_repository_that_git_does_not_trust(make_site, work, monkeypatch):
    """As in containers, where the checkout belongs to another user: git's own words help."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(PublishError, match=r"dubious ownership.*safe\.directory"):
        publish(make_site(FILES), work)


def test_a_bare_repository_has_no_folder_to_look_at(make_site, remote):
    with pytest.raises(PublishError, match=r"must be run in a work tree"):
        publish(make_site(FILES), remote)


def test_no_remote(make_site, work):
    git(work, "remote", "remove", "origin")
    with pytest.raises(PublishError, match="no remote to publish to"):
        publish(make_site(FILES), work)


def test_a_remote_that_is_misspelt(make_site, work):
    with pytest.raises(PublishError, match="Did you mean 'origin'"):
        publish(make_site(FILES), work, remote="orgin")


def test_a_remote_that_is_not_there(make_site, work, tmp_path):
    with pytest.raises(PublishError, match="no such repository"):
        publish(make_site(FILES), work, remote=str(tmp_path / "nowhere.git"))


def test_a_network_that_is_down(make_site, work):
    with pytest.raises(PublishError, match="cannot be reached") as caught:
        publish(make_site(FILES), work, remote="https://ada:s3cret@127.0.0.1:1/x.git")
    assert "s3cret" not in str(caught.value).replace("ada:s3cret@127.0.0.1:1/x.git'", "", 1)


def test_a_remote_that_refuses(make_site, work, remote):
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'protected: ask Bo' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    with pytest.raises(PublishError, match=r"rejects the branch.*ask Bo"):
        publish(make_site(FILES), work)


@pytest.mark.parametrize("folder", ["../up", "a/../b", "x/.git/y", "C:/x"])
def test_folders_that_lead_elsewhere(make_site, work, folder):
    with pytest.raises(PublishError, match="no folder on a branch"):
        publish(make_site(FILES), work, to=folder)


def test_names_that_are_no_branch(make_site, work):
    with pytest.raises(PublishError, match="cannot be the name of a branch"):
        publish(make_site(FILES), work, branch="a..b")


# What goes wrong with the site


def test_what_is_no_site(tmp_path):
    with pytest.raises(PublishError, match="holds no built site"):
        open_site(str(tmp_path))
    with pytest.raises(PublishError, match="There is no folder"):
        open_site(str(tmp_path / "nowhere"))


def test_a_site_that_lacks_files(make_site):
    site = make_site(FILES)
    (site / "index.html").unlink()
    with pytest.raises(PublishError, match=r"lacks 1 of the files.*index\.html"):
        open_site(str(site))


def test_a_build_that_did_not_finish(make_site):
    site = make_site(FILES)
    (site / ".report.lock").write_text("{}\n", encoding="utf-8")
    with pytest.raises(PublishError, match="did not finish"):
        open_site(str(site))


def test_a_file_that_github_would_not_take(make_site, work, remote):
    site = make_site(FILES | {"artifacts/a/model.bin": b""})
    with (site / "artifacts/a/model.bin").open("wb") as file:
        file.truncate(FILE_BYTES + 1)
    with pytest.raises(PublishError, match=r"model\.bin \(105 MB\)"):
        publish(site, work)
    assert git(remote, "branch", "--list", "gh-pages") == ""


# Pure


def entry(text: str) -> Entry:
    return Entry("100644", text)


@pytest.mark.parametrize(
    ("before", "ours"),
    [
        ({"a": "1"}, {"a": "2"}),
        ({"a": "1"}, {"a/b": "2"}),
        ({"a/b": "1"}, {"a": "2"}),
        ({"a/b/c": "1"}, {"a": "2"}),
    ],
)
def test_conflicts_are_found(before, ours):
    before = {path: entry(text) for path, text in before.items()}
    ours = {path: entry(text) for path, text in ours.items()}
    with pytest.raises(PublishError):
        arrange(before, ours, set())
    assert arrange(before, ours, set(), replaces=True) == ours
    assert arrange(before, ours, set(before)) == ours


def test_equal_files_are_no_conflict():
    same = {"LICENSE": entry("1")}
    assert arrange(same, same, set()) == same


@pytest.mark.parametrize(
    ("remote_url", "domain", "to", "url"),
    [
        ("git@github.com:Ada/digits.git", "", "", "https://ada.github.io/digits/"),
        ("ssh://git@github.com/ada/digits", "", "n/1", "https://ada.github.io/digits/n/1/"),
        ("https://x:y@github.com/ada/a.b.git", "", "", "https://ada.github.io/a.b/"),
        ("https://github.com/ada/Ada.github.io/", "", "", "https://ada.github.io/"),
        ("https://github.com/ada/digits", "runs.ada.org", "", "https://runs.ada.org/"),
        ("https://git.example.org/ada/digits", "", "", ""),
    ],
)
def test_addresses_of_pages(remote_url, domain, to, url):
    assert pages_url(remote_url, domain, to) == url
