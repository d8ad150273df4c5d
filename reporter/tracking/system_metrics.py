"""Sample the machine while a run goes on: CPU, memory, disk, network, GPUs, under MLflow's names.

A thread wakes every few seconds (10 by default), reads counters and logs one point of each metric
with one write: well under a hundredth of a core. It needs psutil; GPUs need NVIDIA's nvidia-ml-py.
"""

from __future__ import annotations

import threading
import warnings
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from reporter.errors import InvalidInputError, ReporterError

__all__ = [
    "Sampler",
    "disable_system_metrics_logging",
    "enable_system_metrics_logging",
    "is_enabled",
    "set_system_metrics_node_id",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
]

_MEGABYTE = 1_000_000  # MLflow 3.17 divides by 1e6


class _Choices:
    """What runs started from now on do."""

    def __init__(self) -> None:
        self.is_enabled = False
        self.interval_s = 10.0
        self.samples = 1
        self.node_id = ""


_choices = _Choices()


def enable_system_metrics_logging() -> None:
    """Sample the machine in every run started from now on."""
    _choices.is_enabled = True


def disable_system_metrics_logging() -> None:
    """Sample the machine only in runs that ask for it."""
    _choices.is_enabled = False


def set_system_metrics_sampling_interval(interval: float | None) -> None:
    """Choose the seconds between two samples; 10 when None."""
    if interval is not None and not interval > 0:
        raise InvalidInputError(f"An interval of {interval!r} seconds cannot be sampled.")
    _choices.interval_s = 10.0 if interval is None else float(interval)


def set_system_metrics_samples_before_logging(samples: int | None) -> None:
    """Choose how many samples are averaged into one point; 1 when None."""
    if samples is not None and samples < 1:
        raise InvalidInputError(f"{samples!r} samples cannot be averaged.")
    _choices.samples = samples or 1


def set_system_metrics_node_id(node_id: str | None) -> None:
    """Put a node's name into the metrics' keys: ``system/<node>/cpu_utilization_percentage``."""
    _choices.node_id = node_id or ""


def is_enabled() -> bool:
    """Tell whether runs are sampled without asking for it."""
    return _choices.is_enabled


class Sampler:
    """Samples the machine until it is stopped.

    Parameters
    ----------
    log : callable
        Called with the metrics and a step.
    first_step : int
        Step of the first point: a resumed run goes on where it stopped.
    """

    def __init__(self, log: Callable[[dict[str, float], int], None], first_step: int = 0) -> None:
        self._log = log
        self._step = first_step
        self._stop = threading.Event()
        self._probes = [*_psutil_probes(), *_gpu_probes()]
        self._prefix = f"system/{_choices.node_id}/" if _choices.node_id else "system/"
        self._interval_s, self._samples = _choices.interval_s, _choices.samples
        self._thread = threading.Thread(target=self._run, name="reporter-system", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Log what was sampled last and end."""
        self._stop.set()
        self._thread.join(self._interval_s + 1)

    def _run(self) -> None:
        is_over = False
        while not is_over:
            sums: dict[str, float] = defaultdict(float)
            taken = 0
            while taken < self._samples and not is_over:
                is_over = self._stop.wait(self._interval_s)
                for key, value in self._sample().items():
                    sums[key] += value
                taken += 1
            self._log(
                {self._prefix + key: total / taken for key, total in sums.items()}, self._step
            )
            self._step += 1

    def _sample(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for probe in self._probes:
            try:
                found |= probe()
            except OSError:
                continue  # its folder is gone, or the system does not tell it just now
        return found


Probe = Callable[[], dict[str, float]]


def _psutil_probes() -> list[Probe]:
    try:
        import psutil
    except ImportError as error:
        raise ReporterError(
            "Sampling the machine needs psutil.", "Install it: pip install 'runpages[system]'."
        ) from error
    psutil.cpu_percent()  # the first call has nothing to compare with and returns zero
    return [
        lambda: {"cpu_utilization_percentage": psutil.cpu_percent()},
        lambda: _memory(psutil),
        lambda: _disk(psutil),
        _network_probe(psutil),
    ]


def _memory(psutil: Any) -> dict[str, float]:
    memory = psutil.virtual_memory()
    return {
        "system_memory_usage_megabytes": memory.used / _MEGABYTE,
        "system_memory_usage_percentage": memory.used / memory.total * 100,
    }


def _disk(psutil: Any) -> dict[str, float]:
    disk = psutil.disk_usage(".")
    return {
        "disk_usage_percentage": disk.percent,
        "disk_usage_megabytes": disk.used / _MEGABYTE,
        "disk_available_megabytes": disk.free / _MEGABYTE,
    }


def _network_probe(psutil: Any) -> Probe:
    start = psutil.net_io_counters()

    def probe() -> dict[str, float]:
        now = psutil.net_io_counters()
        if start is None or now is None:
            return {}  # a machine without a network
        return {
            "network_receive_megabytes": (now.bytes_recv - start.bytes_recv) / _MEGABYTE,
            "network_transmit_megabytes": (now.bytes_sent - start.bytes_sent) / _MEGABYTE,
        }

    return probe


def _gpu_probes() -> list[Probe]:
    try:
        import pynvml
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return []  # the library is here, a driver is not
    return [_gpu_probe(pynvml, number, handle) for number, handle in enumerate(handles)]


def _gpu_probe(pynvml: Any, number: int, handle: Any) -> Probe:
    def probe() -> dict[str, float]:
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        found = {
            "memory_usage_percentage": memory.used / memory.total * 100,
            "memory_usage_megabytes": memory.used / _MEGABYTE,
            "utilization_percentage": pynvml.nvmlDeviceGetUtilizationRates(handle).gpu,
        }
        try:
            watts = pynvml.nvmlDeviceGetPowerUsage(handle) / 1_000
            limit = pynvml.nvmlDeviceGetEnforcedPowerLimit(handle) / 1_000
            found |= {"power_usage_watts": watts, "power_usage_percentage": watts / limit * 100}
        except pynvml.NVMLError:
            pass  # many cards do not tell their power
        return {f"gpu_{number}_{key}": float(value) for key, value in found.items()}

    return probe


def start_sampler(
    log: Callable[[dict[str, float], int], None], wanted: bool | None, first_step: int = 0
) -> Sampler | None:
    """Start sampling for a run when it or the settings ask for it.

    Parameters
    ----------
    log : callable
    wanted : bool or None
        What the run asks for; the settings decide when None.
    first_step : int

    Returns
    -------
    Sampler or None
        None when it is not asked for, or cannot be done: then a warning says so.
    """
    if not (_choices.is_enabled if wanted is None else wanted):
        return None
    try:
        return Sampler(log, first_step)
    except ReporterError as error:
        warnings.warn(f"{error} The run goes on without it.", stacklevel=4)
        return None
