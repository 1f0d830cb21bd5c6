"""Commands that are more than a few lines: what ``app/cli.py`` makes known, a module for each subject."""
