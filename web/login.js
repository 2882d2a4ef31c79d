// What those see who are not logged in: log in, register, a forgotten password, an address to confirm.

import { request } from "./client/http.js";
import { complain, onSubmit, showErrors, showStatus } from "./forms.js";
import { $ } from "./page.js";
import { api, beginSession, logOut, onBegin, onEnd, onRenew, renewSession, session } from "./session.js";
import { select } from "./tabs.js";
import { clearToasts, toast } from "./toasts.js";

const TITLE = document.title;
const parts = document.querySelectorAll("#login > *");
const post = (path, body) => request("POST", path, { body });

onBegin(() => {
  clear();
  showApp();
});

onRenew(() => {
  $("me").textContent = session.user.username;
  document.title = `${session.user.username} · ${TITLE}`;
});

onEnd(({ message, kind }) => {
  clear();
  document.title = TITLE;
  showLogin();
  if (kind === "error") showErrors($("log-in"), { message });
  else showStatus($("log-in"), message);
  $("identifier").focus();
});

/** The next user sees nothing of the one before. */
function clear() {
  for (const form of document.querySelectorAll("main form, details form")) form.reset(), showErrors(form);
  clearToasts();
  $("log").replaceChildren();
}

function showApp() {
  $("login").hidden = true;
  $("app").hidden = $("account").hidden = false;
}

/** As at the beginning of a page: who comes back wants to log in more often than to register. */
export function showLogin() {
  showPart("auth");
  select($("log-in-tab"));
}

function showPart(id) {
  $("login").hidden = false;
  $("app").hidden = $("account").hidden = true;
  for (const part of parts) part.hidden = part.id !== id;
  for (const form of document.querySelectorAll("#login form")) showErrors(form);
}

/** Where somebody who has just logged in begins to read. */
const focusApp = () => $("app").querySelector("h2[tabindex]").focus();

for (const back of document.querySelectorAll("#login .back")) {
  back.addEventListener("click", () => (session ? showApp() : showPart("auth")));
}

$("logout").addEventListener("click", () => leave());

/** Logs out, and says so if the server could not be told. */
export async function leave(scope) {
  const untold = "You are logged out here, but the server could not be told.";
  const advice = "Log in again later and log out everywhere.";
  await logOut(scope).catch((error) => error.status !== 401 && toast(`${untold} ${advice}`, "warning"));
}

// ---- log in and register

onSubmit("log-in", async (body) => enter(await logIn(body)));
onSubmit("register", async (body) => enter(await register(body)));

function enter(answer) {
  if (!answer) return;
  beginSession(answer);
  focusApp();
}

async function register(body) {
  const answer = await post("/auth/local/register", body);
  if (answer.jwt) return answer;
  askToConfirm(body.email);
  showStatus($("confirm"), `We have sent a mail to ${body.email}. Open the link in it, then log in.`);
}

async function logIn(body) {
  try {
    return await post("/auth/local", body);
  } catch (error) {
    if (error.details?.code !== "email_not_confirmed") throw error;
    askToConfirm(body.identifier.includes("@") ? body.identifier : "");
    showErrors($("confirm"), error);
  }
}

// ---- a forgotten password

$("forgot-password").addEventListener("click", () => {
  const { value } = $("identifier");
  showPart("forgot");
  $("forgot-email").value = value.includes("@") ? value : "";
  $("forgot-email").focus();
});

onSubmit("forgot", async ({ email }, form) => {
  await post("/auth/forgot-password", { email });
  // The same words whether or not there is such an account: who has one here is nobody's business.
  showStatus(form, "If an account has this address, a mail is on its way. The link in it works once, for one hour.");
});

let code = null; // of the link in the mail

onSubmit("reset", async ({ password, passwordConfirmation }) => {
  beginSession(await post("/auth/reset-password", { code, password, passwordConfirmation }));
  code = null;
  focusApp();
  toast("Your password is changed. Every other device is logged out.");
});

// ---- an address to confirm

function askToConfirm(email) {
  showPart("confirm");
  $("confirm-email").value = email;
  $("confirm-email").focus();
}

onSubmit("confirm", async ({ email }, form) => {
  await post("/auth/send-email-confirmation", { email });
  showStatus(form, "If an account waits for this address to be confirmed, a mail is on its way.");
});

// ---- links in mails end in #reset=CODE, #confirmed or #confirmation-failed

const links = {
  reset(value) {
    code = value;
    showPart("reset");
    $("reset-password").focus();
  },
  async confirmed() {
    const message = "Your e-mail address is confirmed.";
    if (!session) return showStatus($("log-in"), `${message} You can log in now.`);
    toast(message);
    renewSession({ user: await api("GET", "/users/me") });
  },
  "confirmation-failed"() {
    askToConfirm("");
    showErrors($("confirm"), { message: "This link is not valid any more. Ask for a new one." });
  },
};

/** Does what the address asks for, and takes it out of the address bar, where others could read the code. */
export function followLink() {
  const [[name, value] = []] = new URLSearchParams(location.hash.slice(1));
  if (!Object.hasOwn(links, name)) return;
  history.replaceState(null, "", location.pathname + location.search);
  Promise.resolve(links[name](value)).catch(complain);
}

addEventListener("hashchange", followLink);
