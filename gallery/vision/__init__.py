"""Networks: finding faces and reading emotions. Importing this much costs no torch; modules that do say so."""

__all__ = ["checkpoints", "detector", "device", "lazy", "loading", "networks", "onnx_export", "preprocess", "weights"]
