// The page's connection. Other files say with `on` which events they take.

import { failure } from "./client/http.js";
import { connect } from "./client/socket.js";
import { $, logEvent, toast } from "./page.js";
import { endSession, onBegin, onEnd, session, whyRefused } from "./session.js";

export let socket = null;

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
  const ended = ({ code, message }) => mine === socket && endSession(whyRefused(code, message));
  const mine = connect(io, session.tokens, { ended });
  socket = mine;
  socket.onAny(logEvent);
  socket.onAnyOutgoing((event) => event === "token:renew" && logEvent(event));
  for (const [event, handler] of Object.entries(handlers)) socket.on(event, handler);
});

onEnd(() => {
  socket.off().offAny().offAnyOutgoing().disconnect();
  socket = null;
  setConnection("offline", "Not connected");
});

on("connect", () => {
  logEvent("connect", socket.id);
  if ($("connection").dataset.state === "reconnecting") toast("Connected again.");
  setConnection("connected", "Connected");
  for (const listener of connected) listener();
});

on("closing", ({ code, message }) => code !== "expired" && toast(message, "warning"));

on("disconnect", (reason) => lost("disconnect", reason));
on("connect_error", ({ data, message }) => lost("connect_error", data ?? message));

function lost(event, why) {
  logEvent(event, why);
  if (socket) setConnection("reconnecting", "Reconnecting…");
}

function setConnection(name, words) {
  $("connection").dataset.state = name;
  if ($("connection").textContent !== words) $("connection").textContent = words;
}
