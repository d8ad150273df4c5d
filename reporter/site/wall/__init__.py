"""Figures and tables of many runs beside each other."""
