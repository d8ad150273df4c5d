"""Describe data sets for :func:`reporter.log_input`: ``reporter.data.from_pandas(frame)``."""

from reporter.tracking.datasets import (
    from_csv,
    from_numpy,
    from_pandas,
    from_parquet,
    from_polars,
)

__all__ = ["from_csv", "from_numpy", "from_pandas", "from_parquet", "from_polars"]


def __getattr__(name: str) -> object:
    """Explain names that only MLflow's ``data`` has."""
    from reporter.errors import did_you_mean
    from reporter.tracking.absent import reason_for

    hint = reason_for(name) or did_you_mean(name, __all__)
    raise AttributeError(f"module 'reporter.data' has no attribute {name!r}. {hint}".rstrip())
