"""What all tests may ask for."""

pytest_plugins = ["support.database", "support.postgres"]
