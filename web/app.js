// The demo page. It uses nothing but the REST routes and the events that your own client would use.
// Sections: state, api, session, socket, rooms, messages, typing, render, forms.

const PAGE = 50; // messages a request
const LOG_SIZE = 200;
const TYPING_MS = 2000; // between two events "I am typing"

const $ = (id) => document.getElementById(id);
const tabs = document.querySelectorAll("nav button");

// ---- state

// settled: the server has put us into our rooms. closing: why it closes the connection. open: the open room.
const nobody = () => ({ jwt: null, user: null, socket: null, settled: false, closing: null, open: null, ...lists() });
const lists = () => ({ rooms: new Map(), unread: new Map() });
let state = nobody();

// ---- api

/** Calls a route; returns its JSON, or throws the error of the server's envelope. */
async function api(method, path, body) {
  const session = state;
  const headers = { "Content-Type": "application/json" };
  if (session.jwt) headers.Authorization = `Bearer ${session.jwt}`;
  const response = await fetch(`/api${path}`, { method, headers, body: body && JSON.stringify(body) }).catch(() => {
    throw new Error("The server cannot be reached. Try again in a moment.");
  });
  const answer = await response.json().catch(() => null);
  if (session !== state) throw failure({ message: "" }); // for who was logged in when we asked
  if (response.ok && answer !== null) return answer;
  if (response.status === 401 && session.jwt) endSession("Your session has ended. Please log in again.");
  throw failure(answer?.error ?? { message: `The server answered ${response.status}.` });
}

/** Emits an event; returns once the server has acked it, or throws the error that the ack holds. */
async function emit(event, payload) {
  const ack = await state.socket.timeout(10_000).emitWithAck(event, payload);
  if (ack?.error) throw failure(ack.error);
}

const failure = (error) => Object.assign(new Error(error.message), error);

/** Tells of an error that belongs to no form. */
function complain(error) {
  if (error.message) toast(error.message, "error");
  if (!error.status) console.warn(error);
}

// ---- session

function startSession({ jwt, user }) {
  state = { ...nobody(), jwt, user };
  // sessionStorage belongs to one tab, where localStorage belongs to the whole browser:
  // so two tabs can be two users, and a reload stays logged in.
  sessionStorage.setItem("session", JSON.stringify({ jwt, user }));
  renderSession();
  setConnection("connecting", "Connecting…");
  // forceNew: the next user to log in must not share this one's connection.
  state.socket = io({ auth: { token: jwt }, forceNew: true });
  state.socket.onAny(logEvent);
  for (const [event, handler] of Object.entries(events)) state.socket.on(event, handler);
}

function endSession(message) {
  sessionStorage.removeItem("session");
  state.socket.off().offAny().disconnect();
  closeRoom();
  state = nobody();
  renderSession();
  setConnection("offline", "Not connected");
  if (message) showErrors($("auth"), { message });
  $("identifier").focus();
}

// ---- socket

/** The client tries again by itself, unless the server has refused it or sent it away for good. */
function connectionLost(event, detail, message) {
  logEvent(event, detail);
  if (state.open) state.open.synced = false;
  if (state.socket.active) setConnection("reconnecting", "Reconnecting…");
  else endSession(message);
}

const events = {
  connect() {
    logEvent("connect", state.socket.id);
    if ($("connection").dataset.state === "reconnecting") toast("Connected again.");
    setConnection("connected", "Connected");
    state.settled = false;
    state.closing = null;
    recover();
  },
  connect_error: ({ data, message }) => connectionLost("connect_error", data ?? message, `Please log in: ${message}`),
  disconnect: (reason) => connectionLost("disconnect", reason, state.closing ?? "The server closed the connection."),
  closing({ message }) {
    state.closing = message;
    toast(message, "warning");
  },
  error: ({ message }) => toast(message, "error"),
  notice: ({ from, text }) => toast(`Notice from ${from.username}: ${text}`, "notice"),
  message(message) {
    const room = state.open;
    if (room?.id === message.room) {
      if (room.synced) room.known.add(message.id);
      setTyping(room, message.from, false);
      merge(room, [message]);
    }
    if (isShown(message.room) || message.from.id === state.user.id) return;
    state.unread.set(message.room, (state.unread.get(message.room) ?? 0) + 1);
    renderRooms();
  },
  typing({ room, from, typing }) {
    if (state.open?.id === room && from.id !== state.user.id) setTyping(state.open, from, typing);
  },
  "room:added"(room) {
    const byOthers = room.members.length > 1; // alone in it: we made it ourselves, here or in another tab
    if (byOthers && !state.rooms.has(room.id)) toast(`You were added to “${room.name}”.`);
    addRoom(room);
  },
  "room:removed": (room) => forgetRoom(room),
  "member:added": ({ room, member }) => membersChanged(room, `${member.username} was added.`),
  "member:removed"({ room, member }) {
    if (member.id !== state.user.id) membersChanged(room, `${member.username} is no longer in the room.`);
  },
};

