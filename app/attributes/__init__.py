"""Custom attributes: which a workspace knows, of what type, and which values fit."""
