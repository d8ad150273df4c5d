"""Build a site, serve it, and build it again when runs have changed.

The main thread builds, so that an interrupt stops a build where it can be stopped; requests are
answered by threads. A rebuild is incremental, and never takes more than a third of the time, so
that a store that is written to all day leaves the machine to the training.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from reporter.config import find_config, load_config
from reporter.errors import ConfigError, ReporterError
from reporter.publish.bulletin import Bulletin
from reporter.publish.sources import open_runs
from reporter.publish.watch import FileWatch, watch
from reporter.publish.web_server import WebServer
from reporter.site import links
from reporter.site.build import BuildResult, build
from reporter.site.plan import Progress
from reporter.site.writing.output import FolderOutput

__all__ = ["ServeSettings", "Serving", "open_serving"]

_LOOPBACK = ("127.", "localhost", "::1")

_LOOK_S = 0.5
"""Between two looks at the store: what a person takes for at once."""

_PAUSE_S = 2.0
"""Between two builds at the least: a page that changes more often cannot be read."""

_PAUSE_PART = 2.0
"""Between two builds, in times of what the last one took."""


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    """What is served, and where.

    Parameters
    ----------
    source : str
        A store, another tool's runs, or a folder that holds a built site.
    output : str
        Folder for the site; a temporary one when empty.
    host : str
    port : int or None
        None takes the first free one.
    config : str
        The ``report.toml`` to go by; looked for when empty.
    title : str
    full_data : bool
        Whether all points are offered for download, which makes each rebuild longer.
    format_name : str
        Which tool wrote the source; recognised when empty.
    options : mapping of str to str
        For the importer.
    """

    source: str
    output: str = ""
    host: str = "127.0.0.1"
    port: int | None = None
    config: str = ""
    title: str = ""
    full_data: bool = False
    format_name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_loopback(self) -> bool:
        """Whether this machine alone can reach the address."""
        return self.host.startswith(_LOOPBACK)

    @property
    def is_private(self) -> bool:
        """Whether nobody else sees the site: neither over the network nor in a folder."""
        return self.is_loopback and not self.output


class Serving:
    """A site that is being served.

    Parameters
    ----------
    settings : ServeSettings
    folder : str
        Where the site is.
    server : WebServer
    """

    def __init__(self, settings: ServeSettings, folder: str, server: WebServer) -> None:
        self._settings = settings
        self._folder = folder
        self._server = server
        self._is_built_elsewhere = folder == settings.source
        # Before the first build: what changes meanwhile is seen afterwards.
        watched = os.path.join(folder, links.MANIFEST)
        self._watches = [watch(watched if self._is_built_elsewhere else settings.source)]
        if config := settings.config or find_config(settings.source):
            self._watches.append(FileWatch(config))
            self._watches += [FileWatch(path) for path in _programs(config)]

    @property
    def url(self) -> str:
        """Address of the site."""
        return self._server.url

    def refresh(self, progress: Progress | None = None) -> BuildResult | None:
        """Build, and tell the pages that are open.

        Returns
        -------
        BuildResult or None
            None when the site is built by somebody else.

        Raises
        ------
        ReporterError
            As :func:`reporter.site.build.build` does.
        """
        result = None if self._is_built_elsewhere else self._build(progress)
        self._server.bulletin.post()
        return result

    def _build(self, progress: Progress | None) -> BuildResult:
        settings = self._settings
        source, name, options = settings.source, settings.format_name, settings.options
        with open_runs(source, name, options, progress) as reader:
            return build(
                reader,
                FolderOutput(self._folder, reader.location),
                config=load_config(settings.config, source),
                title=settings.title,
                full_data=settings.full_data,
                allow_secrets=settings.is_private,
                progress=progress,
            )

    def follow(
        self,
        stop: threading.Event,
        tell: Callable[[BuildResult | ReporterError | None, float], None],
    ) -> None:
        """Watch and build until told to stop.

        Parameters
        ----------
        stop : threading.Event
        tell : callable
            Told what each build came to, or why it could not be, and how many seconds it took.
        """
        next_s = 0.0
        has_changed = False
        while not stop.wait(_LOOK_S):
            has_changed = any(one.changed() for one in self._watches) or has_changed
            began_s = time.monotonic()
            if not has_changed or began_s < next_s:
                continue
            has_changed = False
            outcome: BuildResult | ReporterError | None
            try:
                outcome = self.refresh()
            except (ReporterError, OSError) as error:
                # The store may be about to be moved, the disk be full: the old site still stands.
                outcome = error if isinstance(error, ReporterError) else ReporterError(str(error))
            took_s = time.monotonic() - began_s
            next_s = began_s + took_s + max(_PAUSE_S, _PAUSE_PART * took_s)
            tell(outcome, took_s)


def _programs(config: str) -> list[str]:
    """Return the file of charts that a configuration names; the build tells of mistakes in it."""
    try:
        settings = load_config(config)
    except ConfigError:
        return []
    return [settings.file(settings.charts.file)] if settings.charts.file else []


@contextlib.contextmanager
def open_serving(settings: ServeSettings) -> Iterator[Serving]:
    """Listen at the address, and clean up in the end.

    Parameters
    ----------
    settings : ServeSettings

    Yields
    ------
    Serving
        Nothing is built yet: see :meth:`Serving.refresh`.

    Raises
    ------
    PublishError
        The port is taken, or the host is none of this machine's.
    """
    with contextlib.ExitStack() as stack:
        folder = settings.output
        if os.path.exists(os.path.join(settings.source, links.MANIFEST)):
            folder = settings.source
        if not folder:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True)
            )
        os.makedirs(folder, exist_ok=True)
        bulletin = Bulletin(folder)
        server = stack.enter_context(WebServer(folder, bulletin, settings.host, settings.port))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.daemon = True
        thread.start()
        stack.callback(thread.join, 2)
        stack.callback(server.shutdown)
        stack.callback(bulletin.close)
        yield Serving(settings, folder, server)
