// Without its database the server lives on, and answers 503. That is one state, whatever one tries to do meanwhile.

import { over, tell } from "./toasts.js";

const ASK_MS = 2000;

let watching = null;

/** Whether an error comes from the database being away. If so this says it, in one sentence, until it is back. */
export const isOutage = async ({ status }) => status === 503 && watch();

/** Asks the server, until the database is there; returns whether it was away. */
export function watch() {
  watching ??= isAway().then((away) => {
    if (away) sayUntilBack();
    else watching = null;
    return away;
  });
  return watching;
}

async function sayUntilBack() {
  tell("database", "The database is away: nothing can be read or saved until it is back.");
  do await new Promise((done) => setTimeout(done, ASK_MS));
  while (await isAway());
  watching = null;
  over("database");
}

/** A server that cannot be reached is another matter, which the state of the connection shows. */
async function isAway() {
  const answer = await fetch("/healthz").then((response) => response.json(), () => null);
  return answer?.database === "away";
}
