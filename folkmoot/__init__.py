"""Folkmoot: what readers do with a news story. They talk under it, set it right, and act on it."""

__version__ = "0.1.0"
