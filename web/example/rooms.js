// The rooms we are in, and which of them is open.

import { on, onConnect, socket, stretch } from "../connection.js";
import { complain, onSubmit } from "../forms.js";
import { $, button, element, renderList } from "../page.js";
import { api, onBegin, onEnd } from "../session.js";
import { toast } from "../toasts.js";
import { onPane, showPane } from "./panes.js";

const KEY = "room";
const AGAIN_MS = 3000;

let rooms = new Map(); // replaced as a whole at each change
const unread = new Map();

/** The open room `{id, name}`, or null. */
export let open = null;

const listeners = [];
/** `listener()` is called when another room has been opened, or the open one closed. */
export const onOpen = (listener) => listeners.push(listener);

const catchers = [];
/** `await catcher()` loads what we may have missed, after each connect, and again while the server cannot answer. */
export const onCatchUp = (catcher) => catchers.push(catcher);

// A reload comes back to the open room.
onBegin(() => reset(JSON.parse(sessionStorage.getItem(KEY))));
onEnd(() => reset(null));

function reset(room) {
  rooms = new Map();
  unread.clear();
  $("rooms").ariaBusy = true;
  setOpen(room);
}

// ---- what may have changed while we were away

let caughtUp = false; // and nothing was missed since

onConnect(() => {
  if (!socket.recovered || !caughtUp) catchUp(); // otherwise all that was missed has come, as events
});

async function catchUp() {
  const mine = socket;
  const began = stretch;
  caughtUp = false;
  try {
    await loadRooms();
    if (open) await Promise.all(catchers.map((catcher) => catcher()));
    caughtUp = began !== null && began === stretch;
  } catch (error) {
    if (mine !== socket || !mine.connected) return;
    complain(error);
    setTimeout(() => mine === socket && mine.connected && catchUp(), AGAIN_MS);
  }
}

async function loadRooms() {
  const before = rooms;
  const answer = await api("GET", "/rooms");
  if (before !== rooms) return loadRooms(); // an event came meanwhile and knows better than this answer
  const ids = answer.map(({ id }) => id);
  for (const room of [...before.values(), open]) if (room && !ids.includes(room.id)) forgetRoom(room);
  rooms = new Map(answer.map((room) => [room.id, room]));
  $("rooms").ariaBusy = null;
  render();
}

// ---- the list

on("room:added", (room) => {
  const byOthers = room.members.length > 1; // alone in it: we made it ourselves, here or in another tab
  if (byOthers && !rooms.has(room.id)) toast(`You were added to “${room.name}”.`);
  addRoom(room);
});

on("room:removed", forgetRoom);

onSubmit("new-room", async (body, form) => {
  const room = await api("POST", "/rooms", body);
  form.reset();
  addRoom(room);
  openRoom(room);
});

function addRoom(room) {
  rooms = new Map(rooms).set(room.id, room);
  render();
}

/** We are no longer in a room. */
export function forgetRoom({ id, name }) {
  if (!rooms.has(id) && open?.id !== id) return;
  rooms = new Map([...rooms].filter(([key]) => key !== id));
  unread.delete(id);
  if (open?.id === id) closeRoom();
  render();
  toast(`You are no longer in “${name}”.`, "warning");
}

/** Counts a message in a room that does not show. */
export function countUnread(id) {
  unread.set(id, (unread.get(id) ?? 0) + 1);
  render();
}

function render() {
  renderList($("rooms"), [...rooms.values()], (room) => [button(room.name, () => openRoom(room))]);
  for (const item of $("rooms").children) {
    const { id, name } = rooms.get(item.dataset.id);
    const count = unread.get(id);
    item.firstChild.ariaCurrent = open?.id === id;
    item.firstChild.replaceChildren(name, count ? element("span", { textContent: `${count} unread` }) : "");
  }
}

// ---- the open room

function openRoom({ id, name }) {
  if (open?.id !== id) {
    setOpen({ id, name });
    catchUp();
  }
  showPane("chat");
  // On a touch screen the composer's focus would cover half of the room with a keyboard.
  $(matchMedia("(pointer: coarse)").matches ? "room-name" : "text").focus();
}

function closeRoom() {
  const hadFocus = $("pane-chat").contains(document.activeElement);
  setOpen(null);
  showPane("rooms");
  if (hadFocus) $("rooms-title").focus();
}

function setOpen(room) {
  open = room;
  if (open) sessionStorage.setItem(KEY, JSON.stringify(open));
  else sessionStorage.removeItem(KEY);
  $("room").hidden = !open;
  $("no-room").hidden = open !== null;
  $("room-name").textContent = open?.name ?? "Chat";
  for (const listener of listeners) listener();
  render();
}

// ---- what is read

onPane(() => {
  if (!isShown(open?.id)) return;
  unread.delete(open.id);
  render();
  scrollToEnd();
});

/** Whether somebody looks at this room now. */
export function isShown(id) {
  return id && open?.id === id && $("pane-chat").checkVisibility();
}

export function scrollToEnd() {
  $("history").scrollTo(0, $("history").scrollHeight);
}
