"""The trail: who saw or changed what, and who is told of it."""
