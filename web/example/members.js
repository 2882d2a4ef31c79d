// The members of the open room: who they are, who is online, and how one comes in or goes.

import { on, socket } from "../connection.js";
import { complain, onSubmit, showErrors } from "../forms.js";
import { $, button, element, renderList } from "../page.js";
import { api, session } from "../session.js";
import { toast } from "../toasts.js";
import { forgetRoom, onCatchUp, onOpen, open } from "./rooms.js";

const ASK_MS = 20_000;

onOpen(() => {
  for (const part of ["members", "people-count"]) $(part).replaceChildren();
  $("people").open = matchMedia("(min-width: 44rem)").matches;
  showErrors($("add-member"));
});

onCatchUp(load);

// No event tells which members come online or go, so we ask now and then.
setInterval(() => open && socket.connected && !document.hidden && load().catch(complain), ASK_MS);

on("member:added", ({ room, member }) => changed(room, `${member.username} was added.`));

on("member:removed", ({ room, member }) => {
  if (member.id !== session.user.id) changed(room, `${member.username} is no longer in the room.`);
});

function changed(id, text) {
  if (open?.id !== id) return;
  toast(text);
  load().catch(complain);
}

onSubmit("add-member", async (body, form) => {
  await api("POST", `/rooms/${open.id}/members`, body);
  form.reset();
});

$("leave").addEventListener("click", () => $("leave-dialog").showModal());
$("leave-dialog").addEventListener("submit", (event) => {
  if (event.submitter.value && open) remove(open, session.user.username).catch(complain);
});

async function remove(room, username) {
  await api("DELETE", `/rooms/${room.id}/members/${encodeURIComponent(username)}`);
  if (username === session.user.username) forgetRoom(room);
}

async function load() {
  const room = open;
  const members = await api("GET", `/rooms/${room.id}/members`);
  if (room === open) render(room, members);
}

function render(room, members) {
  renderList($("members"), members, ({ id, username }) => {
    const removeThem = () => remove(room, username).then(() => $("people").firstElementChild.focus(), complain);
    const label = { ariaLabel: `Remove ${username}`, hidden: id === session.user.id };
    return [element("span", { className: "dot" }), username, button("×", removeThem, label)];
  });
  members.forEach(({ online }, index) => {
    const dot = $("members").children[index].firstChild;
    dot.dataset.online = online;
    dot.textContent = online ? "online" : "offline";
  });
  $("people-count").textContent = `${members.filter(({ online }) => online).length} of ${members.length} online`;
}
