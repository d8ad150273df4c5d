"""Histories: read once, cut into files of several tiers, drawn as charts and small lines."""
