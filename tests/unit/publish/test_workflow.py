"""Workflow files: what is found out, what is written, what stays; held against public schemas."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reporter.errors import PublishError
from reporter.publish.git import find_repository
from reporter.publish.project import Project, find_requirement, find_store, look_at
from reporter.publish.workflow import (
    WORKFLOW,
    github_workflow,
    gitlab_job,
    merge_part,
    write_workflow,
)
from tests.builders import make_store

ROOT = Path(__file__).resolve().parents[3]
OURS = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
# As GitHub's documentation names them; a major version is a promise, a minor one is not.
OFFICIAL = {
    "actions/checkout@v7",
    "actions/setup-python@v7",
    "actions/configure-pages@v6",
    "actions/upload-pages-artifact@v5",
    "actions/deploy-pages@v5",
}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def project(**changes: object) -> Project:
    facts = {
        "root": "/r", "store": "runs", "branch": "main", "requirement": "runpages",
        "uses_lfs": False, "warnings": (),
    }  # fmt: skip
    return Project(**(facts | changes))  # type: ignore[arg-type]


def check_schema(unavailable, schema: str, path: Path) -> None:
    """Hold a file against the schema that GitHub or GitLab publish, as check-jsonschema has it."""
    if importlib.util.find_spec("check_jsonschema") is None:
        unavailable("no check-jsonschema: pip install -e '.[test]'")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"store": "nested/my runs", "uses_lfs": True, "branch": "release/1.x"},
        {"store": 'it\'s "odd": #1 [x]', "branch": "on"},
        {"requirement": "runpages[system] @ git+https://example.org/x.git@0a1b"},
        {"store": ".", "requirement": "."},
    ],
    ids=lambda facts: str(sorted(facts)),
)
def test_workflows_are_what_hosts_accept(facts, unavailable, tmp_path):
    described = project(**facts)
    for schema, text in (
        ("github-workflows", github_workflow(described)),
        ("gitlab-ci", gitlab_job(described)),
    ):
        path = tmp_path / f"{schema}.yml"
        path.write_text(text, encoding="utf-8")
        check_schema(unavailable, schema, path)
    read = yaml.safe_load(github_workflow(described))
    assert read[True]["push"]["branches"] == [described.branch]  # YAML 1.1 reads "on" as true
    steps = read["jobs"]["report"]["steps"]
    lines = [step["run"] for step in steps if "run" in step]
    assert split(lines[0]) == ["pip", "install", described.requirement]
    assert split(lines[1]) == ["report", "build", described.store, "-o", "site"]
    assert {step["uses"] for step in steps if "uses" in step} == OFFICIAL


def split(line: str) -> list[str]:
    """Split a line as the shell that runs it does."""
    script = f"set -- {line}; printf '%s\\0' \"$@\""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_are_what_github_accepts(path, unavailable):
    schema = "github-actions" if path.name == "action.yml" else "github-workflows"
    check_schema(unavailable, schema, path)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_use_the_same_actions(path):
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs = [read["runs"]] if "runs" in read else list(read["jobs"].values())
    used = {step["uses"] for job in jobs for step in job["steps"] if "uses" in step}
    assert used <= OFFICIAL | {"./", "actions/setup-java@v5"}  # Java for the Spark snippet


# The marked part


def test_a_file_is_written_once_and_brought_up_to_date(tmp_path):
    first = project(root=str(tmp_path))
    assert write_workflow(first)
    assert not write_workflow(first)
    changed = project(root=str(tmp_path), branch="trunk")
    assert write_workflow(changed)
    text = (tmp_path / WORKFLOW).read_text(encoding="utf-8")
    assert "branches: [trunk]" in text
    assert text.count("# >>> runpages") == 1
    assert sorted(path.name for path in (tmp_path / WORKFLOW).parent.iterdir()) == ["report.yml"]


def test_what_stands_around_our_part_stays():
    text = merge_part("", "name: a\n", where="x")
    around = f"# mine\n{text}  more:\n    runs-on: x\n"
    merged = merge_part(around, "name: b\n", where="x")
    assert merged.startswith("# mine\n# >>> runpages")
    assert merged.endswith("  more:\n    runs-on: x\n")
    assert "name: b" in merged
    assert "name: a" not in merged


def test_changes_inside_our_part_are_not_lost():
    text = merge_part("", "name: a\n", where="report.yml").replace("name: a", "name: mine")
    with pytest.raises(PublishError, match=r"'report\.yml' was changed between"):
        merge_part(text, "name: b\n", where="report.yml")
    assert "name: b" in merge_part(text, "name: b\n", where="report.yml", replaces=True)


def test_a_file_of_somebody_else_is_refused(tmp_path):
    path = tmp_path / WORKFLOW
    path.parent.mkdir(parents=True)
    path.write_text("name: theirs\n", encoding="utf-8")
    with pytest.raises(PublishError, match="has no part that"):
        write_workflow(project(root=str(tmp_path)))
    assert path.read_text(encoding="utf-8") == "name: theirs\n"


def test_ends_of_lines_stay_as_a_checkout_made_them(tmp_path):
    described = project(root=str(tmp_path))
    write_workflow(described)
    path = tmp_path / WORKFLOW
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not write_workflow(described)
    assert write_workflow(project(root=str(tmp_path), branch="trunk"))
    data = path.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")


# Looking at a repository


def test_the_store_is_found_where_it_lies(tmp_path):
    make_store(tmp_path / "experiments" / "digits")
    assert find_store(str(tmp_path)) == "experiments/digits"
    make_store(tmp_path / "runs")
    assert find_store(str(tmp_path)) == "runs"


def test_several_stores_ask_for_a_choice(tmp_path):
    make_store(tmp_path / "a")
    make_store(tmp_path / "b")
    with pytest.raises(PublishError, match="2 folders of runs: a, b"):
        find_store(str(tmp_path))
    (tmp_path / "a" / "nothing").mkdir()
    with pytest.raises(PublishError, match="No folder of runs"):
        find_store(str(tmp_path / "a" / "nothing"))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "runpages"),
        ({"requirements.txt": "numpy\nrunpages==0.1.0  # sites\n"}, "runpages==0.1.0"),
        ({"requirements-dev.txt": "runpages-x\nrunpages[system]>=0.1\n"},
         "runpages[system]>=0.1"),
        ({"requirements.txt": "runpages @ git+https://e.org/r.git@0a\n"},
         "runpages @ git+https://e.org/r.git@0a"),
        ({"pyproject.toml": '[project]\ndependencies = ["numpy", "runpages~=0.1"]\n'},
         "runpages~=0.1"),
        ({"pyproject.toml": '[project]\nname = "runpages"\n'}, "."),
    ],
    ids=range(6),
)  # fmt: skip
def test_the_requirement_is_the_projects_own(files, expected, tmp_path, monkeypatch):
    monkeypatch.setattr("reporter.publish.project._direct_url", dict)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert find_requirement(str(tmp_path)) == expected


def test_an_installation_from_a_repository_is_repeated(tmp_path, monkeypatch):
    vcs = {"url": "https://e.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "0a1b"}}
    monkeypatch.setattr("reporter.publish.project._direct_url", lambda: vcs)
    assert find_requirement(str(tmp_path)) == "runpages @ git+https://e.org/r.git@0a1b"


def test_a_store_that_git_does_not_hold_is_told(work):
    make_store(work / "runs")
    repository = find_repository(str(work))
    assert "not in git yet" in look_at(repository).warnings[0]
    (work / ".gitignore").write_text("/runs/\n", encoding="utf-8")
    assert "ignores 'runs'" in look_at(repository).warnings[0]


def test_a_store_in_git_is_published_from_the_default_branch(work, monkeypatch):
    monkeypatch.setattr("reporter.publish.project._direct_url", dict)
    make_store(work / "runs")
    (work / ".gitattributes").write_text("*.json filter=lfs\n", encoding="utf-8")
    git(work, "-c", "filter.lfs.clean=cat", "add", "runs", ".gitattributes")
    git(work, "commit", "-qm", "Runs")
    git(work, "checkout", "-q", "-b", "feature")
    (work / "sub").mkdir()
    found = look_at(find_repository(str(work / "sub")), folder=str(work / "sub"))
    assert (found.store, found.branch, found.warnings) == ("runs", "main", ())
    assert found.uses_lfs
    assert "lfs: true" in github_workflow(found)


def test_a_store_outside_of_the_repository_is_refused(work, tmp_path):
    make_store(tmp_path / "outside")
    with pytest.raises(PublishError, match="outside of the repository"):
        look_at(find_repository(str(work)), str(tmp_path / "outside"))
    with pytest.raises(PublishError, match="There is no folder"):
        look_at(find_repository(str(work)), str(work / "nowhere"))


def test_a_path_that_would_be_an_expression_is_refused(work):
    make_store(work / "${{ github.token }}")
    with pytest.raises(PublishError, match="rename it"):
        look_at(find_repository(str(work)), str(work / "${{ github.token }}"))


# The action


@pytest.mark.skipif(os.name == "nt", reason="the runner's bash is what is tested")
def test_the_action_builds_a_site(tmp_path, environment):
    """Its build step as it stands, with the Python that runs the tests instead of a fresh one."""
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    script = next(step["run"] for step in steps if step.get("name") == "Build")
    shutil.copytree(ROOT / "sample_runs", tmp_path / "my runs")
    settings = {
        "RUNPAGES_PYTHON": sys.executable,
        "STORE": "my runs",
        "OUTPUT": "my site",
        "ARGS": "--title 'Digits & \"wine\"' --no-full-data",
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "my site" / "index.html").read_text(encoding="utf-8")
    assert "Digits &amp; &#34;wine&#34;" in page
    assert not (tmp_path / "my site" / "data" / "runs.parquet").exists()
    assert "MB in" in done.stdout


def test_the_action_takes_what_its_steps_use():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    text = json.dumps(action["runs"])
    assert {name for name in action["inputs"] if f"inputs.{name}" not in text} == set()
