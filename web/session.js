// Who is logged in in this tab. Other files say with onBegin, onRenew and onEnd what is theirs to do then.

import { failure } from "./client/http.js";
import { Tokens } from "./client/tokens.js";

// sessionStorage belongs to one tab, where localStorage belongs to the whole browser: so two tabs can be two users, and
// a reload stays logged in.
const KEY = "session";

/** `{user, tokens}`, or null; replaced as a whole, so that an answer which comes late can tell it is for another. */
export let session = null;

const listeners = { begin: [], renew: [], end: [] };
const tell = (what, fact) => listeners[what].forEach((listener) => listener(fact));

/** `listener()` is called when somebody has logged in. */
export const onBegin = (listener) => listeners.begin.push(listener);
/** `listener()` is called when the session has newer tokens, or its user another name. */
export const onRenew = (listener) => listeners.renew.push(listener);
/** `listener({message, kind})` is called when nobody is logged in any more; the message says why, if there is one. */
export const onEnd = (listener) => listeners.end.push(listener);

/** Begins with the server's answer to a login, or with what was kept of it: `{jwt, refreshToken, user}`. */
export function beginSession({ user, ...pair }) {
  if (session) endSession();
  const begun = { user };
  begun.tokens = new Tokens(pair);
  begun.tokens.onRenewed(() => begun === session && keep());
  begun.tokens.onRefused((error) => begun === session && endSession(whyRefused(error.details?.code, error.message)));
  session = begun;
  tell("begin");
  keep();
}

/** After a reload: goes on with the session that this tab had. Returns whether there was one. */
export function resumeSession() {
  const kept = sessionStorage.getItem(KEY);
  if (kept) beginSession(JSON.parse(kept));
  return kept !== null;
}

/** Takes over what has changed: the user, or with `{jwt, refreshToken}` the tokens too. */
export function renewSession({ user, jwt, refreshToken }) {
  session.user = user;
  if (jwt) session.tokens.replace({ jwt, refreshToken });
  else keep();
}

function keep() {
  sessionStorage.setItem(KEY, JSON.stringify({ user: session.user, ...session.tokens.pair }));
  tell("renew");
}

/** The session is over: ends it in this tab, and says why. */
export function endSession(message = "", kind = "error") {
  session.tokens.close();
  leave({ message, kind });
}

/** Logs out here and on the server; with scope "all" on every device. Throws if the server cannot be told. */
export async function logOut(scope) {
  const { tokens } = session;
  leave({ message: "" });
  await tokens.request("POST", "/auth/logout", { body: scope && { scope } }).finally(() => tokens.close());
}

function leave(reason) {
  session = null;
  sessionStorage.removeItem(KEY);
  tell("end", reason);
}

/** What the login form says to one whose token the server refuses: "The token has expired" alone tells them nothing. */
export const whyRefused = (code, message) => (code?.startsWith("token_") ? `Please log in: ${message}` : message);

/** Calls a route as whoever is logged in, and returns its JSON. Throws what `request` throws. */
export async function api(method, path, body) {
  const asking = session;
  const answer = await asking.tokens.request(method, path, { body }).catch((error) => error);
  if (asking !== session) throw failure({ message: "" }); // The answer is for who was logged in when we asked.
  if (!(answer instanceof Error)) return answer;
  if (answer.status === 401 && session) endSession(whyRefused(answer.details?.code, answer.message));
  throw answer;
}
