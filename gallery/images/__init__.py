"""From a file to an upright picture and what the file says of itself."""

__all__ = ["annotate", "crops", "decode", "look", "quality", "recognise", "scan"]
