"""python-socketio on Tornado, as its documentation says: `python -m bench.peers.stock_tornado PORT`."""

import asyncio
import sys

import socketio
import tornado.web

from bench.peers.stock import make_server


async def main():
    handler = socketio.get_tornado_handler(make_server("tornado"))
    tornado.web.Application([(r"/socket.io/", handler)]).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
