"""Places: where somebody is, by IP address or by time zone."""
