// How the page shows things. All text goes through textContent, so that nobody's text becomes HTML.

const LOG_SIZE = 200;
const TOAST_MS = 8000;

export const $ = (id) => document.getElementById(id);

export function element(tag, { data, ...properties }, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

export const button = (textContent, onclick, more) => element("button", { type: "button", textContent, onclick, ...more });

/** Makes a list show these items in this order, keeping the element of each id, and with it the focus. */
export function renderList(list, items, create) {
  const old = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const wanted = items.map((item) => old.get(item.id) ?? element("li", { data: { id: item.id } }, ...create(item)));
  for (const child of wanted) old.delete(child.dataset.id);
  for (const child of old.values()) child.remove();
  wanted.forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
}

/** A notification that goes away by itself. */
export function toast(textContent, kind = "info") {
  const note = element("div", { data: { kind } }, element("p", { textContent }));
  note.append(button("×", () => note.remove(), { ariaLabel: "Dismiss" }));
  $("toasts").append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}

/** Tells of an error that belongs to no form. */
export function complain(error) {
  if (error.message) toast(error.message, "error");
  if (!error.status) console.warn(error);
}

/** One line in the event log, newest first. */
export function logEvent(event, ...payload) {
  const bytes = (_, value) => (value instanceof ArrayBuffer ? `<${value.byteLength} bytes>` : value);
  const json = payload.map((argument) => JSON.stringify(argument, bytes)).join(" ");
  const format = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false };
  const time = element("time", { textContent: new Date().toLocaleTimeString([], format) });
  const code = element("code", { textContent: json.slice(0, 2000) });
  $("log").prepend(element("li", { data: { event } }, time, " ", element("b", { textContent: event }), " ", code));
  if ($("log").children.length > LOG_SIZE) $("log").lastChild.remove();
}

// ---- forms

/** Shows field errors at their fields and any other in the form's alert; without an error clears both. */
export function showErrors(form, error) {
  const messages = Object.fromEntries((error?.details?.errors ?? []).map(({ path, message }) => [path[0], message]));
  form.querySelector("[role=alert]").textContent = "";
  showStatus(form, "");
  for (const place of form.querySelectorAll("[id$=-error]")) {
    const field = $(place.id.replace("-error", ""));
    place.textContent = messages[field.name] ?? "";
    field.ariaInvalid = field.name in messages || null;
  }
  const invalid = form.querySelector("[aria-invalid]");
  if (invalid) invalid.focus();
  else if (error) form.querySelector("[role=alert]").textContent = Object.values(messages)[0] ?? error.message;
}

/** Says in the form what has been done; a form that has no place for it says nothing. */
export function showStatus(form, text) {
  form.querySelector("[role=status]")?.replaceChildren(text);
}

/** Runs the action with the form's values, once at a time, and shows what went wrong. */
export function onSubmit(id, action) {
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
