// What people fill in, and what went wrong.

import { isOutage } from "./outage.js";
import { $ } from "./page.js";
import { toast } from "./toasts.js";

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

/** Shows at the form what went wrong there. */
export async function explain(form, error) {
  if (!(await isOutage(error))) showErrors(form, error);
}

/** Tells of an error that belongs to no form. */
export async function complain(error) {
  if (!error.status) console.warn(error);
  if (error.message && !(await isOutage(error))) toast(error.message, "error");
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
    await action(Object.fromEntries(new FormData(form)), form).catch((error) => explain(form, error));
    form.ariaBusy = null;
  });
}
