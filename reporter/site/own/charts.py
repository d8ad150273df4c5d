"""The user's own charts: load the file that ``report.toml`` names, call its functions, draw.

The file is a program. It is run only when somebody at the keyboard named it, see
:attr:`reporter.config.Config.may_run_code`; whatever goes wrong in it is a listed problem with a
visible place on the page, never a lost build.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reporter import renderers
from reporter.chart_functions import ChartFunction, find_chart_functions
from reporter.config import Config
from reporter.errors import ReporterError
from reporter.model import Problem
from reporter.search.frame import histories_frame, runs_frame
from reporter.site import links
from reporter.site.contexts import FigureCard, Viewer
from reporter.site.own.figures import OwnFigure, draw_figure, draw_hole, read_figures
from reporter.site.own.time_limit import TooSlowError, run_within
from reporter.site.plan import PlannedExperiment, PlannedRun
from reporter.store.ports import StoreReader

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OwnChart", "OwnCharts", "Subject", "load_own_charts"]

_INPUTS = ("runs", "histories")
_WHAT = "Chart not drawn"


@dataclass(frozen=True, kw_only=True)
class OwnChart:
    """One chart of a page.

    Parameters
    ----------
    name : str
        Of the function.
    title : str
    fragment : Fragment
    """

    name: str
    title: str
    fragment: renderers.Fragment

    @property
    def card(self) -> FigureCard:
        """The chart as a figure of a gallery."""
        viewer = Viewer(template=self.fragment.template, context=self.fragment.context)
        return FigureCard(path=self.name, name=self.title, size="", viewer=viewer)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a page is about.

    Parameters
    ----------
    page : str
        Site path.
    kind : {"index", "experiment", "run"}
    name : str
        For messages: of the experiment or the run.
    runs : sequence of (PlannedExperiment, PlannedRun)
    """

    page: str
    kind: str
    name: str
    runs: Sequence[tuple[PlannedExperiment, PlannedRun]]


@dataclass(frozen=True, kw_only=True)
class OwnCharts:
    """The chart functions of one file.

    Parameters
    ----------
    file : str
        As the configuration names it.
    path : str
        Where it lies.
    max_seconds : int
        How long one function may take; 0 without limit.
    functions : tuple of ChartFunction
    digest : str
        Of the code that was read.
    problems : tuple of Problem
        Why there are no functions, or fewer than meant.
    """

    file: str = ""
    path: str = ""
    max_seconds: int = 0
    functions: tuple[ChartFunction, ...] = ()
    digest: str = ""
    problems: tuple[Problem, ...] = ()

    def for_kind(self, kind: str) -> list[ChartFunction]:
        """Return the functions for one kind of page."""
        return [function for function in self.functions if function.page == kind]

    def digest_for(self, kind: str) -> str:
        """Return the digest of the code, if it makes charts for this kind of page."""
        return self.digest if self.for_kind(kind) else ""

    def draw(self, reader: StoreReader, subject: Subject) -> tuple[list[OwnChart], list[Problem]]:
        """Call the functions for a page.

        Parameters
        ----------
        reader : StoreReader
        subject : Subject

        Returns
        -------
        list of OwnChart
            In the order of the file; what could not be made is a hole.
        list of Problem
        """
        charts: list[OwnChart] = []
        problems: list[Problem] = []
        frames = _Frames(reader, subject)
        root = links.root_of(subject.page)
        for function in self.for_kind(subject.kind):
            if not (own := frames.for_experiment(function.experiment)):
                continue
            try:
                figures = self._run(lambda f=function, o=own: _figures(f, o))  # type: ignore[misc]  # mypy knows no defaults of lambdas
            except _FAILURES as error:
                problem = self.problem(error, function.name, subject.name)
                hole = draw_hole(problem, function.title, root)
                charts.append(OwnChart(name=function.name, title=function.title, fragment=hole))
                problems.append(problem)
                continue
            for figure in figures:
                fragment = draw_figure(figure, function.title, root)
                charts.append(OwnChart(name=function.name, title=function.title, fragment=fragment))
                if fragment.problem:
                    where = self._where(function.name, subject.name)
                    problems.append(replace(fragment.problem, where=where))
        return charts, problems

    def _run(self, work: Callable[[], Any]) -> Any:  # Any: of whatever the work returns
        """Call something of the file's, within its time; what it prints goes to stderr."""
        with contextlib.redirect_stdout(sys.stderr):
            return run_within(self.max_seconds, work)

    def problem(self, error: BaseException, name: str = "", subject: str = "") -> Problem:
        """Say what went wrong, and on which line of the file.

        Parameters
        ----------
        error : BaseException
        name, subject : str
            Function and page; empty when the file itself failed.

        Returns
        -------
        Problem
        """
        hint = ""
        if isinstance(error, TooSlowError):
            detail = f"It took longer than {self.max_seconds} s"
            hint = "Make it faster, or give it more time: [charts] max_seconds in report.toml"
        elif isinstance(error, ReporterError) and _line_of(error, self.path) == 0:
            detail, hint = error.message, error.hint
        else:
            line = _line_of(error, self.path)
            told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            detail = f"{told} (line {line})" if line else told
        what = _WHAT if name else "Own charts not drawn"
        where = self._where(name, subject)
        return Problem(what=what, where=where, detail=detail, hint=hint, severity="error")

    def _where(self, name: str, subject: str) -> str:
        place = f"{self.file}, {name}" if name else self.file
        return f"{place}, for {subject}" if subject else place


