"""Experiment charts: what runs have in common and what makes them differ, as kinds of charts.

A kind is a module of this folder. Importing the package imports all of them, which registers them.
"""

from __future__ import annotations

import importlib
import pkgutil

from reporter.charts.relations.registry import RELATIONS, Option, Relation, Slot, relation

__all__ = ["RELATIONS", "Option", "Relation", "Slot", "relation"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
