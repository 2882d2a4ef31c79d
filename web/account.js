// The dialog "Account": on which devices we are logged in, another password or name, and the end of the account.

import { explain, onSubmit, showErrors, showStatus } from "./forms.js";
import { leave } from "./login.js";
import { $, button, element } from "./page.js";
import { api, endSession, onEnd, renewSession, session } from "./session.js";

const dialog = $("account-dialog");

$("me").addEventListener("click", () => {
  for (const form of dialog.querySelectorAll("form:not([method])")) form.reset(), showErrors(form);
  for (const part of dialog.querySelectorAll("details")) part.open = false;
  showUser();
  dialog.showModal();
  loadSessions();
});

onEnd(() => {
  for (const each of document.querySelectorAll("dialog[open]")) each.close();
  $("sessions").replaceChildren();
});

function showUser() {
  const { username, email } = session.user;
  $("account-user").textContent = `${username}, ${email}`;
  $("new-username").value = username;
  $("new-email").value = email;
  for (const field of dialog.querySelectorAll(".whose")) field.value = username;
}

// ---- signed in on these devices

async function loadSessions() {
  await inDevices(async () => {
    const sessions = await api("GET", "/auth/sessions");
    $("sessions").replaceChildren(...sessions.map(createSession));
  });
}

function createSession({ id, device, ip, lastUsedAt, current }) {
  const when = new Date(lastUsedAt);
  const time = element("time", { dateTime: lastUsedAt, title: when.toLocaleString(), textContent: ago(when) });
  const item = element("li", {}, element("div", {}, element("b", { textContent: device }), ` ${ip}, last used `, time));
  if (current) item.append(element("span", { className: "badge", textContent: "This device" }));
  else item.append(button("Log out", () => endOther(id, item), { ariaLabel: `Log out ${device}, ${ip}` }));
  return item;
}

async function endOther(id, item) {
  await inDevices(async () => {
    await api("DELETE", `/auth/sessions/${id}`);
    item.remove();
    $("devices-title").focus();
  });
}

async function inDevices(action) {
  showErrors($("devices"));
  await action().catch((error) => explain($("devices"), error));
}

$("log-out-everywhere").addEventListener("click", () => leave("all"));

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function ago(time) {
  const seconds = (Date.now() - time) / 1000;
  for (const [unit, size] of Object.entries({ day: 86_400, hour: 3600, minute: 60 })) {
    if (seconds >= size) return words.format(-Math.floor(seconds / size), unit);
  }
  return "just now";
}

// ---- password, name, end

onSubmit("change-password", async (body, form) => {
  // With the password the refresh token changes. Were we just using the old one meanwhile, we would look like a thief.
  await session.tokens.refresh();
  renewSession(await api("POST", "/auth/change-password", body));
  form.reset();
  showUser();
  showStatus(form, "Your password is changed. Every other device is logged out.");
  await loadSessions();
});

onSubmit("change-user", async ({ username, email, currentPassword }, form) => {
  const before = session.user;
  const changes = { ...(username !== before.username && { username }), ...(email !== before.email && { email }) };
  const user = await api("PATCH", "/users/me", { ...changes, currentPassword });
  renewSession({ user });
  form.reset();
  showUser();
  const waits = changes.email && user.email === before.email;
  const next = waits ? ` Open the link in the mail to ${email}: until then your address stays as it is.` : "";
  showStatus(form, `Saved.${next}`);
});

onSubmit("delete-account", async (body) => {
  await api("DELETE", "/users/me", body);
  endSession("Your account is deleted.", "status");
});
