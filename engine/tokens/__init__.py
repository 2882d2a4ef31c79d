"""The tokens of sockets: where they stand, how long they last, who takes them away."""
