// The socket of whoever these tokens are for. It comes back from lost networks, restarts of the server and tokens that
// have expired, and ends with the session.

const AGAIN_MS = 3000;
const pause = () => new Promise((done) => setTimeout(done, AGAIN_MS * (1 + Math.random()))); // not all at once

/**
 * Connects with `io`, that of socket.io-client, and returns its socket. `await load()` fetches what is shown: it is
 * called once we are in our rooms, and again when something may have been missed, or it has failed. All that changes
 * from then on comes as events. `ended({code, message})` is called when the server will not have us any more; the
 * message is for the user. Other options are those of `io`.
 */
export function connect(io, tokens, { url, load = () => {}, ended = () => {}, ...options } = {}) {
  // forceNew: the next user to log in must not share this one's connection.
  const socket = io(url, { auth: introduce, forceNew: true, ...options });
  let shown = null; // the token that the server has seen of this connection
  let loaded = false; // and nothing was missed since
  let beginnings = 0;
  let closing = null; // what the server says before it closes the connection: {code, message}

  /** Called at each connect and reconnect: the token is another one every hour. */
  async function introduce(give) {
    const { engine } = socket.io;
    const transportLives = () => engine === socket.io.engine && socket.active;
    try {
      shown = await tokens.current();
      if (transportLives()) give({ token: shown });
    } catch {
      if (transportLives()) engine.close(); // The client will try again, a little later each time.
    }
  }

  // A connection lives as long as its token, and longer if it is shown a newer one in time.
  socket.on("token:expiring", () => (tokens.due ? tokens.refresh().catch(console.warn) : showNewer()));
  tokens.onRenewed(showNewer);

  async function showNewer() {
    if (!socket.connected || shown === tokens.jwt) return;
    shown = tokens.jwt;
    // Where that fails, the server closes the connection when its token expires, and we come back with the new one.
    await socket.timeout(10_000).emitWithAck("token:renew", { token: shown }).catch(console.warn);
  }

  socket.on("connect", () => {
    closing = null;
    showNewer();
    if (!socket.recovered || !loaded) begin();
  });
  socket.on("closing", (reason) => (closing = reason));
  socket.on("disconnect", (how) => {
    socket.receiveBuffer = []; // What was missed and came, but not up to the connect, will come again.
    if (how !== "io client disconnect") lost(closing ?? { message: "The server closed the connection." });
  });
  socket.on("connect_error", ({ data, message }) => lost({ code: data?.code, message }));
  tokens.onRefused((error) => end({ code: error.details?.code, message: error.message }));

  async function begin() {
    const mine = ++beginnings;
    const isOurs = () => socket.connected && mine === beginnings;
    loaded = false;
    try {
      await socket.emitWithAck("joined?"); // No event is answered before connection() is done, whatever its name.
      await load();
      loaded = isOurs();
    } catch (error) {
      if (!isOurs()) return; // The next connect begins again.
      console.warn(error);
      await pause();
      if (isOurs()) begin();
    }
  }

  /** The stock client tries again by itself, unless the server has refused it or sent it away for good. */
  function lost(reason) {
    if (socket.active) return;
    if (["expired", "token_expired"].includes(reason.code)) comeBack(tokens.refresh().catch(pause));
    else if (reason.code === "internal_error") comeBack(pause()); // The server could not tell whether it will have us.
    else end(reason);
  }

  async function comeBack(ready) {
    await ready;
    if (!tokens.closed) socket.connect();
  }

  function end(reason) {
    socket.disconnect();
    ended(reason);
  }

  return socket;
}
