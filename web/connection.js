// The socket of whoever is logged in. Other files say with `on` which events they take.

import { failure } from "./http.js";
import { $, logEvent, toast } from "./page.js";
import { endSession, onBegin, onEnd, onRenew, session, whyRefused } from "./session.js";

const AGAIN_MS = 3000;

export let socket = null;
let shown = null; // the token that the server has seen of this connection
let closing = null; // what the server says before it closes the connection: {code, message}

const handlers = {};
/** `handler(...payload)` takes each event of that name. */
export const on = (event, handler) => (handlers[event] = handler);

const connected = [];
/** `listener()` is called after each connect: events may have been missed. */
export const onConnect = (listener) => connected.push(listener);

/** Emits an event; returns the server's ack, or throws the error that the ack holds. */
export async function emit(event, payload) {
  const ack = await socket.timeout(10_000).emitWithAck(event, payload);
  if (ack?.error) throw failure(ack.error);
  return ack;
}

onBegin(() => {
  setConnection("connecting", "Connecting…");
  // forceNew: the next user to log in must not share this one's connection.
  socket = io({ auth: introduce, forceNew: true });
  socket.onAny(logEvent);
  for (const [event, handler] of Object.entries(handlers)) socket.on(event, handler);
});

onEnd(() => {
  socket.off().offAny().disconnect();
  socket = null;
  setConnection("offline", "Not connected");
});

/** Called at each connect and reconnect: the token is another one every hour. */
async function introduce(give) {
  const { engine } = socket.io;
  const transportLives = () => engine === socket?.io.engine;
  try {
    shown = await session.tokens.current();
    if (transportLives()) give({ token: shown });
  } catch {
    if (transportLives()) engine.close(); // The client will try again, a little later each time.
  }
}

// ---- a connection lives as long as its token, and longer if it is shown a newer one in time

on("token:expiring", () => (session.tokens.due ? session.tokens.refresh().catch(console.warn) : showNewer()));
onRenew(showNewer);
onConnect(showNewer);

async function showNewer() {
  if (!socket.connected || shown === session.tokens.jwt) return;
  shown = session.tokens.jwt;
  // Where that fails, the server closes the connection when its token expires, and we come back with the new one.
  await emit("token:renew", { token: shown }).then((ack) => logEvent("token:renew", ack), console.warn);
}

async function reconnectWithNewToken() {
  const mine = socket;
  setConnection("reconnecting", "Reconnecting…");
  await session.tokens.refresh().catch(() => new Promise((done) => setTimeout(done, AGAIN_MS)));
  if (mine === socket) mine.connect();
}

// ---- connected, lost, refused

on("connect", () => {
  logEvent("connect", socket.id);
  if ($("connection").dataset.state === "reconnecting") toast("Connected again.");
  setConnection("connected", "Connected");
  closing = null;
  for (const listener of connected) listener();
});

on("closing", (reason) => {
  closing = reason;
  if (reason.code !== "expired") toast(reason.message, "warning");
});

on("disconnect", (reason) => {
  logEvent("disconnect", reason);
  lost(closing?.code === "expired", closing?.message ?? "The server closed the connection.");
});

on("connect_error", ({ data, message }) => {
  logEvent("connect_error", data ?? message);
  lost(data?.code === "token_expired", whyRefused(data?.code, message));
});

/** The client tries again by itself, unless the server has refused it or sent it away for good. */
function lost(expired, message) {
  if (socket.active) setConnection("reconnecting", "Reconnecting…");
  else if (expired) reconnectWithNewToken();
  else endSession(message);
}

function setConnection(name, words) {
  $("connection").dataset.state = name;
  if ($("connection").textContent !== words) $("connection").textContent = words;
}
