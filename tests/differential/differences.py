"""Where we answer otherwise than MLflow on purpose; each sentence stands in ``docs/api.md``."""

from __future__ import annotations

DIFFERENCES = {
    "bad-status": "An end with a status that does not exist is refused and leaves the run active.",
    "dataset-tags": "The tags of a data set that a run read are a mapping, not a list.",
    "deleted-end": "A run that is deleted while it is active can be ended.",
    "dying-script": "A script that dies of an error ends its run as FAILED, not FINISHED.",
    "equal-points": "Points that are equal in step, time and value are all kept.",
    "filter-less": "A filter that breaks off behind `AND` is refused.",
    "filter-more": "Filters and `order_by` take more: see the filter language.",
    "image-keys": "Keys of images may hold `#`.",
    "image-twins": "An image logged by key and step is one file; there is no small twin beside it.",
    "infinity": "Infinities come back as infinities, not as ±1.8e308.",
    "interrupted": "A block that is interrupted ends its run as KILLED, not FAILED.",
    "logged-order": "`get_metric_history` returns points as they were logged, not sorted by time.",
    "long-keys": "Keys of more than 250 characters are kept, with a warning.",
    "long-values": "Long params, tags and names are kept whole, not cut off or refused.",
    "missing-folder": "`log_artifacts` of a folder that is not there is refused.",
    "old-times": "Times before 1970 are kept.",
    "paths": "Wherever MLflow takes a path as text, a `Path` will do.",
    "resume-anywhere": "A run can be taken up again whatever experiment is chosen.",
    "resumed-end": "A run that was taken up again has no end time until it ends again.",
    "small-letters": "Statuses may be written in small letters.",
    "state-codes": "Errors about deleted experiments have the code INVALID_PARAMETER_VALUE.",
    "text-ids": "An experiment id that is no number is unknown like any other.",
    "unknown-run": "Asking for a metric of an unknown run is an error, not an empty list.",
    "view-types": "A view type that does not exist is refused.",
    "whole-steps": "Steps are whole numbers: 1.5 is refused, numpy's come back as they were.",
}
