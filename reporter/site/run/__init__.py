"""One run's page: what it says and shows of a run, and the pass over all runs that writes it."""
