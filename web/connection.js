// The page's connection. Other files say with `on` which events they take.

import { failure } from "./client/http.js";
import { connect } from "./client/socket.js";
import { watch } from "./outage.js";
import { $, logEvent } from "./page.js";
import { endSession, onBegin, onEnd, session, whyRefused } from "./session.js";
import { over, tell, toast } from "./toasts.js";

// Closings that concern nobody who reads the page: it is back at once.
const QUIET = ["expired", "role", "resync"];

export let socket = null;
let quiet = false; // The last closing was such a one.
let settling = null;

const handlers = {};
/** `handler(...payload)` takes each event of that name. */
export const on = (event, handler) => (handlers[event] = handler);

/** Another object after each connect before which events may have been missed; null while not connected. */
export let stretch = null;
let latest = null;

let made = 0; // Events since the connection was lost: what was missed comes before we are connected again.

const connected = [];
/** `listener()` is called after each connect: events may have been missed. */
export const onConnect = (listener) => connected.push(listener);

/** Resolves when connection() of realtime/connection.py is done with us. Rejects if the connection ends before that. */
export const settled = () => settling;

/** Emits an event; returns the server's ack, or throws the error that the ack holds. */
export async function emit(event, payload) {
  const ack = await socket.timeout(10_000).emitWithAck(event, payload);
  if (ack?.error) throw failure(ack.error);
  return ack;
}

onBegin(() => {
  setConnection("connecting", "Connecting…");
  const ended = ({ code, message }) => mine === socket && endSession(whyRefused(code, message));
  const mine = connect(io, session.tokens, { ended });
  socket = mine;
  socket.onAny(heard);
  socket.onAnyOutgoing((event) => event === "token:renew" && logEvent(event));
  for (const [event, handler] of Object.entries(handlers)) socket.on(event, handler);
});

onEnd(() => {
  socket.off().offAny().offAnyOutgoing().disconnect();
  socket = stretch = null;
  over("connection");
  setConnection("offline", "Not connected");
});

/** Whatever comes, but for what tells the client alone how far it is. */
function heard(event, ...payload) {
  if (event === "~") return;
  made += 1;
  logEvent(event, ...payload);
}

on("connect", () => {
  if (socket.recovered) logEvent("connect", socket.id, { recovered: true, missed: made });
  else logEvent("connect", socket.id);
  latest = stretch = (socket.recovered && latest) || {};
  // The server answers no event before connection() is done, not even one that it does not know.
  settling = socket.emitWithAck("settled");
  settling.then(setUp, () => {}); // A connection that ends is told of below.
  for (const listener of connected) listener();
});

function setUp() {
  const wasAway = $("connection").dataset.state === "reconnecting" && !quiet;
  if (over("connection") || wasAway) toast("Connected again.");
  quiet = false;
  setConnection("connected", "Connected");
}

on("closing", ({ code, message }) => {
  quiet = QUIET.includes(code);
  if (!quiet) tell("connection", message);
});

on("disconnect", (reason) => lost("disconnect", reason));

on("connect_error", ({ data, message, description }) => {
  lost("connect_error", data ?? message);
  if (description === 503) watch();
});

on("error", ({ message }) => toast(message, "error"));

function lost(event, why) {
  logEvent(event, why);
  made = 0;
  stretch = null;
  if (socket) setConnection("reconnecting", "Reconnecting…");
}

function setConnection(name, words) {
  $("connection").dataset.state = name;
  if ($("connection").textContent !== words) $("connection").textContent = words;
}
