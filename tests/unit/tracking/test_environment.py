"""What the environment says: ours first, MLflow's where it means something here."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import reporter
from reporter.tracking import environment, experiments, location


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(location, "_uri", None)
    monkeypatch.setattr(experiments, "_experiment_id", None)
    environment._followed.cache_clear()


@pytest.mark.parametrize("uri", ["elsewhere", "file:elsewhere", "reporter:elsewhere"])
def test_a_folder_of_mlflows_variable_is_followed(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert reporter.get_tracking_uri() == "elsewhere"
    assert reporter.is_tracking_uri_set()
    with reporter.start_run():
        pass
    assert Path("elsewhere", "store.json").is_file()


def test_our_variable_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "theirs")
    monkeypatch.setenv("REPORTER_TRACKING_URI", "ours")
    assert reporter.get_tracking_uri() == "ours"


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_was_chosen_can_be_forgotten(
    nothing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REPORTER_TRACKING_URI", raising=False)
    reporter.set_tracking_uri("elsewhere")
    reporter.set_tracking_uri(nothing)
    assert reporter.get_tracking_uri() == "runs"
    assert not reporter.is_tracking_uri_set()


@pytest.mark.parametrize("uri", ["http://host:5000", "sqlite:///mlflow.db", "databricks"])
def test_a_server_is_warned_about_once(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.warns(UserWarning, match="names a server or database"):
        assert reporter.get_tracking_uri() == "runs"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reporter.get_tracking_uri() == "runs"
        assert not reporter.is_tracking_uri_set()


def test_credentials_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@host")
    with pytest.warns(UserWarning, match="server or database") as caught:
        reporter.get_tracking_uri()
    assert "secret" not in str(caught[0].message)


def test_a_folder_with_mlflows_runs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("mlruns", "0")
    folder.mkdir(parents=True)
    folder.joinpath("meta.yaml").write_text("experiment_id: '0'\nname: Default\n")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "mlruns")
    with pytest.warns(UserWarning, match="MLflow's own runs"):
        assert reporter.get_tracking_uri() == "runs"


def test_a_run_of_another_store_is_not_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "0" * 32)
    with pytest.warns(UserWarning, match="MLFLOW_RUN_ID is not followed"):
        with reporter.start_run() as run:
            assert run.info.run_id != "0" * 32
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with reporter.start_run():
            pass
