from __future__ import annotations

import json

import numpy as np
import pytest

from reporter.errors import InvalidInputError
from reporter.models import infer_signature


def test_signatures_are_those_that_mlflow_tells(cases, mlflow_answers):
    ours = {
        name: infer_signature(value, value).to_dict() for name, value in cases.examples().items()
    }
    theirs = mlflow_answers["signatures"]
    wrong = {
        name: (ours[name], theirs[name])
        for name in theirs
        if _read(ours[name]) != _read(theirs[name])
    }
    assert not wrong


def _read(signature):
    return {part: text and json.loads(text) for part, text in signature.items()}


def test_a_part_that_was_not_given_is_none():
    found = infer_signature(np.ones((2, 2)))
    assert found.outputs is None
    assert found.to_dict()["outputs"] is None


def test_params_keep_the_values_they_take_otherwise():
    found = infer_signature(params={"temperature": 0.5, "stop": ["a"]})
    assert found.params == [
        {"name": "temperature", "type": "double", "default": 0.5, "shape": None},
        {"name": "stop", "type": "string", "default": ["a"], "shape": [-1]},
    ]


def test_nested_values_are_objects():
    found = infer_signature({"user": {"age": 3}})
    assert found.inputs[0]["properties"] == {"age": {"type": "long", "required": True}}


def test_what_no_signature_can_be_told_from_is_named():
    with pytest.raises(InvalidInputError, match="told from a object"):
        infer_signature(object())
