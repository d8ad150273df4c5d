"""MLflow's stores over a folder of ours, in parts: experiments, runs, models, traces, registry.

Imported by :mod:`reporter.adapters.mlflow_store` when MLflow opens a URI of ours, and by nothing
else: every module here needs MLflow.
"""
