"""Stores of any number of runs and columns, in memory: for tests and benchmarks of large tables.

Writing a hundred thousand runs to a disk takes minutes and tests nothing about the site. Here the
runs stand ready as the records that a reader gives, and the builder does all of its work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np

from reporter.model import (
    Artifact,
    Experiment,
    MetricSummary,
    Run,
    RunData,
    RunInfo,
    RunStatus,
)
from reporter.store.ports import History

EXPERIMENT = "7"
START_MS = 1_795_233_120_000
MODELS = ("resnet18", "resnet50", "vit-b", "mlp", "convnext")
RATES = ("0.0001", "0.0003", "0.001", "0.003", "0.01")
TEAMS = ("red", "green", "blue")
STATUSES = (*(RunStatus.FINISHED,) * 9, RunStatus.FAILED)


@dataclass(frozen=True)
class ManyRuns:
    """A store of runs that are drawn by lot, with single points; implements ``StoreReader``.

    Parameters
    ----------
    n : int
        How many runs. Five seeds of each configuration follow each other.
    n_params, n_metrics : int
        Beside the params ``model``, ``lr`` and ``seed``: params ``p0`` … and metrics ``m0`` …
    share : float
        Of the metrics and params, how many each run logs: columns are sparse below a half.
    """

    n: int
    n_params: int = 9
    n_metrics: int = 14
    share: float = 1.0

    @property
    def location(self) -> str:
        return "memory"

    def experiments(self) -> list[Experiment]:
        return [Experiment(experiment_id=EXPERIMENT, name="many runs", creation_time=START_MS)]

    def runs(self, experiment_ids: Iterable[str] | None = None) -> Iterator[Run]:
        return map(self._run, range(self.n))

    def run(self, run_id: str) -> Run:
        return self._run(self._places[run_id])

    def history(
        self, run_ids: Sequence[str], keys: Sequence[str] | None = None
    ) -> Iterator[History]:
        for run_id in run_ids:
            place = self._places[run_id]
            at_ms = np.array([_start_ms(place)])
            for key, value in sorted(self._metrics(place).items()):
                if keys is None or key in keys:
                    yield History(
                        run_id=run_id,
                        key=key,
                        steps=np.zeros(1, dtype=np.int64),
                        timestamps_ms=at_ms,
                        values=np.array([value]),
                    )

    def artifacts(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Artifact]]:
        return iter(())

    def open_artifact(self, run_id: str, path: str) -> BinaryIO:
        raise FileNotFoundError(f"Run {run_id} has no artifact file '{path}'.")

    @cached_property
    def run_ids(self) -> list[str]:
        """By the time of starting."""
        drawn = np.random.default_rng(self.n).bytes(16 * self.n).hex()
        return [drawn[start : start + 32] for start in range(0, len(drawn), 32)]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {run_id: place for place, run_id in enumerate(self.run_ids)}

    @cached_property
    def _values(self) -> np.ndarray:
        return np.random.default_rng(self.n).random((self.n, self.n_metrics))

    def values(self, metric: str) -> np.ndarray:
        """What the runs logged, in their order, when each logs all metrics."""
        return self._values[:, int(metric.removeprefix("m"))]

    def _metrics(self, place: int) -> dict[str, float]:
        row = self._values[place].tolist()
        return {f"m{n}": row[n] for n in self._picked(self.n_metrics, place)}

    def params(self, place: int) -> dict[str, str]:
        configuration = place // len(MODELS)
        drawn = {
            f"p{n}": str(configuration * (n + 3) // 7 % (n + 4))
            for n in self._picked(self.n_params, place)
        }
        return {
            "model": MODELS[configuration % len(MODELS)],
            "lr": RATES[configuration // len(MODELS) % len(RATES)],
            "seed": str(place % len(MODELS)),
            **drawn,
        }

    def _picked(self, n: int, place: int) -> Sequence[int]:
        """Which of `n` columns a run has: the first, and others that move from run to run."""
        if self.share == 1:
            return range(n)
        return sorted({0, *((place * 37 + i * 101) % n for i in range(round(n * self.share)))})

    def _run(self, place: int) -> Run:
        start = _start_ms(place)
        metrics = self._metrics(place)
        return Run(
            info=RunInfo(
                run_id=self.run_ids[place],
                experiment_id=EXPERIMENT,
                run_name=f"run-{place:06d}",
                user_id="ada",
                status=STATUSES[place % len(STATUSES)],
                start_time=start,
                end_time=start + 1_000 * (10 + place % 7_919),
            ),
            data=RunData(
                params=self.params(place),
                tags={"team": TEAMS[place % len(TEAMS)]},
                summaries={key: _single(key, value, start) for key, value in metrics.items()},
            ),
        )


def _start_ms(place: int) -> int:
    return START_MS + 60_000 * place


def _single(key: str, value: float, at_ms: int) -> MetricSummary:
    return MetricSummary(
        key=key,
        count=1,
        last=value,
        last_step=0,
        last_timestamp=at_ms,
        min=value,
        min_step=0,
        max=value,
        max_step=0,
        mean=value,
        first_step=0,
        max_step_logged=0,
        nonfinite=0,
    )