/** After each connect, on opening a room, and again while the server cannot answer: what may have changed meanwhile. */
async function recover() {
  const { socket } = state;
  try {
    await loadRooms();
    if (state.open) await Promise.all([loadMembers(), catchUp(state.open)]);
  } catch (error) {
    if (socket !== state.socket || !socket.connected) return;
    complain(error);
    setTimeout(() => socket === state.socket && socket.connected && recover(), 3000);
  }
}

// ---- rooms

async function loadRooms() {
  const before = state.rooms;
  const rooms = await api("GET", "/rooms");
  if (before !== state.rooms) return loadRooms(); // an event came meanwhile and knows better than this answer
  const ids = rooms.map(({ id }) => id);
  for (const room of before.values()) if (!ids.includes(room.id)) forgetRoom(room);
  state.rooms = new Map(rooms.map((room) => [room.id, room]));
  renderRooms();
}

function addRoom(room) {
  state.rooms = new Map(state.rooms).set(room.id, room);
  renderRooms();
}

function forgetRoom({ id, name }) {
  if (!state.rooms.has(id)) return;
  state.rooms = new Map([...state.rooms].filter(([key]) => key !== id));
  state.unread.delete(id);
  if (state.open?.id === id) closeRoom();
  renderRooms();
  toast(`You are no longer in “${name}”.`, "warning");
}

function openRoom({ id, name }) {
  if (state.open?.id !== id) {
    closeRoom();
    // known: ids with no gap between them; synced: live messages follow those without a gap.
    state.open = { id, name, messages: [], known: new Set(), synced: false, earlier: false, typing: new Map() };
    renderRoom();
    recover();
  }
  showPane("chat");
  // On a touch screen the composer's focus would cover half of the room with a keyboard.
  $(matchMedia("(pointer: coarse)").matches ? "room-name" : "text").focus();
}

function closeRoom() {
  if (!state.open) return;
  const hadFocus = $("pane-chat").contains(document.activeElement);
  state.open = null;
  $("composer").reset();
  renderRoom();
  showPane("rooms");
  if (hadFocus) $("rooms-title").focus();
}

async function removeMember(room, username) {
  await api("DELETE", `/rooms/${room.id}/members/${encodeURIComponent(username)}`);
  if (username === state.user.username) forgetRoom(room);
}

async function loadMembers() {
  const room = state.open;
  const members = await api("GET", `/rooms/${room.id}/members`);
  if (room === state.open) renderMembers(room, members);
}

function membersChanged(id, text) {
  if (state.open?.id !== id) return;
  toast(text);
  loadMembers().catch(complain);
}

// ---- messages

/** Loads the newest messages and pages back until they meet those we have: nothing missed, nothing twice. */
async function catchUp(room) {
  const connection = state.socket.id ?? null;
  // The server answers no event before it has put us into our rooms.
  if (connection && !state.settled) await emit("typing", { room: room.id, typing: false });
  state.settled = true;
  const first = room.known.size === 0;
  let missed = [];
  let page, met;
  do {
    page = await loadPage(room, missed);
    missed = [...page, ...missed];
    met = page.length < PAGE || page.some(({ id }) => room.known.has(id));
  } while (!met && !first);
  if (first) room.earlier = !met;
  for (const { id } of missed) room.known.add(id);
  room.synced = state.socket.id === connection;
  merge(room, missed);
}

const loadPage = ({ id }, [oldest]) =>
  api("GET", `/rooms/${id}/messages?limit=${PAGE}${oldest ? `&before=${oldest.id}` : ""}`);

async function loadEarlier() {
  const room = state.open;
  const page = await loadPage(room, room.messages);
  room.earlier = page.length === PAGE;
  if (!room.earlier) $("history").focus(); // the button goes away
  merge(room, page);
}

/** A message may reach us twice, as the answer to its POST and as an event: its id makes them one. */
function merge(room, messages) {
  const byId = new Map([...room.messages, ...messages].map((message) => [message.id, message]));
  room.messages = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (room === state.open) renderMessages(room);
}

let posted = Promise.resolve();

