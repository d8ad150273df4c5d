"""How pages look and behave: templates, style sheets and scripts, gathered from one folder.

The folder ``templates`` lies beside the package in a checkout and inside it in a wheel. This is
the only module that knows so. It makes the two files that every page loads, and says when pages
that were made by an older version of the templates or of this package are stale.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path

import jinja2

import reporter
from reporter import charts, renderers
from reporter.errors import BuildError
from reporter.site import links, payload
from reporter.site.branding import Branding, Picture
from reporter.site.kept_templates import kept_templates
from reporter.site.numbers import column_decimals, format_number
from reporter.site.writing.manifest import inputs_digest
from reporter.site.writing.output import SiteOutput

__all__ = [
    "CSP",
    "FIRST_SCRIPTS",
    "LATER_SCRIPTS",
    "SINGLE_SCRIPTS",
    "STYLES",
    "Assets",
    "Theme",
    "templates_dir",
]

STYLES = (
    "css/tokens.css",
    "css/layout.css",
    "css/controls.css",
    "css/table.css",
    "css/columns.css",
    "css/compare.css",
    "css/run.css",
    "css/charts.css",
    "css/chart_parts.css",
    "css/relations.css",
    "css/viewers.css",
    "css/print.css",
)
"""In the order of the cascade."""

FIRST_SCRIPTS = (
    "js/lib/state.js",
    "js/lib/loader.js",
    "js/lib/arrays.js",
    "js/lib/format.js",
    "js/lib/names.js",
    "js/lib/quantity.js",
    "js/lib/tree.js",
    "js/lib/grammar.js",
    "js/lib/query.js",
    "js/lib/filter.js",
    "js/lib/columns.js",
    "js/lib/column_choice.js",
    "js/lib/cells.js",
    "js/lib/sort.js",
    "js/lib/rows.js",
    "js/lib/search.js",
    "js/lib/selection.js",
    "js/lib/viewport.js",
    "js/ui/view.js",
    "js/ui/app.js",
    "js/ui/views.js",
    "js/ui/grid_cells.js",
    "js/ui/grid.js",
    "js/ui/grid_keys.js",
    "js/ui/column_widths.js",
    "js/ui/search_box.js",
    "js/ui/selection.js",
    "js/ui/runs_table.js",
)
"""What the table and the frame of every page need, in the order in which they need each other."""

LATER_SCRIPTS = (
    "js/lib/pattern.js",
    "js/lib/statistics.js",
    "js/lib/draws.js",
    "js/lib/bootstrap.js",
    "js/lib/contrast.js",
    "js/lib/groups.js",
    "js/lib/outline.js",
    "js/lib/group_cells.js",
    "js/lib/chart_groups.js",
    "js/lib/chart_identity.js",
    "js/lib/delta.js",
    "js/lib/takeaway.js",
    "js/lib/merge.js",
    "js/lib/complete.js",
    "js/lib/compare.js",
    "js/lib/compared_sets.js",
    "js/lib/verdict.js",
    "js/lib/compared_details.js",
    "js/lib/line_diff.js",
    "js/lib/downsample.js",
    "js/lib/outliers.js",
    "js/lib/smooth.js",
    "js/lib/clock.js",
    "js/lib/pairing.js",
    "js/lib/detail.js",
    "js/lib/window.js",
    "js/lib/ticks.js",
    "js/lib/scales.js",
    "js/lib/graph.js",
    "js/lib/series.js",
    "js/lib/derived.js",
    "js/lib/plot.js",
    "js/lib/chart_arrangement.js",
    "js/lib/card_order.js",
    "js/lib/bars.js",
    "js/lib/readout.js",
    "js/lib/twin.js",
    "js/lib/chart_spec.js",
    "js/lib/fields.js",
    "js/lib/brushes.js",
    "js/lib/association.js",
    "js/lib/frontier.js",
    "js/lib/surface.js",
    "js/lib/relation_groups.js",
    "js/lib/relation_look.js",
    "js/lib/relation_points.js",
    "js/lib/relation_makers.js",
    "js/lib/relation_choices.js",
    "js/lib/zoom.js",
    "js/lib/steps.js",
    "js/lib/run_names.js",
    "js/lib/wall.js",
    "js/lib/file_tree.js",
    "js/lib/picture_frame.js",
    "js/lib/data_table.js",
    "js/lib/table_join.js",
    "js/lib/column_layout.js",
    "js/lib/column_list.js",
    "js/ui/elements.js",
    "js/ui/side_panel.js",
    "js/ui/late.js",
    "js/ui/all_runs.js",
    "js/ui/grouping.js",
    "js/ui/group_panel.js",
    "js/ui/compare_link.js",
    "js/ui/chart_cards.js",
    "js/ui/sight.js",
    "js/ui/chart_choice.js",
    "js/ui/chart_choice_bar.js",
    "js/ui/suggest.js",
    "js/ui/speech.js",
    "js/ui/pins.js",
    "js/ui/peek.js",
    "js/ui/take_away.js",
    "js/ui/column_supply.js",
    "js/ui/brushing.js",
    "js/ui/column_layout.js",
    "js/ui/tall_list.js",
    "js/ui/column_panel.js",
    "js/ui/column_menu.js",
    "js/ui/touch.js",
    "js/ui/chart_source.js",
    "js/ui/chart_detail.js",
    "js/ui/chart_view.js",
    "js/ui/chart_drawing.js",
    "js/ui/chart_hover.js",
    "js/ui/chart_highlight.js",
    "js/ui/chart_legend.js",
    "js/ui/chart_facets.js",
    "js/ui/chart_picture.js",
    "js/ui/chart_tools.js",
    "js/ui/chart_toolbar.js",
    "js/ui/chart_zoom.js",
    "js/ui/chart_range.js",
    "js/ui/charts.js",
    "js/ui/paper.js",
    "js/ui/parallel_axes.js",
    "js/ui/relation_tip.js",
    "js/ui/relation_targets.js",
    "js/ui/relation_fields.js",
    "js/ui/relation_card.js",
    "js/ui/relations.js",
    "js/ui/framed_figures.js",
    "js/ui/lightbox.js",
    "js/ui/player.js",
    "js/ui/figure_duel.js",
    "js/ui/figure_wall.js",
    "js/ui/file_tree.js",
    "js/ui/viewers.js",
    "js/ui/data_table.js",
    "js/ui/logged_tables.js",
    "js/ui/run_cards.js",
    "js/ui/compare_table.js",
    "js/ui/compare.js",
    "js/ui/compare_choice.js",
    "js/ui/compare_verdict.js",
    "js/ui/compare_charts.js",
    "js/ui/compare_figures.js",
    "js/ui/compare_texts.js",
    "js/ui/compare_parts.js",
)
"""Charts, figures and comparison: loaded when the page has been painted."""

SINGLE_SCRIPTS = (
    "js/lib/state.js",
    "js/lib/loader.js",
    "js/lib/packed.js",
    "js/ui/single.js",
)
"""The shell of a report in one file, which finds the others in it."""

COMMENT = re.compile(r"^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*$", re.DOTALL | re.MULTILINE)
"""A comment that has its lines to itself. Texts of our scripts never go over several lines."""

CSP = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
"""Nothing inline and nothing from elsewhere. Vega compiles expressions, hence ``unsafe-eval``."""

CODE_FOLDERS = ("site", "renderers", "charts", "search")


@dataclass(frozen=True, kw_only=True)
class Assets:
    """Site paths of the files that pages load.

    Parameters
    ----------
    stylesheet, script : str
        Loaded by every page.
    later : str
        More of our script, loaded when the page has been painted.
    vega, charts : str
        Loaded when the first chart comes near the viewport.
    relations : str
        Compiled experiment charts, loaded when their tab is opened.
    logo, icon : str
        Pictures of the report's own; empty for ours.
    """

    stylesheet: str
    script: str
    later: str
    vega: str
    charts: str
    relations: str
    logo: str = ""
    icon: str = ""


class Theme:
    """The templates, ready to render.

    Parameters
    ----------
    folder : Path, optional
        Where they lie; :func:`templates_dir` by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or templates_dir()
        changed = max((path.stat().st_mtime_ns for path in self._folder.rglob("*.j2")), default=0)
        self._environment = _environment(self._folder, changed)

    @property
    def environment(self) -> jinja2.Environment:
        """The Jinja environment: autoescape on, unknown names are errors."""
        return self._environment

    def render(self, template: str, page: object) -> bytes:
        """Render a page.

        Parameters
        ----------
        template : str
            Name below the folder.
        page : object
            The page's context record, all that the template sees.

        Returns
        -------
        bytes
            UTF-8; lone surrogates become U+FFFD.
        """
        text = self._environment.get_template(template).render(page=page)
        return _encode(text)

    @cached_property
    def version(self) -> str:
        """Digest everything that pages are made with: templates, code, libraries that draw."""
        package = Path(reporter.__file__).parent
        code = (path for name in CODE_FOLDERS for path in (package / name).rglob("*.py"))
        digest = hashlib.sha256(f"{reporter.__version__} {renderers.environment()}".encode())
        for path in sorted([*self._folder.rglob("*.j2"), *code]):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:16]

    def write_assets(self, output: SiteOutput, branding: Branding | None = None) -> Assets:
        """Put style sheet, scripts, chart styles and Vega into the site.

        Parameters
        ----------
        output : SiteOutput
        branding : Branding, optional
            Colours and pictures of the report's own.

        Returns
        -------
        Assets
        """
        branding = branding or Branding()
        sheet = self._concatenate(STYLES) + branding.css.encode()
        made_with = [metadata.version(name) for name in ("altair", "vl-convert-python")]
        return Assets(
            stylesheet=_write_asset(output, "site", "css", sheet),
            script=_write_asset(output, "site", "js", self.script(FIRST_SCRIPTS)),
            later=_write_asset(output, "later", "js", self.script(LATER_SCRIPTS)),
            vega=_write_once(output, "vega", made_with, self.version, _vega_file),
            charts=_write_once(output, "charts", made_with, self.version, _charts_file),
            relations=_write_once(output, "relations", made_with, self.version, _relations_file),
            logo=_write_picture(output, "logo", branding.logo),
            icon=_write_picture(output, "icon", branding.icon),
        )

    def _concatenate(self, names: Iterable[str]) -> bytes:
        return b"\n".join((self._folder / name).read_bytes() for name in names)

    def script(self, names: Iterable[str]) -> bytes:
        """Join scripts without their comments, which are half of them, and without indentation."""
        text = self._concatenate(names).decode()
        lines = (line.strip() for line in COMMENT.sub("", text).splitlines())
        return "\n".join(line for line in lines if line).encode()


