// Panes: below desktop width one shows at a time.

import { $ } from "../page.js";
import { onBegin, onEnd } from "../session.js";

const KEY = "pane";
const buttons = document.querySelectorAll("nav button");

const listeners = [];
/** `listener()` is called when another pane shows. */
export const onPane = (listener) => listeners.push(listener);

for (const button of buttons) button.addEventListener("click", () => showPane(button.dataset.pane));

// A reload comes back to the same pane.
onBegin(() => showPane(sessionStorage.getItem(KEY) ?? "rooms"));
onEnd(() => sessionStorage.removeItem(KEY));

export function showPane(name) {
  sessionStorage.setItem(KEY, name);
  $("app").dataset.pane = name;
  for (const button of buttons) button.ariaPressed = button.dataset.pane === name;
  for (const listener of listeners) listener();
}
