"""What the cards of a run's page say: packages, environment, data sets, models, children."""

from __future__ import annotations

import io
import json

import pytest

from reporter.model import Artifact, Dataset, DatasetInput
from reporter.site.names import without_marks
from reporter.site.run.children import spread
from reporter.site.run.datasets import dataset_card, dataset_cards, schema_fields
from reporter.site.run.environment import environment_facts
from reporter.site.run.models import model_cards
from reporter.site.run.packages import install_command, package_card
from reporter.site.run.remotes import commit_url, parse_remote

COMMIT = "a41c9e7f00d2a41c9e7f00d2a41c9e7f00d2abcd"


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://github.com/ana/digits.git", "https://github.com/ana/digits/commit/{}"),
        ("https://ana:s3cret@github.com/ana/digits", "https://github.com/ana/digits/commit/{}"),
        ("git@github.com:ana/digits.git", "https://github.com/ana/digits/commit/{}"),
        ("ssh://git@ssh.github.com:443/ana/digits", "https://github.com/ana/digits/commit/{}"),
        ("git://github.com/ana/digits/", "https://github.com/ana/digits/commit/{}"),
        ("git@gitlab.com:lab/team/digits.git", "https://gitlab.com/lab/team/digits/-/commit/{}"),
        (
            "https://oauth2:token@gitlab.lab.org:8443/a/b.git",
            "https://gitlab.lab.org:8443/a/b/-/commit/{}",
        ),
        ("ssh://git@gitlab.lab.org:2222/a/b.git", "https://gitlab.lab.org/a/b/-/commit/{}"),
        ("git@bitbucket.org:ana/digits.git", "https://bitbucket.org/ana/digits/commits/{}"),
        (
            "https://ana@dev.azure.com/lab/vision/_git/digits",
            "https://dev.azure.com/lab/vision/_git/digits/commit/{}",
        ),
        (
            "git@ssh.dev.azure.com:v3/lab/vision/digits",
            "https://dev.azure.com/lab/vision/_git/digits/commit/{}",
        ),
        ("https://codeberg.org/ana/digits", "https://codeberg.org/ana/digits/commit/{}"),
    ],
)
def test_a_commit_of_a_known_host_has_an_address_without_credentials(remote, url):
    assert commit_url(parse_remote(remote), COMMIT) == url.format(COMMIT)


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/home/ana/digits",
        "../digits",
        "file:///home/ana/digits.git",
        "C:\\code\\digits",
        "https://github.com/ana",
        "https://github.com/../etc/passwd",
        "javascript://github.com/a/b",
        'https://github.com/a/b"onclick=alert(1)',
        "https://evil host/a/b",
    ],
)
def test_what_is_no_remote_has_none(remote):
    assert parse_remote(remote) is None


def test_unknown_hosts_and_odd_commits_have_no_link():
    assert commit_url(parse_remote("git@code.example.org:a/b"), COMMIT) == ""
    assert commit_url(parse_remote("git@github.com:a/b"), "main/../../x") == ""


def test_packages_are_named_as_pip_knows_them():
    tags = {
        "reporter.packages": "PIL==10.0 sklearn==1.5.0 torch==2.4.0+cu121 numpy==2.0.1",
        "reporter.installed": "Pillow==10.0.0 scikit_learn==1.5.0 numpy==2.0.1 zarr==3.0 $(x)==1",
    }
    card = package_card(tags)
    assert [(row.name, row.is_imported) for row in card.rows] == [
        ("numpy", True), ("Pillow", True), ("scikit_learn", True), ("torch", True), ("zarr", False),
    ]  # fmt: skip
    assert card.note == "4 packages imported, 5 packages installed"
    assert install_command(tags) == (
        "pip install numpy==2.0.1 Pillow==10.0.0 scikit_learn==1.5.0 torch==2.4.0+cu121"
    )
    assert package_card({}) is None
    assert install_command({"reporter.packages": "; rm -rf ~"}) == ""


def test_the_environment_is_in_words_and_links_its_commit():
    tags = {
        "mlflow.source.git.commit": COMMIT,
        "mlflow.source.git.repoURL": "https://ana:s3cret@github.com/ana/digits.git",
        "mlflow.source.git.dirty": "True",
        "reporter.python": "3.11.7",
        "reporter.packages": "numpy==2.0.1",
        "mlflow.databricks.cluster": "c-1",
        "mlflow.loggedArtifacts": "[]",
        "team": "vision",
    }
    facts = {fact.label: fact for fact in environment_facts(tags)}
    assert list(facts) == [
        "Python", "Commit", "Uncommitted changes", "Repository", "mlflow.databricks.cluster",
    ]  # fmt: skip
    assert facts["Commit"].href == f"https://github.com/ana/digits/commit/{COMMIT}"
    assert facts["Uncommitted changes"].value == "yes"
    assert "s3cret" not in repr(facts)


