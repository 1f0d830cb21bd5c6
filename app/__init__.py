"""Porchlight: who is in your app right now, and who they are."""

__version__ = "0.1.0"
