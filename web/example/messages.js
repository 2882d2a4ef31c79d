// The messages of the open room: what was written, what comes, what we write, and who is typing.

import { emit, on, onConnect, socket } from "../connection.js";
import { $, button, complain, element, onSubmit, renderList, showErrors } from "../page.js";
import { countUnread, isShown, onCatchUp, onOpen, open, scrollToEnd } from "./rooms.js";
import { api, onBegin, onEnd, session } from "../session.js";

const PAGE = 50; // messages a request
const TYPING_MS = 2000; // between two events "I am typing"

// known: ids with no gap between them; synced: live messages follow those without a gap.
const empty = () => ({ messages: [], known: new Set(), synced: false, earlier: false, typing: new Map() });
let room = null; // the open room with its messages
let settled = false; // The server has put us into our rooms.

onOpen(() => {
  room = open && { ...open, ...empty() };
  $("composer").reset();
  showErrors($("composer"));
  for (const part of ["messages", "typing"]) $(part).replaceChildren();
  $("earlier").hidden = true;
});

// ---- loading

onConnect(() => {
  settled = false;
  if (room) room.synced = false;
});

onCatchUp(() => catchUp(room));

/** Loads the newest messages and pages back until they meet those we have: nothing missed, nothing twice. */
async function catchUp(room) {
  const connection = socket.id ?? null;
  // The server answers no event before it has put us into our rooms.
  if (connection && !settled) await emit("typing", { room: room.id, typing: false });
  settled = true;
  const first = room.known.size === 0;
  const oldest = room.messages[0]?.id;
  // At first one page is enough, unless more is needed to reach what has come meanwhile.
  const enough = () => first && (!oldest || missed[0].id <= oldest);
  let missed = [];
  let page, met;
  do {
    page = await loadPage(room, missed);
    missed = [...page, ...missed];
    met = page.length < PAGE || page.some(({ id }) => room.known.has(id));
  } while (!met && !enough());
  if (first) room.earlier = !met;
  for (const { id } of missed) room.known.add(id);
  room.synced = socket.id === connection;
  merge(room, missed);
}

const loadPage = ({ id }, [oldest]) =>
  api("GET", `/rooms/${id}/messages?limit=${PAGE}${oldest ? `&before=${oldest.id}` : ""}`);

$("earlier").addEventListener("click", () => loadEarlier(room).catch(complain));

async function loadEarlier(room) {
  const page = await loadPage(room, room.messages);
  room.earlier = page.length === PAGE;
  if (!room.earlier) $("history").focus(); // the button goes away
  merge(room, page);
}

/** A message may reach us twice, as the answer to its POST and as an event: its id makes them one. */
function merge(into, messages) {
  const byId = new Map([...into.messages, ...messages].map((message) => [message.id, message]));
  into.messages = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (into === room) renderMessages();
}

// ---- they write

on("message", (message) => {
  if (room?.id === message.room) {
    if (room.synced) room.known.add(message.id);
    setTyping(room, message.from, false);
    merge(room, [message]);
  }
  if (!isShown(message.room) && message.from.id !== session.user.id) countUnread(message.room);
});

on("typing", ({ room: id, from, typing }) => {
  if (room?.id === id && from.id !== session.user.id) setTyping(room, from, typing);
});

/** Shows that somebody types, until they send, stop or fall silent. */
function setTyping(where, { id, username }, typing) {
  clearTimeout(where.typing.get(id)?.timer);
  where.typing.delete(id);
  const stop = () => setTyping(where, { id }, false);
  if (typing) where.typing.set(id, { username, timer: setTimeout(stop, 2 * TYPING_MS) });
  const names = [...where.typing.values()].map((typist) => typist.username);
  if (where !== room) return;
  $("typing").textContent = names.length ? `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing…` : "";
}

// ---- we write

let posted = Promise.resolve();
let typedAt = 0;

onSubmit("composer", async ({ text }) => text.trim() && send(room, text));

$("text").addEventListener("input", typed);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

/** Posts one after another, so that fast writing keeps its order. */
function send(to, text) {
  $("composer").reset();
  typedAt = 0;
  posted = posted.then(() => post(to, text)).catch((error) => {
    if (to !== room) return complain(error);
    $("text").value ||= text;
    showErrors($("composer"), error);
  });
}

async function post(to, text) {
  merge(to, [await api("POST", `/rooms/${to.id}/messages`, { text })]);
  if (to === room) scrollToEnd();
}

function typed() {
  const typing = $("text").value !== "";
  if (!socket.connected || (typing && Date.now() - typedAt < TYPING_MS)) return;
  typedAt = typing ? Date.now() : 0;
  emit("typing", { room: room.id, typing }).catch(complain);
}

// ---- rendering

function renderMessages() {
  const history = $("history");
  const first = $("messages").firstChild;
  const below = history.scrollHeight - history.scrollTop;
  const atEnd = below - history.clientHeight < 48;
  renderList($("messages"), room.messages, createMessage);
  $("earlier").hidden = !room.earlier;
  if (atEnd) scrollToEnd();
  else if (first !== $("messages").firstChild) history.scrollTop = history.scrollHeight - below;
}

function createMessage({ from, text, createdAt }) {
  const author = element("b", { textContent: from.username, data: { mine: from.id === session.user.id } });
  const format = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  const time = element("time", { dateTime: createdAt, textContent: new Date(createdAt).toLocaleString([], format) });
  return [author, " ", time, element("p", { textContent: text })];
}
