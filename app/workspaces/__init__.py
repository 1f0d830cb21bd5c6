"""Workspaces: one customer's app each, and its switches."""
