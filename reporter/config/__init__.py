"""``report.toml``: how a site is called, what it shows, and where it goes.

:func:`load_config` finds and reads it; :class:`Config` is what it says. Knows nothing of how a
setting is carried out.
"""

from reporter.config.reading import FILE_NAME, find_config, load_config, read_config
from reporter.config.sample import reference, sample
from reporter.config.settings import (
    ArtifactRule,
    ArtifactSettings,
    ChartSettings,
    ComparisonGroup,
    ComparisonSettings,
    Config,
    MetricSettings,
    PublishSettings,
    ThemeSettings,
    View,
    parse_size,
)

__all__ = [
    "FILE_NAME",
    "ArtifactRule",
    "ArtifactSettings",
    "ChartSettings",
    "ComparisonGroup",
    "ComparisonSettings",
    "Config",
    "MetricSettings",
    "PublishSettings",
    "ThemeSettings",
    "View",
    "find_config",
    "load_config",
    "parse_size",
    "read_config",
    "reference",
    "sample",
]
