"""Describe data sets for :func:`reporter.log_input`: ``reporter.data.from_pandas(frame)``."""

from reporter.tracking.datasets import (
    from_csv,
    from_numpy,
    from_pandas,
    from_parquet,
    from_polars,
)

__all__ = ["from_csv", "from_numpy", "from_pandas", "from_parquet", "from_polars"]
