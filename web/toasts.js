// Notifications. Those of one moment go away by themselves; those of a state stay until it is over.

import { $, button, element } from "./page.js";

const TOAST_MS = 8000;
const FEW = 3; // at once, beside what lasts

const lasting = new Map(); // what is the matter → its notification

/** Notifies of what has just happened. */
export function toast(text, kind = "info") {
  const note = show(text, kind);
  const [oldest, ...rest] = $("toasts").querySelectorAll(":not([data-lasts]) > p");
  if (rest.length >= FEW) oldest.parentElement.remove();
  goLater(note);
}

/** Notifies of a state, `what`, until it is `over`. Once dismissed it is not told of again before that. */
export function tell(what, text, kind = "warning") {
  const old = lasting.get(what);
  if (old) old.firstChild.textContent = text;
  else lasting.set(what, show(text, kind, { lasts: what }));
}

/** The state is over. Returns whether there was one to tell of. */
export function over(what) {
  lasting.get(what)?.remove();
  return lasting.delete(what);
}

/** Takes away all that are not of a state. */
export function clearToasts() {
  for (const note of $("toasts").querySelectorAll("div:not([data-lasts])")) note.remove();
}

function show(text, kind, data) {
  for (const note of $("toasts").children) if (note.firstChild.textContent === text) note.remove();
  const note = element("div", { data: { kind, ...data } }, element("p", { textContent: text }));
  note.append(button("×", () => note.remove(), { ariaLabel: "Dismiss" }));
  $("toasts").append(note);
  return note;
}

function goLater(note) {
  setTimeout(() => (isRead(note) ? goLater(note) : note.remove()), TOAST_MS);
}

/** Whether somebody is still at it. A touch screen calls what is where it was last touched hovered. */
const isRead = (note) => note.matches(matchMedia("(hover: hover)").matches ? ":hover, :focus-within" : ":focus-within");
