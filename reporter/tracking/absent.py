"""What MLflow has and this package does not, each with one sentence on what to do instead."""

from __future__ import annotations

__all__ = ["reason_for"]

_TRACES = """Traces of language-model calls are not recorded here. MLflow itself keeps them in
such a store with the plugin of 'runpages[mlflow]'."""
_MODELS = """A model belongs to the run that logged it here. Use its log_model() and that run's
params, metrics and tags."""
_DATA = """Only data sets that a run read are kept here. Describe one with reporter.data and
log_input()."""
_LIBRARY = """Models of this library are saved by its own function and logged with log_artifact().
Keras 3 has reporter.keras, a Trainer a callback in reporter.integrations."""

# Parts of names, and what is said of them. The first that is found in a name speaks.
_BY_PART = {
    "prompt": "Prompts are not kept here. Log one with log_text().",
    "mcp": "Servers of tools are not registered here.",
    "webhook": "Nothing is called when a run ends: call it at the end of your script.",
    "workspace": "There are no workspaces here: use a folder for each.",
    "trace span session": _TRACES,
    "assessment feedback expectation log_issue": "Assessments are not kept here. Use set_tag().",
    "logged_model active_model ActiveModel external_model model_artifact": _MODELS,
    "log_model_params log_outputs checkpoints": _MODELS,
    "register_model registered_model model_version registry latest_versions": (
        "There is no model registry here. Log the model into a run and tag that run."
    ),
    "from_huggingface from_spark from_tensorflow": (
        "Turn the data into a pandas or polars frame or an array, and describe that."
    ),
    "dataset load_delta get_source registered_sources": _DATA,
    "evaluat": "Compute the metrics yourself and log them with log_metrics().",
}
# Whole names, and what is said of them.
_BY_NAME = {
    "test metrics": "Compute the metrics yourself and log them with log_metrics().",
    "run projects": "Projects are not run here. Start the script: its command line is recorded.",
    "pyfunc": "Models are not served here. Load them with the library that made them.",
    "deployments gateway server": "Models are not deployed from here.",
    "genai openai anthropic langchain llama_index dspy gemini groq mistral bedrock autogen crewai "
    "litellm ollama agno ag2 smolagents strands pydantic_ai semantic_kernel haystack": (
        "Language-model tooling is not part of this package."
    ),
    "catboost diviner h2o johnsnowlabs onnx paddle pmdarima prophet pyspark sentence_transformers "
    "shap spacy spark statsmodels tensorflow transformers": _LIBRARY,
    "login": "There is nothing to log in to.",
    "doctor": "Use 'report verify', which checks a store.",
    "context config": "Nothing needs it here: see reporter.configure().",
}


def reason_for(name: str) -> str:
    """Say what to do instead of a name of MLflow's that is absent here; empty for other names.

    Examples
    --------
    >>> reason_for("register_model")
    'There is no model registry here. Log the model into a run and tag that run.'
    >>> reason_for("log_metrik")
    ''
    """
    for names, text in _BY_NAME.items():
        if name in names.split():
            return " ".join(text.split())
    for parts, text in _BY_PART.items():
        if any(part in name for part in parts.split()):
            return " ".join(text.split())
    return ""