MLFLOW_SCHEMA = {"mlflow_colspec": [{"type": "long", "name": "age", "required": True}]}
TENSORS = {
    "mlflow_tensorspec": {
        "features": json.dumps(
            [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 4]}}]
        ),
        "targets": None,
    }
}
OURS = {"columns": [{"name": "a", "type": "int64"}, {"name": "y", "type": "int64"}], "targets": "y"}


def test_every_form_of_a_schema_becomes_columns():
    def read(schema: object) -> list[tuple[str, str, str]]:
        return [(row.part, row.name, row.type) for row in schema_fields(json.dumps(schema))]

    assert read(MLFLOW_SCHEMA) == [("", "age", "long")]
    assert read(TENSORS) == [("features", "", "float64 [-1, 4]")]
    assert read(OURS) == [("feature", "a", "int64"), ("target", "y", "int64")]
    assert read({"age": "long"}) == [("", "age", "long")]
    assert read([1, None, "x"]) == []
    assert schema_fields("not JSON") == []
    assert schema_fields("[" * 100_000) == []


def test_a_data_set_says_where_it_came_from_and_how_large_it_is():
    profile = '{"features_shape": [150, 4], "features_nbytes": 4800, "num_rows": 1797}'
    source = '{"uri": "s3://bucket/digits.csv", "tags": {"mlflow.user": "ana"}}'
    card = dataset_card(
        Dataset(name="digits", digest="e01f", source_type="s3", source=source, profile=profile)
    )
    assert [(fact.label, fact.value) for fact in card.facts] == [
        ("Digest", "e01f"),
        ("Type", "s3"),
        ("Source", "s3://bucket/digits.csv"),
        ("Shape", "150 × 4"),
        ("Size", "4.8 kB"),
        ("Rows", "1,797"),
    ]
    assert card.fields_note == ""


def test_a_data_set_leads_to_its_runs_unless_its_name_cannot_be_asked_for():
    names = ("digits", "it's", "\ud800", "")
    inputs = [DatasetInput(dataset=Dataset(name=name)) for name in names]
    first, *others = dataset_cards(inputs, "run/a.html", "7")
    assert first.runs.href.startswith("../experiment/7/index.html#v=1&q=attributes.dataset%20LIKE")
    assert [card.runs for card in others] == [None] * 3


MLMODEL = b"""flavors:
  python_function:
    loader_module: mlflow.sklearn
  sklearn:
    sklearn_version: 1.5.0
signature:
  inputs: '[{"type": "double", "name": "x"}, {"type": "long", "name": "n"}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: null
"""


def test_models_are_told_by_their_description_and_never_loaded():
    files = {"model/MLmodel": MLMODEL, "model/model.pkl": b"x" * 1000, "other.pt": b"y"}
    artifacts = [
        Artifact(path=path, size_bytes=len(data), kind="model") for path, data in files.items()
    ]
    opened = []

    def open_artifact(path: str) -> io.BytesIO:
        opened.append(path)
        return io.BytesIO(files[path])

    first, second = model_cards(artifacts, open_artifact)
    assert (first.name, first.flavors) == ("model", ("sklearn",))
    assert first.fields_note == "2 inputs, 1 output"
    assert [(f.part, f.name, f.type) for f in first.fields][2] == ("outputs", "", "int64 [-1]")
    assert {fact.label: fact.value for fact in first.facts}["sklearn"] == "1.5.0"
    assert second.name == "other.pt"
    assert opened == ["model/MLmodel"]


def test_a_model_whose_description_is_gone_is_named_all_the_same():
    def fail(path: str) -> io.BytesIO:
        raise FileNotFoundError(path)

    (card,) = model_cards([Artifact(path="MLmodel", size_bytes=1)], fail)
    assert (card.name, card.flavors, card.fields) == ("model", (), ())


def test_what_children_say_together_leaves_out_what_is_not_finite():
    assert spread([]) is None
    assert spread([float("nan"), None]) is None
    assert spread([2.0, float("inf")]) == (2.0, None, 1)


def test_marks_of_direction_leave_a_title_and_letters_stay():
    assert without_marks("a\u202egnp.exe\u2069\u200f!") == "agnp.exe!"
    assert without_marks("שלום 👩\u200d🔬") == "שלום 👩\u200d🔬"
