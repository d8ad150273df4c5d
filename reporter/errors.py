"""Every error this package raises on purpose, one class per thing a caller can do about it.

::

    ReporterError                        catch this to catch them all
    ├─ InvalidInputError (ValueError)    a bad key, value, name or path: fix the call
    │  ├─ FilterSyntaxError              a bad filter string: fix the text at `position`
    │  ├─ AlreadyExistsError             the name is taken: use what is there, or another name
    │  ├─ NotFoundError (LookupError)    no such tag, artifact or table: name one that is there
    │  ├─ MissingFileError (FileNotFoundError)   no such file on this machine
    │  ├─ ConfigError                    report.toml says something wrong: fix the file
    │  └─ ChartError                     a chart specification that cannot be shown: fix the figure
    ├─ RunStateError                     no active run, already ended: fix the order of calls
    ├─ StoreError                        something is wrong with the store at `path`
    │  ├─ NotAStoreError                 the path holds no store
    │  ├─ StoreVersionError              a newer version of this package wrote it
    │  ├─ StoreUnreachableError          an object store does not answer or lets nobody in
    │  ├─ RunNotFoundError (LookupError)
    │  └─ ExperimentNotFoundError (LookupError)
    ├─ BuildError                        the site, or an export, could not be written
    │  └─ OutputConflictError            something that is not ours stands where a file must go
    └─ PublishError                      a built site could not be published, served or shown

Damage inside a store is not an error but data: see :class:`reporter.model.Problem`. Each error also
has the `error_code` that MLflow's exception would have, for scripts that look at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = [
    "AlreadyExistsError",
    "BuildError",
    "ChartError",
    "ConfigError",
    "ExperimentNotFoundError",
    "FilterSyntaxError",
    "InvalidInputError",
    "MissingFileError",
    "NotAStoreError",
    "NotFoundError",
    "OutputConflictError",
    "PublishError",
    "ReporterError",
    "RunNotFoundError",
    "RunStateError",
    "SecretsFoundError",
    "StoreError",
    "StoreUnreachableError",
    "StoreVersionError",
    "did_you_mean",
]


_SHOWN_FINDINGS = 20


class ReporterError(Exception):
    """Base of every error raised on purpose.

    Parameters
    ----------
    message : str
        What went wrong and where, in one sentence.
    hint : str, optional
        What to do about it.
    """

    error_code = "INTERNAL_ERROR"

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}".strip())


class InvalidInputError(ReporterError, ValueError):
    """A value that cannot be accepted: a key, a param, a path, a name."""

    error_code = "INVALID_PARAMETER_VALUE"


class AlreadyExistsError(InvalidInputError):
    """The name is taken."""

    error_code = "RESOURCE_ALREADY_EXISTS"


class NotFoundError(InvalidInputError, LookupError):
    """There is no such tag, artifact or table."""

    error_code = "RESOURCE_DOES_NOT_EXIST"


class MissingFileError(InvalidInputError, FileNotFoundError):
    """There is no such file or folder on this machine."""


class FilterSyntaxError(InvalidInputError):
    """A filter string that cannot be read.

    Parameters
    ----------
    message : str
        What was found.
    text : str
        The whole filter string.
    position : int
        Where in `text` reading stopped, counted in characters from 0.
    expected : str, optional
        What would have been accepted there.
    """

    def __init__(self, message: str, *, text: str, position: int, expected: str = "") -> None:
        self.text = text
        self.position = position
        self.expected = expected
        super().__init__(message)


class ChartError(InvalidInputError):
    """A Vega-Lite specification that does not compile, or that would load data from elsewhere."""


class ConfigError(InvalidInputError):
    """A ``report.toml`` that cannot be read, or that says something which means nothing."""


class RunStateError(ReporterError):
    """A call that the state of the run does not allow (none active, already ended)."""

    error_code = "INVALID_PARAMETER_VALUE"


class StoreError(ReporterError):
    """Something is wrong with a store.

    Parameters
    ----------
    message : str
        What went wrong and where.
    path : str, optional
        The file or folder at fault.
    hint : str, optional
        What to do about it.
    """

    def __init__(self, message: str, *, path: str = "", hint: str = "") -> None:
        self.path = path
        super().__init__(message, hint)


class NotAStoreError(StoreError):
    """The path does not exist, is a file, or holds no store."""


class StoreVersionError(StoreError):
    """The store was written by a newer version of this package."""


class StoreUnreachableError(StoreError):
    """An object store does not answer, lets nobody in, or needs a package that is missing."""


class RunNotFoundError(StoreError, LookupError):
    """No run has this id."""

    error_code = "RESOURCE_DOES_NOT_EXIST"


class ExperimentNotFoundError(StoreError, LookupError):
    """No experiment has this id or name."""

    error_code = "RESOURCE_DOES_NOT_EXIST"


class BuildError(ReporterError):
    """The site could not be written."""


class OutputConflictError(BuildError):
    """A file or folder that is not ours stands where a file of the site must go."""


class SecretsFoundError(BuildError):
    """What is about to be published holds what looks like keys or passwords.

    Parameters
    ----------
    findings : sequence of str
        Where and what, one a sentence; never the secret itself.
    """

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        shown = [f"\n  {finding}" for finding in self.findings[:_SHOWN_FINDINGS]]
        hidden = len(self.findings) - len(shown)
        more = f"\n  ... and {hidden:,} more" if hidden else ""
        super().__init__(
            "What looks like secrets would be published:" + "".join(shown) + more + "\n",
            "Delete or mask them in the store, leave the files out ([artifacts] exclude in "
            "report.toml), or build with --allow-secrets.",
        )


class PublishError(ReporterError):
    """A built site could not be published, served or shown."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the known names that look most like a wrong one.

    Parameters
    ----------
    name : str
        What was asked for.
    known : iterable of str
        What exists.

    Returns
    -------
    str
        A sentence that ends an error message, or ``""`` when nothing is near.

    Examples
    --------
    >>> did_you_mean("val_los", ["val_loss", "lr"])
    "Did you mean 'val_loss'?"
    """
    import difflib

    near = difflib.get_close_matches(name, list(known), n=3)
    return f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
