// The app that a scenario is played against. A line that we write tells the test to do something with it: "restart" with
// settings in JSON, "mail" with what the link in it has, "block" with a name, or what one test alone knows of. The line
// that comes back says that it is done, or holds the link.

import readline from "node:readline/promises";

export const [, , url, , folder] = process.argv.slice(2);

const lines = readline.createInterface({ input: process.stdin });
const replies = lines[Symbol.asyncIterator]();

export const hangUp = () => lines.close();

export async function ask(what) {
  console.log(what);
  return (await replies.next()).value;
}

export const restart = (environment = {}) => ask(`restart ${JSON.stringify(environment)}`);

/** The link in the next mail, which the app prints. */
export const mailed = (part) => ask(`mail ${part}`);
