// The two tokens of a session: the access token, a JWT that REST and the socket ask for and that soon expires, and the
// refresh token, which gets the next two and works once.

import { request } from "./http.js";

const EARLY_MS = 75_000; // We refresh so long before the end; at 60 s the server itself would ask for it.
const LONGEST_TIMER_MS = 60_000; // A laptop's sleep stops timers, but not the clock: look at that every minute.
const AGAIN_MS = 5_000; // after a refresh that the server could not answer
const TWIN_MS = 100; // Another tab with the same session answers in far less.
// The server answers a refresh token that comes again within 10 s with the same tokens, since an answer may get lost.
// Later it would take us for a thief.
const LOST = { patience: 3000, pause: 1000, until: 8000 };

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** What a JWT says (RFC 7519): its payload is JSON in base64url. Only the server can tell whether it is genuine. */
function claims(jwt) {
  const base64 = jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(atob(base64));
}

export class Tokens {
  #url;
  #pair;
  #twins;
  #timer;
  #refreshing = null;
  #closed = false;
  #listeners = { renewed: [], refused: [] };

  /** Keeps `{jwt, refreshToken}`, the answer to a login, fresh until `close()`. `url` is that of `request`. */
  constructor(pair, { url = "" } = {}) {
    this.#url = url;
    // A duplicated tab has the same session. What one of them is given, it hands on to the others.
    this.#twins = new BroadcastChannel(`session ${claims(pair.jwt).sid}`);
    this.#twins.onmessage = ({ data }) => (data ? this.#keep(data) : this.#twins.postMessage(this.#pair));
    this.#hold(pair);
  }

  /** `listener()` is called when there are newer tokens. */
  onRenewed(listener) {
    this.#listeners.renewed.push(listener);
  }

  /** `listener(error)` is called when the server gives no more tokens: the session is over. */
  onRefused(listener) {
    this.#listeners.refused.push(listener);
  }

  /** Refreshes no more. */
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#twins.close();
  }

  /** Whether they are refreshed no more. */
  get closed() {
    return this.#closed;
  }

  /** `{jwt, refreshToken, expiresAt}`, to be kept in sessionStorage; expiresAt in milliseconds of our own clock. */
  get pair() {
    return this.#pair;
  }

  /** The access token as it is now, whether or not it has expired. */
  get jwt() {
    return this.#pair.jwt;
  }

  /** Whether it is time to refresh. */
  get due() {
    return Date.now() >= this.#dueAt;
  }

  /** Shortly before the end, or at half of a very short life. */
  get #dueAt() {
    return this.#pair.expiresAt - Math.min(EARLY_MS, lifetime(this.jwt) / 2);
  }

  /** An access token that has not expired. Throws what `refresh()` throws. */
  async current() {
    if (Date.now() >= this.#pair.expiresAt) await this.refresh();
    return this.jwt;
  }

  /** Calls a route as whoever the tokens are for, and returns its JSON. Throws what `request` of http.js throws. */
  async request(method, path, { body } = {}) {
    const jwt = await this.current();
    const ask = (token) => request(method, path, { url: this.#url, jwt: token, body });
    try {
      return await ask(jwt);
    } catch (error) {
      // It may expire on its way to the server: then we ask once more with a new one.
      if (error.details?.code !== "token_expired") throw error;
      if (this.jwt === jwt) await this.refresh();
      return await ask(this.jwt);
    }
  }

  /** Replaces the tokens, also by those of another answer than a refresh's, such as that to a changed password. */
  replace({ jwt, refreshToken }) {
    if (this.#closed) return;
    this.#hold({ jwt, refreshToken });
    this.#twins.postMessage(this.#pair);
    this.#tell("renewed");
  }

  /** Gets new tokens; whoever asks meanwhile waits for the same ones. Throws what `request` throws. */
  refresh() {
    this.#refreshing ??= this.#refreshAlone(this.jwt).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** One tab at a time: the second finds that the first has handed it the new tokens. */
  async #refreshAlone(old) {
    const refresh = async () => {
      if (this.#closed) return;
      // We may have missed it: a tab that was just duplicated did not listen yet.
      this.#twins.postMessage(null);
      await pause(TWIN_MS);
      if (this.jwt === old && !this.#closed) this.replace(await this.#next());
    };
    // Browsers have locks only where the page is https or localhost.
    await (globalThis.navigator?.locks ? navigator.locks.request(this.#twins.name, refresh) : refresh());
  }

  async #next() {
    const { refreshToken } = this.#pair;
    const began = Date.now();
    for (;;) {
      try {
        return await request("POST", "/auth/refresh", { url: this.#url, body: { refreshToken }, patience: LOST.patience });
      } catch (error) {
        if (error.status === 401) this.#refuse(error);
        if (error.status || Date.now() - began > LOST.until - LOST.patience) throw error;
        await pause(LOST.pause);
      }
    }
  }

  #refuse(error) {
    this.close();
    this.#tell("refused", error);
  }

  #tell(what, fact) {
    for (const listener of this.#listeners[what]) listener(fact);
  }

  /** What another tab hands us, if it is newer than ours. */
  #keep(pair) {
    if (pair.expiresAt <= this.#pair.expiresAt) return;
    this.#hold(pair);
    this.#tell("renewed");
  }

  #hold(pair) {
    // By our own clock, which may be wrong but which we can ask: a new token's life begins now.
    this.#pair = { expiresAt: Date.now() + lifetime(pair.jwt), ...pair };
    this.#plan();
  }

  #plan(milliseconds = 0) {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const left = this.#dueAt - Date.now();
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(left, milliseconds), LONGEST_TIMER_MS));
  }

  #look() {
    if (!this.due) return this.#plan();
    this.refresh().catch(({ retryAfter }) => this.#plan(retryAfter * 1000 || AGAIN_MS));
  }
}

/** How many milliseconds a new token lives, at least: its times are whole seconds, and `iat` may be almost one ago. */
function lifetime(jwt) {
  const { iat, exp } = claims(jwt);
  return 1000 * Math.max(exp - iat - 1, 0.5);
}
