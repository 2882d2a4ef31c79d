"""Connection state recovery: who comes back within a while gets what was sent meanwhile, all of it or nothing."""
