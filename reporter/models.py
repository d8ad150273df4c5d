"""What models of every framework share: ``mlflow.models`` under this package's name."""

from reporter.integrations.models import ModelInfo
from reporter.integrations.signature import ModelSignature, infer_signature

__all__ = ["ModelInfo", "ModelSignature", "infer_signature"]