/** Posts one after another, so that fast writing keeps its order. */
function send(text) {
  const room = state.open;
  $("composer").reset();
  typedAt = 0;
  posted = posted.then(() => post(room, text)).catch((error) => {
    if (room !== state.open) return complain(error);
    $("text").value ||= text;
    showErrors($("composer"), error);
  });
}

async function post(room, text) {
  merge(room, [await api("POST", `/rooms/${room.id}/messages`, { text })]);
  if (room === state.open) scrollToEnd();
}

// ---- typing

let typedAt = 0;

function typed() {
  const typing = $("text").value !== "";
  if (!state.socket.connected || (typing && Date.now() - typedAt < TYPING_MS)) return;
  typedAt = typing ? Date.now() : 0;
  emit("typing", { room: state.open.id, typing }).catch(complain);
}

/** Shows that somebody types, until they send, stop or fall silent. */
function setTyping(room, { id, username }, typing) {
  clearTimeout(room.typing.get(id)?.timer);
  room.typing.delete(id);
  if (typing) room.typing.set(id, { username, timer: setTimeout(() => setTyping(room, { id }, false), 2 * TYPING_MS) });
  const names = [...room.typing.values()].map((typist) => typist.username);
  if (room !== state.open) return;
  $("typing").textContent = names.length ? `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing…` : "";
}

// ---- render: all text goes through textContent

function element(tag, { data, ...properties }, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

const button = (textContent, onclick, more) => element("button", { type: "button", textContent, onclick, ...more });

/** Makes a list show these items in this order, keeping the element of each id, and with it the focus. */
function renderList(list, items, create) {
  const old = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const wanted = items.map((item) => old.get(item.id) ?? element("li", { data: { id: item.id } }, ...create(item)));
  for (const child of wanted) old.delete(child.dataset.id);
  for (const child of old.values()) child.remove();
  wanted.forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
}

function renderSession() {
  const { user } = state;
  $("login").hidden = user !== null;
  $("app").hidden = $("account").hidden = !user;
  $("me").textContent = user?.username ?? "";
  document.title = [user?.username, document.querySelector("h1").textContent].filter(Boolean).join(" · ");
  for (const form of document.querySelectorAll("main form")) form.reset(), showErrors(form);
  for (const part of ["toasts", "log"]) $(part).replaceChildren();
  renderRooms();
}

function setConnection(name, words) {
  $("connection").dataset.state = name;
  if ($("connection").textContent !== words) $("connection").textContent = words;
}

/** Below desktop width one pane shows at a time. */
function showPane(name) {
  $("app").dataset.pane = name;
  for (const tab of tabs) tab.ariaPressed = tab.dataset.pane === name;
  if (!isShown(state.open?.id)) return;
  state.unread.delete(state.open.id);
  renderRooms();
  scrollToEnd();
}

const isShown = (roomId) => roomId && state.open?.id === roomId && $("pane-chat").checkVisibility();

function renderRooms() {
  const rooms = [...state.rooms.values()];
  renderList($("rooms"), rooms, (room) => [button(room.name, () => openRoom(room))]);
  for (const item of $("rooms").children) {
    const { id, name } = state.rooms.get(item.dataset.id);
    const unread = state.unread.get(id);
    item.firstChild.ariaCurrent = state.open?.id === id;
    item.firstChild.replaceChildren(name, unread ? element("span", { textContent: `${unread} unread` }) : "");
  }
}

function renderRoom() {
  const { open } = state;
  $("room").hidden = !open;
  $("no-room").hidden = open !== null;
  $("room-name").textContent = open?.name ?? "Chat";
  for (const part of ["messages", "members", "typing", "people-count"]) $(part).replaceChildren();
  $("earlier").hidden = true;
  $("people").open = matchMedia("(min-width: 44rem)").matches;
  showErrors($("composer"));
  showErrors($("add-member"));
  renderRooms();
}

function renderMembers(room, members) {
  renderList($("members"), members, ({ id, username }) => {
    const remove = () => removeMember(room, username).then(() => $("people").firstElementChild.focus(), complain);
    const label = { ariaLabel: `Remove ${username}`, hidden: id === state.user.id };
    return [element("span", { className: "dot" }), username, button("×", remove, label)];
  });
  members.forEach(({ online }, index) => {
    const dot = $("members").children[index].firstChild;
    dot.dataset.online = online;
    dot.textContent = online ? "online" : "offline";
  });
  $("people-count").textContent = `${members.length}, ${members.filter(({ online }) => online).length} online`;
}

function renderMessages({ messages, earlier }) {
  const history = $("history");
  const first = $("messages").firstChild;
  const below = history.scrollHeight - history.scrollTop;
  const atEnd = below - history.clientHeight < 48;
  renderList($("messages"), messages, createMessage);
  $("earlier").hidden = !earlier;
  if (atEnd) scrollToEnd();
  else if (first !== $("messages").firstChild) history.scrollTop = history.scrollHeight - below;
}

function createMessage({ from, text, createdAt }) {
  const author = element("b", { textContent: from.username, data: { mine: from.id === state.user.id } });
  const format = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  const time = element("time", { dateTime: createdAt, textContent: new Date(createdAt).toLocaleString([], format) });
  return [author, " ", time, element("p", { textContent: text })];
}

const scrollToEnd = () => $("history").scrollTo(0, $("history").scrollHeight);

/** One line in the event log, newest first. */
function logEvent(event, ...payload) {
  const bytes = (_, value) => (value instanceof ArrayBuffer ? `<${value.byteLength} bytes>` : value);
  const json = payload.map((argument) => JSON.stringify(argument, bytes)).join(" ");
  const format = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false };
  const time = element("time", { textContent: new Date().toLocaleTimeString([], format) });
  const code = element("code", { textContent: json.slice(0, 2000) });
  $("log").prepend(element("li", { data: { event } }, time, " ", element("b", { textContent: event }), " ", code));
  if ($("log").children.length > LOG_SIZE) $("log").lastChild.remove();
}

