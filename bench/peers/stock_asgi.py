"""python-socketio on uvicorn with uvloop: `python -m bench.peers.stock_asgi PORT`."""

import sys

import socketio
import uvicorn

from bench.peers.stock import make_server

app = socketio.ASGIApp(make_server("asgi"))

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", log_level="warning")
