// A request to the server: JSON both ways. Whose request it is, tokens.js knows.

const PATIENCE_MS = 15_000;

/**
 * Calls a route of /api and returns its JSON. `url` is the server's, where the page is not from there. Throws the error
 * of the server's envelope, with `status`, `message`, `details` and, if the server says when to come back, `retryAfter`
 * in seconds. An error without a status means that no answer came: the server may or may not have done it.
 */
export async function request(method, path, { url = "", jwt, body, patience = PATIENCE_MS } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (jwt) headers.Authorization = `Bearer ${jwt}`;
  const signal = AbortSignal.timeout(patience);
  const lost = () => {
    throw new Error("The server cannot be reached. Try again in a moment.");
  };
  const options = { method, headers, signal, body: body && JSON.stringify(body) };
  const response = await fetch(`${url}/api${path}`, options).catch(lost);
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  const { status } = response;
  const retryAfter = Number(response.headers.get("Retry-After"));
  throw failure({ message: `The server answered ${status}.`, ...answer?.error, status, retryAfter });
}

export const failure = (error) => Object.assign(new Error(error.message), error);
