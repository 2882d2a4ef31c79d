"""Socket.IO: a client in a namespace, from its admission to its end."""
