"""The calls that log files: artifacts, figures, images, text, dictionaries, tables.

Each takes a run's id first, as MLflow's client does; :class:`reporter.MlflowClient` has them all.
"""

from __future__ import annotations

import json
import os
import posixpath
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from reporter.errors import (
    InvalidInputError,
    MissingFileError,
    NotFoundError,
    ReporterError,
    did_you_mean,
)
from reporter.model import Artifact, Run, ViewType
from reporter.store.layout import safe_artifact_path
from reporter.tracking import clock

if TYPE_CHECKING:
    from reporter.store.reader import FolderReader
    from reporter.tracking.live import LiveRun

__all__ = ["ArtifactCalls", "FileInfo"]

_FOLDER = "folder"

# MLflow's, with a list of the tables in JSON.
_TABLES_TAG = "mlflow.loggedArtifacts"
# As many as MLflow's own load_table looks at.
_MAX_RUNS = 100_000


class ArtifactCalls:
    """What a client does with files; `_live` and `_reader` are the client's."""

    if TYPE_CHECKING:

        @property
        def _reader(self) -> FolderReader: ...

        def _live(self, run_id: str) -> LiveRun: ...

        def search_runs(  # noqa: D102  # the client's
            self,
            experiment_ids: Sequence[str] | str,
            filter_string: str = "",
            run_view_type: int = ViewType.ACTIVE_ONLY,
            max_results: int = 1000,
        ) -> Sequence[Run]: ...

    def log_artifact(
        self,
        run_id: str,
        local_path: str | os.PathLike[str],
        artifact_path: str | None = None,
    ) -> None:
        """Store a local file, or a folder with all that is in it.

        Parameters
        ----------
        run_id : str
        local_path : str or path-like
        artifact_path : str, optional
            The folder among the run's artifacts to put it in.

        Raises
        ------
        InvalidInputError
            There is no such file, or it is a socket, pipe or device.
        """
        path = os.fspath(local_path)
        if os.path.isdir(path):
            inside = posixpath.join(artifact_path or "", os.path.basename(os.path.abspath(path)))
            self.log_artifacts(run_id, path, inside)
            return
        if not os.path.isfile(path):
            is_other = os.path.exists(path)
            raise MissingFileError(
                f"'{path}' is no regular file." if is_other else f"There is no file '{path}'.",
                "Nothing was logged by this call.",
            )
        with open(path, "rb") as file:
            name = posixpath.join(artifact_path or "", os.path.basename(path))
            self._live(run_id).put(name, file)

    def log_artifacts(
        self,
        run_id: str,
        local_dir: str | os.PathLike[str],
        artifact_path: str | None = None,
    ) -> None:
        """Store all files of a local folder and of the folders in it.

        Links are followed to files, not to folders: a link to a folder above would never end.
        """
        root = os.fspath(local_dir)
        if not os.path.isdir(root):
            raise MissingFileError(f"There is no folder '{root}'.")
        if artifact_path:
            safe_artifact_path(artifact_path)
        left_out = []
        for parent, folders, names in os.walk(root):
            folders.sort()
            left_out += [name for name in folders if os.path.islink(os.path.join(parent, name))]
            below = os.path.relpath(parent, root).replace(os.sep, "/")
            inside = posixpath.normpath(posixpath.join(artifact_path or "", below))
            for name in sorted(names):
                try:
                    path = os.path.join(parent, name)
                    self.log_artifact(run_id, path, "" if inside == "." else inside)
                except (InvalidInputError, MissingFileError):
                    left_out.append(name)
        if left_out:
            more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
            warnings.warn(
                f"Left out of '{root}': {', '.join(left_out[:5])}{more}. These are no files, are "
                "links to folders, or have names that cannot be kept.",
                stacklevel=2,
            )

    def log_stream(self, run_id: str, stream: BinaryIO, artifact_file: str) -> None:
        """Store what a binary stream yields up to its end."""
        self._live(run_id).put(artifact_file, stream)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Store text in UTF-8."""
        if not isinstance(text, str):
            raise InvalidInputError(
                f"log_text takes text, not a {type(text).__name__}.", "Use log_stream for bytes."
            )
        self._live(run_id).put(artifact_file, text.encode("utf-8", "surrogatepass"), kind="text")

    def log_dict(self, run_id: str, dictionary: Any, artifact_file: str) -> None:
        """Store a dictionary or list as JSON, or as YAML when the name ends so.

        Parameters
        ----------
        run_id : str
        dictionary : dict or list
            What JSON has no form for is written as its ``str()``.
        artifact_file : str
        """
        if artifact_file.lower().endswith((".yml", ".yaml")):
            text = _to_yaml(dictionary)
        else:
            text = json.dumps(dictionary, indent=2, default=str, ensure_ascii=False)
        self._live(run_id).put(artifact_file, text.encode("utf-8", "surrogatepass"), kind="dict")

    def log_figure(
        self,
        run_id: str,
        figure: Any,  # Any: of a library that is not imported here
        artifact_file: str,
        *,
        save_kwargs: Mapping[str, Any] | None = None,
        step: int | None = None,
    ) -> None:
        """Store a matplotlib, plotly or altair figure in the form the name's suffix asks for.

        Parameters
        ----------
        run_id : str
        figure : object
        artifact_file : str
            ``.png``, ``.svg``, ``.pdf`` ...; ``.html`` and ``.json`` for plotly and altair. With
            `step`, the step goes into the name before the suffix.
        save_kwargs : mapping, optional
            For the library's own saving function.
        step : int, optional
        """
        from reporter.tracking.serializers import serialize_figure

        data = serialize_figure(figure, artifact_file, save_kwargs or {})
        key = ""
        if step is not None:
            stem, suffix = posixpath.splitext(artifact_file)
            key, artifact_file = stem, f"{stem}+step+{step}{suffix}"
        self._live(run_id).put(artifact_file, data, kind="figure", key=key, step=step)

    def log_image(
        self,
        run_id: str,
        image: Any,  # Any: of a library that is not imported here
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Store an image under a path, or as one of a series by `key` and `step`.

        Parameters
        ----------
        run_id : str
        image : ndarray, PIL.Image.Image or torch.Tensor
            Shape (height, width) or (height, width, 1 | 3 | 4); integers from 0 to 255, floats
            from 0 to 1, or booleans.
        artifact_file, key : str
            Exactly one of them.
        step : int, optional
            0 when None; only with `key`.
        timestamp : int, optional
            Milliseconds since 1970 UTC; only with `key`.

        Raises
        ------
        InvalidInputError
            Both or none of `artifact_file` and `key`, or an image of another shape or range.
        """
        from reporter.tracking.serializers import serialize_image

        if (artifact_file is None) == (key is None):
            given = "both" if key is not None else "neither"
            raise InvalidInputError(f"log_image takes artifact_file or key, and got {given}.")
        if key is None and (step is not None or timestamp is not None):
            raise InvalidInputError("An image with a step or timestamp needs key=.")
        if key is None:
            data = serialize_image(image, str(artifact_file))
            self._live(run_id).put(str(artifact_file), data, kind="image")
            return
        now = clock.now_ms() if timestamp is None else timestamp
        stem = key.replace("/", "~")
        path = f"images/{stem}+step+{step or 0}+timestamp+{now}"
        data = serialize_image(image, f"{path}.png")
        live = self._live(run_id)
        if os.path.exists(os.path.join(live.writer.artifact_folder, f"{path}.png")):
            path += f"+{clock.new_run_id()[:8]}"  # two images in one millisecond are two images
        live.put(f"{path}.png", data, kind="image", key=key, step=step or 0)

    def log_table(self, run_id: str, data: Any, artifact_file: str) -> None:
        """Store a table; rows logged under a name that is there already are added below.

        Parameters
        ----------
        run_id : str
        data : dict or pandas.DataFrame
            Columns to values. Pictures, of Pillow or :class:`reporter.Image`, become files beside
            the table.
        artifact_file : str
            Ending in ``.json`` or ``.parquet``.

        Raises
        ------
        InvalidInputError
        """
        if not artifact_file.endswith((".json", ".parquet")):
            raise InvalidInputError(f"Table '{artifact_file}' must end in .json or .parquet.")
        import pandas as pd

        from reporter.tracking.table_images import keep_images

        if not isinstance(data, (Mapping, pd.DataFrame)):
            raise InvalidInputError(
                f"A table is a dictionary of columns or a DataFrame, not a {type(data).__name__}."
            )
        is_scalar = isinstance(data, Mapping) and not any(map(_is_column, data.values()))
        try:
            frame = pd.DataFrame([data] if is_scalar else data)
        except ValueError as error:
            raise InvalidInputError(f"Table '{artifact_file}' is none: {error}.") from error
        live = self._live(run_id)
        frame = keep_images(
            frame, artifact_file, lambda path, data: live.put(path, data, kind="image")
        )
        try:
            before = self._read_table(run_id, artifact_file)
        except FileNotFoundError:
            before = None
        if before is not None:
            frame = pd.concat([before, frame], ignore_index=True)
        if artifact_file.endswith(".parquet"):
            content = frame.to_parquet(index=False)
        else:
            content = frame.to_json(orient="split", index=False).encode()
        self._live(run_id).put(artifact_file, content, kind="table")
        self._note_table(run_id, artifact_file)

    def _note_table(self, run_id: str, artifact_file: str) -> None:
        """Name a table in the tag by which MLflow finds tables."""
        noted = json.loads(self._reader.run(run_id).data.tags.get(_TABLES_TAG, "[]"))
        entry = {"path": artifact_file, "type": "table"}
        if entry not in noted:
            self._live(run_id).set_tags({_TABLES_TAG: json.dumps([*noted, entry])})

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: Sequence[str] | None = None,
        extra_columns: Sequence[str] | None = None,
    ) -> Any:  # Any: pandas is not imported here
        """Read one table of several runs, below each other.

        Parameters
        ----------
        experiment_id : str
        artifact_file : str
            The name it was logged as, by :meth:`log_table` or as a file in the same form.
        run_ids : sequence of str, optional
            All runs of the experiment that have it, the newest first, when None.
        extra_columns : sequence of str, optional
            Columns of :func:`reporter.search_runs` to put beside each row: ``"run_id"``,
            ``"params.lr"``.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        NotFoundError
            No run has this table.
        """
        import pandas as pd

        from reporter.search import runs_frame

        runs = [
            run
            for run in self.search_runs(experiment_id, max_results=_MAX_RUNS)
            if run_ids is None or run.info.run_id in run_ids
        ]
        facts = runs_frame(runs)
        tables = []
        for place, run in enumerate(runs):
            try:
                table = self._read_table(run.info.run_id, artifact_file)
            except FileNotFoundError:
                continue
            for column in extra_columns or ():
                table[column] = facts[column].iloc[place]
            tables.append(table)
        if not tables:
            raise NotFoundError(f"No run of experiment {experiment_id} has a '{artifact_file}'.")
        return pd.concat(tables, ignore_index=True)

    def _read_table(self, run_id: str, artifact_file: str) -> Any:  # Any: a DataFrame
        import pandas as pd

        with self._reader.open_artifact(run_id, artifact_file) as file:
            if artifact_file.endswith(".parquet"):
                return pd.read_parquet(file)
            return pd.read_json(file, orient="split")

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """Return files and folders directly in a folder of the run's artifacts.

        Returns
        -------
        list of FileInfo
            Folders have ``is_dir`` true and no size.
        """
        if path and ".." in path.split("/"):
            raise InvalidInputError(f"'{path}' leads out of the run's artifacts.")
        prefix = f"{path.strip('/')}/" if path else ""
        found: dict[str, FileInfo] = {}
        for _, artifact in self._reader.artifacts([run_id]):
            if artifact.path.startswith(prefix):
                name, slash, _ = artifact.path[len(prefix) :].partition("/")
                facts = {"path": prefix + name, "size_bytes": 0, "kind": _FOLDER}
                entry = FileInfo(**(facts if slash else vars(artifact)))
                found.setdefault(prefix + name, entry)
        return [found[name] for name in sorted(found)]

    def download_artifacts(self, run_id: str, path: str = "", dst_path: str | None = None) -> str:
        """Copy an artifact, or a folder of them, to a local folder.

        Parameters
        ----------
        run_id : str
        path : str
            Empty for all of them.
        dst_path : str, optional
            A folder, made when it is missing; a temporary one when None.

        Returns
        -------
        str
            Where it was copied to: the last part of `path`, in that folder.

        Raises
        ------
        NotFoundError
            The run has nothing under this path.
        """
        import tempfile

        wanted = path.strip("/")
        target = os.path.abspath(dst_path) if dst_path else tempfile.mkdtemp()
        names = [artifact.path for _, artifact in self._reader.artifacts([run_id])]
        chosen = [n for n in names if not wanted or n == wanted or n.startswith(f"{wanted}/")]
        if not chosen and wanted:
            raise NotFoundError(
                f"Run {run_id} has no artifact '{path}'.", did_you_mean(wanted, names)
            )
        os.makedirs(target, exist_ok=True)
        folder = posixpath.dirname(wanted)
        for name in chosen:
            below = posixpath.relpath(name, folder) if folder else name
            self._copy_out(run_id, name, os.path.join(target, *below.split("/")))
        return os.path.join(target, posixpath.basename(wanted)) if wanted else target

    def _copy_out(self, run_id: str, name: str, target: str) -> None:
        import shutil

        os.makedirs(os.path.dirname(target), exist_ok=True)
        with self._reader.open_artifact(run_id, name) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file)


class FileInfo(Artifact):
    """A file or folder in a listing; prints as MLflow's does."""

    @property
    def is_dir(self) -> bool:
        """Tell whether this is a folder."""
        return self.kind == _FOLDER

    @property
    def file_size(self) -> int | None:
        """Size in bytes; None of a folder."""
        return None if self.is_dir else self.size_bytes

    def __repr__(self) -> str:
        return f"<FileInfo: file_size={self.file_size}, is_dir={self.is_dir}, path={self.path!r}>"


def _is_column(value: object) -> bool:
    return (isinstance(value, Sequence) and not isinstance(value, str)) or hasattr(
        value, "__array__"
    )


def _to_yaml(value: object) -> str:
    try:
        import yaml
    except ImportError as error:
        raise ReporterError("Writing YAML needs PyYAML.", "Install it, or log a .json.") from error
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False))
