"""Bytes in and out: WebSocket frames, packets, JSON. No sockets, no loop."""
