"""The messenger's side: pings, fallback heartbeats and the snippet."""
