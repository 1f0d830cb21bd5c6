"""The dashboard: pages for teammates, and the socket that moves their green dots."""
