"""Socket.IO: a client in a namespace, from its admission to its end.

From an HTTP request to the accepted socket, in the order in which it is run; a test walks it:

    transport/endpoint.py   EngineHandler.get, EngineHandler.handshake    the request is checked
    transport/upgrade.py    accept, carry                                 it becomes a WebSocket, where it asks for one
    transport/engine_io.py  EngineIO.open                                 which carries a link, with its client
    transport/link.py       Link.receive                                  that takes packets
    sockets/client.py       Client.connect                                of which one is a CONNECT
    sockets/admission.py    Admission.run, Admission.check                whose token it is, and whether it may come in
    sockets/services.py     Services.authenticate                         asks the app
    sockets/client.py       Client.accept                                 the socket is listed, and told
    sockets/opening.py      run_hook                                      and `connection()` runs
"""
