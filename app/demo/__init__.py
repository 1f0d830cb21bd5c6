"""The demo: a workspace to look at when a server is started for the first time."""

from app.demo.links import DemoLinks, demo_links

__all__ = ["DemoLinks", "demo_links"]
