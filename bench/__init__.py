"""The benchmark: one server on one core, its clients on the other, against peers that do the same work."""
