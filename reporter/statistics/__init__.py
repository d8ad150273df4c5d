"""Whether one group of runs is better than another: differences, intervals, tests, profiles.

Every formula and its source is in docs/statistics.md. Results are those of the compare page: both
draw alike. Knows nothing of runs, stores and pages: values in, numbers out.
"""

from reporter.statistics.draws import SEED, draw_indices, stream
from reporter.statistics.intervals import (
    CONFIDENCE,
    N_DRAWS,
    Estimate,
    bootstrap_mean,
    draws_for,
    interquartile_mean,
    stratified_iqm,
)
from reporter.statistics.profiles import PROFILE_DRAWS, Profile, performance_profile
from reporter.statistics.two_groups import (
    ENOUGH_RUNS,
    LEAST_RUNS,
    SIGNIFICANCE,
    Contrast,
    claim,
    contrast,
    holm,
)

__all__ = [
    "CONFIDENCE",
    "ENOUGH_RUNS",
    "LEAST_RUNS",
    "N_DRAWS",
    "PROFILE_DRAWS",
    "SEED",
    "SIGNIFICANCE",
    "Contrast",
    "Estimate",
    "Profile",
    "bootstrap_mean",
    "claim",
    "contrast",
    "draw_indices",
    "draws_for",
    "holm",
    "interquartile_mean",
    "performance_profile",
    "stratified_iqm",
    "stream",
]