function toast(textContent, kind = "info") {
  const note = element("div", { data: { kind } }, element("p", { textContent }));
  note.append(button("×", () => note.remove(), { ariaLabel: "Dismiss" }));
  $("toasts").append(note);
  setTimeout(() => note.remove(), 8000);
}

// ---- forms

/** Shows field errors at their fields and any other in the form's alert; without an error clears both. */
function showErrors(form, error) {
  const messages = Object.fromEntries((error?.details?.errors ?? []).map(({ path, message }) => [path[0], message]));
  form.querySelector("[role=alert]").textContent = "";
  for (const place of form.querySelectorAll("[id$=-error]")) {
    const field = $(place.id.replace("-error", ""));
    place.textContent = messages[field.name] ?? "";
    field.ariaInvalid = field.name in messages || null;
  }
  const invalid = form.querySelector("[aria-invalid]");
  if (invalid) invalid.focus();
  else if (error) form.querySelector("[role=alert]").textContent = Object.values(messages)[0] ?? error.message;
}

/** Runs the action with the form's values, once at a time, and shows what went wrong. */
function onSubmit(id, action) {
  const form = $(id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy) return;
    form.ariaBusy = true;
    showErrors(form);
    await action(Object.fromEntries(new FormData(form)), form).catch((error) => showErrors(form, error));
    form.ariaBusy = null;
  });
}

onSubmit("auth", async ({ mode, identifier, username, email, password }) => {
  const register = () => api("POST", "/auth/local/register", { username, email, password });
  const login = () => api("POST", "/auth/local", { identifier, password });
  startSession(await (mode === "register" ? register() : login()));
  $("rooms-title").focus();
});

onSubmit("new-room", async (body, form) => {
  const room = await api("POST", "/rooms", body);
  form.reset();
  addRoom(room);
  openRoom(room);
});

onSubmit("add-member", async (body, form) => {
  await api("POST", `/rooms/${state.open.id}/members`, body);
  form.reset();
});

onSubmit("notice", async (body) => {
  await api("POST", "/notices", body);
  $("notice-text").value = "";
  toast(`Notice sent to ${body.to}.`);
});

onSubmit("composer", async ({ text }) => text.trim() && send(text));

$("text").addEventListener("input", typed);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
for (const mode of $("auth").elements.mode) mode.addEventListener("change", () => showErrors($("auth")));
for (const tab of tabs) tab.addEventListener("click", () => showPane(tab.dataset.pane));
$("logout").addEventListener("click", () => endSession());
$("earlier").addEventListener("click", () => loadEarlier().catch(complain));
$("clear-log").addEventListener("click", () => $("log").replaceChildren());
$("leave").addEventListener("click", () => $("leave-dialog").showModal());
$("leave-dialog").addEventListener("submit", (event) => {
  if (event.submitter.value && state.open) removeMember(state.open, state.user.username).catch(complain);
});

// No event tells which members come online or go, so we ask now and then.
setInterval(() => state.open && state.socket.connected && !document.hidden && loadMembers().catch(complain), 20_000);

const saved = sessionStorage.getItem("session");
showPane("rooms");
if (saved && globalThis.io) startSession(JSON.parse(saved));
else renderSession();
if (!globalThis.io) toast("The Socket.IO client did not load. Run npm install, or go online: it is on a CDN.", "error");
