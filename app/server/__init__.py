"""The front door: uvicorn's HTTP protocol with capped heads, and the messenger sockets."""
