// A front end of one's own with the files of web/client/, in Node: `node client.mjs URL` registers anna and connects.
// It prints what happens, a line each: an event's name, or "ended" and why.

import { io } from "socket.io-client";

import { request } from "../../web/client/http.js";
import { connect } from "../../web/client/socket.js";
import { Tokens } from "../../web/client/tokens.js";

const [url] = process.argv.slice(2);
const form = { username: "anna", email: "anna@example.com", password: "correct horse" };
const { user, ...pair } = await request("POST", "/auth/local/register", { url, body: form });
const tokens = new Tokens(pair, { url });

const ended = ({ code, message }) => {
  console.log("ended", code, message);
  tokens.close();
};
const socket = connect(io, tokens, { url, ended, reconnectionDelay: 50, reconnectionDelayMax: 200 });
for (const event of ["connect", "disconnect"]) socket.on(event, () => console.log(event));
socket.on("closing", ({ code }) => console.log("closing", code));
tokens.onRenewed(() => console.log("renewed"));

// It ends when the test closes it.
process.stdin.on("end", () => process.exit()).resume();
