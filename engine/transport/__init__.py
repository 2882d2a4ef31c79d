"""Engine.IO: what carries packets between a client and us, over HTTP and WebSocket."""
