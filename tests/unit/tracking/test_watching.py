"""Sampling the machine and keeping what a run prints."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import reporter
from reporter.tracking import experiments, location, system_metrics


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(location, "_uri", None)
    monkeypatch.setattr(experiments, "_experiment_id", None)
    monkeypatch.setenv("REPORTER_TRACKING_URI", str(tmp_path / "runs"))
    yield
    reporter.disable_system_metrics_logging()
    reporter.set_system_metrics_sampling_interval(None)
    reporter.set_system_metrics_samples_before_logging(None)
    reporter.set_system_metrics_node_id(None)


def test_machine_is_sampled_under_the_known_names() -> None:
    pytest.importorskip("psutil")
    reporter.set_system_metrics_sampling_interval(0.02)
    with reporter.start_run(log_system_metrics=True) as run:
        time.sleep(0.15)
    summaries = reporter.get_run(run.info.run_id).data.summaries
    assert {
        "system/cpu_utilization_percentage",
        "system/system_memory_usage_megabytes",
        "system/system_memory_usage_percentage",
        "system/disk_usage_percentage",
        "system/disk_available_megabytes",
    } <= set(summaries)
    memory = summaries["system/system_memory_usage_percentage"]
    assert memory.count >= 3
    assert memory.first_step == 0
    assert 0 < memory.last <= 100
    with reporter.start_run(run_id=run.info.run_id, log_system_metrics=True):
        time.sleep(0.05)
    again = reporter.get_run(run.info.run_id).data.summaries[memory.key]
    assert again.max_step_logged > memory.max_step_logged
    steps = reporter.MlflowClient().get_metric_history(run.info.run_id, memory.key)
    assert [point.step for point in steps] == list(range(again.count))


def test_settings_apply_to_every_run() -> None:
    pytest.importorskip("psutil")
    reporter.enable_system_metrics_logging()
    reporter.set_system_metrics_sampling_interval(0.01)
    reporter.set_system_metrics_samples_before_logging(3)
    reporter.set_system_metrics_node_id("node-1")
    with reporter.start_run() as run:
        time.sleep(0.05)
    with reporter.start_run(log_system_metrics=False) as quiet:
        pass
    assert (
        "system/node-1/cpu_utilization_percentage" in reporter.get_run(run.info.run_id).data.metrics
    )
    assert reporter.get_run(quiet.info.run_id).data.metrics == {}
    for call, value in (
        (reporter.set_system_metrics_sampling_interval, 0),
        (reporter.set_system_metrics_samples_before_logging, 0),
    ):
        with pytest.raises(reporter.InvalidInputError):
            call(value)


def test_without_psutil_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.warns(UserWarning, match="needs psutil"):
        with reporter.start_run(log_system_metrics=True) as run:
            reporter.log_metric("loss", 1)
    assert reporter.get_run(run.info.run_id).data.metrics == {"loss": 1.0}


class _Nvml:
    """Stands in for NVIDIA's library: one card that does not tell its power."""

    class NVMLError(Exception):
        pass

    def __getattr__(self, name: str) -> object:
        answers = {
            "nvmlDeviceGetCount": 1,
            "nvmlDeviceGetMemoryInfo": type("M", (), {"used": 2e9, "total": 8e9}),
            "nvmlDeviceGetUtilizationRates": type("U", (), {"gpu": 50}),
        }
        if name == "nvmlDeviceGetPowerUsage":
            return self._refuse
        return lambda *_: answers.get(name)

    def _refuse(self, *_: object) -> None:
        raise self.NVMLError


def test_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", _Nvml())
    (probe,) = system_metrics._gpu_probes()
    assert probe() == {
        "gpu_0_memory_usage_percentage": 25.0,
        "gpu_0_memory_usage_megabytes": 2000.0,
        "gpu_0_utilization_percentage": 50.0,
    }


def test_output_is_kept_and_still_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with reporter.start_run(capture_output=True) as run:
        print("epoch 1 ü")
        print("careful", file=sys.stderr)
        kept = Path(run.info.artifact_uri, "output.log").read_text(encoding="utf-8")
        assert kept == "epoch 1 ü\ncareful\n"
    print("after")
    seen = capsys.readouterr()
    assert seen.out == "epoch 1 ü\nafter\n"
    assert seen.err == "careful\n"
    assert reporter.artifacts.load_text(f"runs:/{run.info.run_id}/output.log") == kept
    (artifact,) = reporter.get_run(run.info.run_id).artifacts
    assert (artifact.path, artifact.kind) == ("output.log", "text")


def test_output_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporter.tracking.capture.MAX_BYTES", 10)
    with reporter.start_run(capture_output=True) as run:
        for _ in range(5):
            print("12345678")
    text = reporter.artifacts.load_text(f"runs:/{run.info.run_id}/output.log")
    assert text.count("1234") == 2
    assert "was not kept" in text
