"""What keeps the event loop free: one timer, writes that are joined, turns, tasks that are held."""
