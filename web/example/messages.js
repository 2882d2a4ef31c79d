// The messages of the open room: what was written, what comes, what we write, and who is typing.

import { emit, on, onConnect, settled, socket, stretch } from "../connection.js";
import { complain, explain, onSubmit, showErrors } from "../forms.js";
import { $, element, renderList } from "../page.js";
import { api, session } from "../session.js";
import { clock, inDays } from "./days.js";
import { countUnread, isShown, onCatchUp, onOpen, open, scrollToEnd } from "./rooms.js";

const PAGE = 50; // messages a request
const TYPING_MS = 2000; // between two events "I am typing"

// known: ids with no gap between them; synced: live messages follow those without a gap.
const empty = () => ({ messages: [], known: new Set(), synced: false, earlier: false, typing: new Map() });
let room = null; // the open room with its messages

const history = $("history");
let height = 0;
let atEnd = true; // The newest is in view.

onOpen(() => {
  room = open && { ...open, ...empty() };
  $("composer").reset();
  showErrors($("composer"));
  for (const part of ["messages", "typing"]) $(part).replaceChildren();
  $("earlier").hidden = true;
  history.ariaBusy = true;
  atEnd = true;
});

// ---- loading

onConnect(() => {
  if (room && !socket.recovered) room.synced = false;
});

onCatchUp(() => catchUp(room));

/** Loads the newest messages and pages back until they meet those we have: nothing missed, nothing twice. */
async function catchUp(room) {
  const began = stretch;
  if (began) await settled(); // By then the server has put us into our rooms.
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
  room.synced = began !== null && began === stretch;
  merge(room, missed);
}

const loadPage = ({ id }, [oldest]) =>
  api("GET", `/rooms/${id}/messages?limit=${PAGE}${oldest ? `&before=${oldest.id}` : ""}`);

$("earlier").addEventListener("click", () => loadEarlier(room).catch(complain));

async function loadEarlier(room) {
  const page = await loadPage(room, room.messages);
  room.earlier = page.length === PAGE;
  if (!room.earlier) history.focus(); // the button goes away
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
    explain($("composer"), error);
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

// Whoever sees the newest message goes on seeing it, also when something else takes of the space.
new ResizeObserver(() => {
  height = history.clientHeight;
  if (atEnd) scrollToEnd();
}).observe(history);

history.addEventListener("scroll", () => {
  // With another height it is not the reader who has scrolled.
  if (height === history.clientHeight) atEnd = history.scrollHeight - history.scrollTop - height < 48;
});

function renderMessages() {
  const first = $("messages").firstChild;
  const below = history.scrollHeight - history.scrollTop;
  const items = inDays(room.messages);
  renderList($("messages"), items, (item) => (item.day ? createDay(item) : createMessage(item)));
  items.forEach(({ follows = false }, index) => $("messages").children[index].classList.toggle("follows", follows));
  history.ariaBusy = null;
  $("earlier").hidden = !room.earlier;
  if (atEnd) scrollToEnd();
  else if (first !== $("messages").firstChild) history.scrollTop = history.scrollHeight - below;
}

function createDay({ day, text }) {
  return [element("time", { className: "day", dateTime: day.toISOString(), textContent: text })];
}

function createMessage({ from, text, createdAt }) {
  const author = element("b", { textContent: from.username, data: { mine: from.id === session.user.id } });
  const when = new Date(createdAt);
  const time = element("time", { dateTime: createdAt, title: when.toLocaleString(), textContent: clock(when) });
  return [element("div", {}, author, " ", time), element("p", { textContent: text })];
}
