// The rooms we are in, which of them is open, and its members.

import { on, onConnect, socket } from "../connection.js";
import { $, button, complain, element, onSubmit, renderList, showErrors, toast } from "../page.js";
import { api, onBegin, onEnd, session } from "../session.js";

const ASK_MEMBERS_MS = 20_000;
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

onBegin(reset);
onEnd(reset);

function reset() {
  rooms = new Map();
  unread.clear();
  closeRoom();
  renderRooms();
}

// ---- what may have changed while we were away

onConnect(catchUp);

export async function catchUp() {
  const mine = socket;
  try {
    await loadRooms();
    if (open) await Promise.all([loadMembers(), ...catchers.map((catcher) => catcher())]);
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
  for (const room of before.values()) if (!ids.includes(room.id)) forgetRoom(room);
  rooms = new Map(answer.map((room) => [room.id, room]));
  renderRooms();
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
  renderRooms();
}

function forgetRoom({ id, name }) {
  if (!rooms.has(id)) return;
  rooms = new Map([...rooms].filter(([key]) => key !== id));
  unread.delete(id);
  if (open?.id === id) closeRoom();
  renderRooms();
  toast(`You are no longer in “${name}”.`, "warning");
}

/** Counts a message in a room that does not show. */
export function countUnread(id) {
  unread.set(id, (unread.get(id) ?? 0) + 1);
  renderRooms();
}

function renderRooms() {
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
    closeRoom();
    open = { id, name };
    renderRoom();
    catchUp();
  }
  showPane("chat");
  // On a touch screen the composer's focus would cover half of the room with a keyboard.
  $(matchMedia("(pointer: coarse)").matches ? "room-name" : "text").focus();
}

function closeRoom() {
  if (!open) return;
  const hadFocus = $("pane-chat").contains(document.activeElement);
  open = null;
  renderRoom();
  showPane("rooms");
  if (hadFocus) $("rooms-title").focus();
}

function renderRoom() {
  $("room").hidden = !open;
  $("no-room").hidden = open !== null;
  $("room-name").textContent = open?.name ?? "Chat";
  for (const part of ["members", "people-count"]) $(part).replaceChildren();
  $("people").open = matchMedia("(min-width: 44rem)").matches;
  showErrors($("add-member"));
  renderRooms();
  for (const listener of listeners) listener();
}

$("leave").addEventListener("click", () => $("leave-dialog").showModal());
$("leave-dialog").addEventListener("submit", (event) => {
  if (event.submitter.value && open) removeMember(open, session.user.username).catch(complain);
});

// ---- its members

on("member:added", ({ room, member }) => membersChanged(room, `${member.username} was added.`));

on("member:removed", ({ room, member }) => {
  if (member.id !== session.user.id) membersChanged(room, `${member.username} is no longer in the room.`);
});

function membersChanged(id, text) {
  if (open?.id !== id) return;
  toast(text);
  loadMembers().catch(complain);
}

onSubmit("add-member", async (body, form) => {
  await api("POST", `/rooms/${open.id}/members`, body);
  form.reset();
});

async function removeMember(room, username) {
  await api("DELETE", `/rooms/${room.id}/members/${encodeURIComponent(username)}`);
  if (username === session.user.username) forgetRoom(room);
}

async function loadMembers() {
  const room = open;
  const members = await api("GET", `/rooms/${room.id}/members`);
  if (room === open) renderMembers(room, members);
}

// No event tells which members come online or go, so we ask now and then.
setInterval(() => open && socket.connected && !document.hidden && loadMembers().catch(complain), ASK_MEMBERS_MS);

function renderMembers(room, members) {
  renderList($("members"), members, ({ id, username }) => {
    const remove = () => removeMember(room, username).then(() => $("people").firstElementChild.focus(), complain);
    const label = { ariaLabel: `Remove ${username}`, hidden: id === session.user.id };
    return [element("span", { className: "dot" }), username, button("×", remove, label)];
  });
  members.forEach(({ online }, index) => {
    const dot = $("members").children[index].firstChild;
    dot.dataset.online = online;
    dot.textContent = online ? "online" : "offline";
  });
  $("people-count").textContent = `${members.length}, ${members.filter(({ online }) => online).length} online`;
}

// ---- panes: below desktop width one shows at a time

const tabs = document.querySelectorAll("nav button");
for (const tab of tabs) tab.addEventListener("click", () => showPane(tab.dataset.pane));
showPane("rooms");

function showPane(name) {
  $("app").dataset.pane = name;
  for (const tab of tabs) tab.ariaPressed = tab.dataset.pane === name;
  if (!isShown(open?.id)) return;
  unread.delete(open.id);
  renderRooms();
  scrollToEnd();
}

export function isShown(id) {
  return id && open?.id === id && $("pane-chat").checkVisibility();
}

export function scrollToEnd() {
  $("history").scrollTo(0, $("history").scrollHeight);
}
