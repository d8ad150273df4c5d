"""``python -m reporter.cli``: the command line where its script is not installed."""

from reporter.cli import main

main(prog_name="report")
