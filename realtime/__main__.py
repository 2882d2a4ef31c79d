"""`python -m realtime send ROOM EVENT JSON`, and the other calls of `io`, from a terminal. It needs REDIS_URL."""

from engine.process.command import main
from settings import load

if __name__ == "__main__":
    main(load)
