"""The registry of experiment charts: what a kind is called, what a reader chooses, how it is drawn.

A kind is one module with one decorated function, which returns an Altair chart without data. The
page binds rows to its named data sets: ``maker`` names which ones it makes (see
``templates/js/lib/relation_makers.js``). Knows no compiler, no theme and no page.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reporter.errors import InvalidInputError

__all__ = ["RELATIONS", "Option", "Relation", "Scale", "Slot", "relation"]

Scale = Literal["linear", "log", "time", "category", "zero"]
"""Of an axis. ``zero`` is linear and shows zero, for marks whose length is the value."""

AltairChart = Any
"""A chart of one layer or of several. How precisely Altair types its methods changes by version."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A column that a reader chooses for a chart.

    Parameters
    ----------
    name : str
        In links and in the rows of the chart.
    label : str
        What stands before the choice.
    takes : {"any", "number", "group", "many"}
        ``group``: anything, put into groups; ``many``: a list of columns.
    default : {"", "goal", "param", "param2", "time", "params"}
        What is chosen at first: nothing, the metric that the tab is about, the params that say
        most about it, or when runs began.
    axis : {"", "x", "y"}
        Which axis takes its scale from the column.
    """

    name: str
    label: str
    takes: Literal["any", "number", "group", "many"] = "any"
    default: Literal["", "goal", "param", "param2", "time", "params"] = ""
    axis: Literal["", "x", "y"] = ""


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something of a chart that is on or off.

    Parameters
    ----------
    name, label : str
        In links, and on the button.
    note : str
        One sentence, shown when the pointer rests on the button.
    is_on : bool or None
        At first; None has the data decide.
    """

    name: str
    label: str
    note: str = ""
    is_on: bool | None = False


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A kind of experiment chart.

    Parameters
    ----------
    name : str
        In links and data files.
    title, note : str
        Above the chart; what it shows and how to read it, in one sentence.
    maker : str
        Which function of the page makes its rows.
    draw : callable
        Takes a scale by name of an axis, returns an Altair chart without data.
    slots : tuple of Slot
    options : tuple of Option
    axes : mapping of str to tuple of Scale
        The scales that each axis may have. A chart is compiled for every combination.
    width : {"full", "half", "third"}
        Of the page.
    place : int
        Where it stands: kinds are ordered by it.
    """

    name: str
    title: str
    note: str
    maker: str
    draw: Callable[[Mapping[str, Scale]], AltairChart]
    slots: tuple[Slot, ...] = ()
    options: tuple[Option, ...] = ()
    axes: Mapping[str, tuple[Scale, ...]] = field(default_factory=dict)
    width: Literal["full", "half", "third"] = "half"
    place: int = 1000

    def variants(self) -> Iterator[tuple[str, AltairChart]]:
        """Draw the chart for every combination of scales.

        Yields
        ------
        str
            Scales of the axes, in their order, with hyphens between: ``log-linear``.
        altair.Chart or altair.LayerChart
        """
        for chosen in itertools.product(*self.axes.values()):
            scales: dict[str, Scale] = dict(zip(self.axes, chosen, strict=True))
            yield "-".join(chosen), self.draw(scales)


RELATIONS: dict[str, Relation] = {}
"""Every kind, by name."""


def relation(
    name: str,
    *,
    title: str,
    note: str,
    maker: str = "",
    slots: tuple[Slot, ...] = (),
    options: tuple[Option, ...] = (),
    axes: Mapping[str, tuple[Scale, ...]] | None = None,
    width: Literal["full", "half", "third"] = "half",
    place: int = 1000,
) -> Callable[[Callable[[Mapping[str, Scale]], AltairChart]], Relation]:
    """Register the decorated function as a kind of chart.

    Parameters
    ----------
    name, title, note, maker, slots, options, axes, width, place
        See :class:`Relation`; the maker has the chart's name unless another is given.

    Returns
    -------
    callable
        Takes the function, returns the record.

    Raises
    ------
    InvalidInputError
        A kind of this name stands already.
    """

    def register(draw: Callable[[Mapping[str, Scale]], AltairChart]) -> Relation:
        if name in RELATIONS:
            raise InvalidInputError(f"There is an experiment chart named {name!r} already.")
        RELATIONS[name] = Relation(
            name=name,
            title=title,
            note=note,
            maker=maker or name,
            draw=draw,
            slots=slots,
            options=options,
            axes=axes or {},
            width=width,
            place=place,
        )
        return RELATIONS[name]

    return register