@cache
def _environment(folder: Path, _changed_ns: int) -> jinja2.Environment:
    """Make the environment once a process: compiling the templates takes longer than most pages.

    Templates that were edited since are another environment; asking of each template, and of each
    fragment of each page, whether it was is 5 % of a build.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=kept_templates(Path(__file__)),
    )
    # Renderers know numbers and no way of printing them.
    environment.filters |= {"number": format_number, "decimals": column_decimals}
    return environment


@cache
def templates_dir() -> Path:
    """Find the templates: inside the package in a wheel, beside it in a checkout.

    Returns
    -------
    Path

    Raises
    ------
    BuildError
        They are in neither place.
    """
    package = Path(reporter.__file__).resolve().parent
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "base.html.j2").is_file():
            return folder
    raise BuildError(
        f"The templates are missing: neither '{package / 'templates'}' nor "
        f"'{package.parent / 'templates'}' holds them.",
        "Install the package again.",
    )


def _write_once(
    output: SiteOutput,
    kind: str,
    made_with: Sequence[str],
    version: str,
    make: Callable[[], tuple[str, bytes]],
) -> str:
    """Write a file that takes long to make, unless the last build made the same one."""
    inputs = inputs_digest(kind, made_with, version)
    if kept := output.reuse(inputs):
        return kept[0]
    path, data = make()
    output.write(path, data, inputs=inputs)
    return path


@cache
def _vega_file() -> tuple[str, bytes]:
    script = charts.vega_script()
    return links.asset_path("vega", _digest(script), "js"), script


@cache
def _charts_file() -> tuple[str, bytes]:
    name, content = payload.data_file("charts", charts.compiled_charts(), "charts")
    return links.data_path(name), content


@cache
def _relations_file() -> tuple[str, bytes]:
    name, content = payload.data_file("relations", charts.compiled_relations(), "relations")
    return links.data_path(name), content


def _write_asset(output: SiteOutput, name: str, extension: str, data: bytes) -> str:
    path = links.asset_path(name, _digest(data), extension)
    output.write(path, data)
    return path


def _write_picture(output: SiteOutput, name: str, picture: Picture | None) -> str:
    return _write_asset(output, name, picture.extension, picture.data) if picture else ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return payload.well_formed(text).encode()
