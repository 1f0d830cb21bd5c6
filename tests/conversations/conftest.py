"""What the tests of conversations may ask for."""

from support.recording import conn, recorder
from support.talking import desk

__all__ = ["conn", "desk", "recorder"]
