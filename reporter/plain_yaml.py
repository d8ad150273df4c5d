"""Read YAML that a stranger wrote: plain values alone, and nothing in it ends or fills the process.

The parser in C crashes the interpreter where brackets nest some thousand deep, and both parsers
write out merged references until memory is full. So C reads what cannot nest deep, and everything
else goes to the slower parser, which is told its limits. Knows no file and no tool.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

__all__ = ["load_documents"]

# The parser in C takes some 3,000 levels on a thread's stack of half a megabyte; each level needs
# a bracket, a dash or question mark in one line with another, or a space of indentation more.
_MAX_OPENED = 500
_OPENING = re.compile(r"[\[{]")
_DEEP = re.compile(r"(?:[-?][ \t]+){50}|^[ \t]{500}", re.MULTILINE)
# Of what `<<` merges into one table.
_MAX_MERGED = 100_000


def load_documents(text: str, *, is_linked: bool = True) -> list[Any]:  # Any: what YAML holds
    """Parse a text.

    Parameters
    ----------
    text : str
    is_linked : bool
        Whether a value may refer to another one (``*name``). Such values are one object, which may
        stand in itself; whoever walks through them must count.

    Returns
    -------
    list
        Its documents: dictionaries, lists, texts, numbers, dates.

    Raises
    ------
    ValueError
        It is no YAML, asks for more than plain values, or is nested too deep.

    Examples
    --------
    >>> load_documents("lr: 0.1")
    [{'lr': 0.1}]
    """
    import yaml

    try:
        return list(yaml.load_all(text, _loader(text, is_linked=is_linked)))  # safe loaders alone
    except RecursionError:
        raise ValueError("nested too deep") from None
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f"line {mark.line + 1}: " if mark is not None else ""
        reason = str(getattr(error, "problem", None) or error)
        raise ValueError(f"{at}{reason}") from error


def _loader(text: str, *, is_linked: bool) -> Any:  # Any: yaml has no types
    import yaml

    can_nest = len(_OPENING.findall(text)) > _MAX_OPENED or _DEEP.search(text)
    can_grow = "*" in text and ("<<" in text or not is_linked)
    if can_nest or can_grow:
        return _careful_loader(is_linked=is_linked)
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _careful_loader(*, is_linked: bool) -> Any:  # Any: yaml has no types
    import yaml

    class CarefulLoader(yaml.SafeLoader):
        """Raises where nodes refer to others, if they may not, and where merging them explodes."""

        def compose_node(self, parent: Any, index: Any) -> Any:  # Any: yaml's own nodes
            if not is_linked and self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
                raise yaml.composer.ComposerError(problem="an alias", problem_mark=mark)
            return super().compose_node(parent, index)

        def flatten_mapping(self, node: Any) -> None:  # Any: as above
            super().flatten_mapping(node)
            if len(node.value) > _MAX_MERGED:
                problem = "merges more than it may"
                raise yaml.constructor.ConstructorError(
                    problem=problem, problem_mark=node.start_mark
                )

    return CarefulLoader
