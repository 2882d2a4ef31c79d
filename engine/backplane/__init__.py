"""How nodes hear of each other: what is sent on one reaches the sockets of all. A node is one process of the app."""