_FAILURES = (Exception, SystemExit)


def load_own_charts(config: Config) -> OwnCharts:
    """Run the file of charts, if there is one that may be run.

    Parameters
    ----------
    config : Config

    Returns
    -------
    OwnCharts
        Without functions and with a problem when the file could not be used.
    """
    settings = config.charts
    if not settings.file:
        return OwnCharts()
    own = OwnCharts(
        file=settings.file, path=config.file(settings.file), max_seconds=settings.max_seconds
    )
    if not config.may_run_code:
        problem = Problem(
            what="Own charts not drawn",
            where=settings.file,
            detail="It was not run: report.toml lies in the store, which others may have made",
            hint="If it is yours, name it yourself: report build --config ...",
            severity="error",
        )
        return replace(own, problems=(problem,))
    try:
        functions, digest = own._run(lambda: _load(own.path))  # noqa: SLF001  # of this module
    except _FAILURES as error:
        return replace(own, problems=(own.problem(error),))
    if functions:
        return replace(own, functions=tuple(functions), digest=digest)
    hint = "Put @reporter.chart above each function that returns a chart"
    none = Problem(what="Own charts not drawn", where=own.file, detail="It has none", hint=hint)
    return replace(own, problems=(none,))


def _load(path: str) -> tuple[list[ChartFunction], str]:
    """Run the file as a script would be, and digest it with the modules it imported beside it."""
    with open(path, "rb") as stream:
        source = stream.read()
    module = types.ModuleType("report_charts")
    module.__file__ = os.path.abspath(path)
    digest = hashlib.sha256(source)
    with _beside(os.path.dirname(module.__file__)) as imported:
        exec(compile(source, path, "exec"), vars(module))  # noqa: S102  # the user's own, and named by the user
        for sibling in imported():
            with open(sibling, "rb") as stream:
                digest.update(stream.read())
    return find_chart_functions(vars(module)), digest.hexdigest()


@contextlib.contextmanager
def _beside(folder: str) -> Iterator[Callable[[], list[str]]]:
    """Let modules of the folder be imported, and forget them afterwards: they may change."""
    known = set(sys.modules)
    writes_bytecode = sys.dont_write_bytecode
    # Figures are files here: matplotlib must not look for a screen.
    os.environ.setdefault("MPLBACKEND", "Agg")

    def imported() -> dict[str, str]:
        files = {name: getattr(sys.modules[name], "__file__", None) for name in sys.modules}
        return {
            name: file
            for name, file in files.items()
            if file and name not in known and os.path.dirname(os.path.abspath(file)) == folder
        }

    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    try:
        yield lambda: sorted(imported().values())
    finally:
        sys.dont_write_bytecode = writes_bytecode
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)
        for name in imported():
            del sys.modules[name]


class _Frames:
    """The data of one page, read when a function asks for them."""

    def __init__(self, reader: StoreReader, subject: Subject) -> None:
        self._reader = reader
        self._runs = list(subject.runs)
        self._made: dict[str, pd.DataFrame] = {}

    def for_experiment(self, experiment: str) -> _Frames | None:
        """Narrow down to one experiment; None when it has nothing on this page."""
        if not experiment:
            return self
        kept = [pair for pair in self._runs if experiment in (pair[0].name, pair[0].id)]
        if not kept:
            return None
        return self if len(kept) == len(self._runs) else _Frames(self._reader, _of(kept))

    def get(self, name: str) -> pd.DataFrame:
        """Return ``runs`` or ``histories``; the caller may change what it gets."""
        if name not in self._made:
            self._made[name] = self._histories() if name == "histories" else self._table()
        copy: pd.DataFrame = self._made[name].copy()
        return copy

    def _table(self) -> pd.DataFrame:
        """Add names to what ``search_runs`` gives, and make numbers of params that are numbers."""
        import pandas as pd

        frame = runs_frame(item.run for _, item in self._runs)
        frame.insert(2, "experiment", [experiment.name for experiment, _ in self._runs])
        frame.insert(1, "run_name", [item.name for _, item in self._runs])
        for name in frame.columns:
            if str(name).startswith("params."):
                numbers = pd.to_numeric(frame[name], errors="coerce")
                if (numbers.notna() == frame[name].notna()).all():
                    frame[name] = numbers
        return frame

    def _histories(self) -> pd.DataFrame:
        return histories_frame(self._reader.history([item.run_id for _, item in self._runs]))


def _of(runs: Sequence[tuple[PlannedExperiment, PlannedRun]]) -> Subject:
    return Subject(page="", kind="", name="", runs=runs)


def _figures(function: ChartFunction, frames: _Frames) -> list[OwnFigure]:
    arguments = [frames.get(name) for name in _inputs_of(function.function)]
    return read_figures(function.function(*arguments))


def _inputs_of(function: Callable[..., object]) -> list[str]:
    """Tell which data a function takes: by the names of its parameters, else by their order."""
    parameters = inspect.signature(function).parameters.values()
    names = [
        one.name
        for one in parameters
        if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) and one.default is one.empty
    ]
    if len(names) not in (1, 2):
        raise TypeError(f"it takes {len(names)} arguments; a chart takes runs, or runs, histories")
    return [name if name in _INPUTS else _INPUTS[place] for place, name in enumerate(names)]


def _line_of(error: BaseException, path: str) -> int:
    """Return the last line of the file that the error came through, 0 when there is none."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno or 0
    lines = [
        frame.lineno or 0
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == path
    ]
    return lines[-1] if lines else 0
