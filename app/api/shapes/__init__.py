"""The shapes of REST: every JSON object that is promised to the outside."""
