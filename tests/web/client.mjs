// A front end of one's own with the files of web/client/, in Node: `node client.mjs URL` registers anna and connects,
// with `node client.mjs URL websocket` over that alone. It prints what happens, a line each: an event's name, "load", or
// "ended" and why.

import { io } from "socket.io-client";

import { request } from "../../web/client/http.js";
import { connect } from "../../web/client/socket.js";
import { Tokens } from "../../web/client/tokens.js";

const [url, ...transports] = process.argv.slice(2);
const form = { username: "anna", email: "anna@example.com", password: "correct horse" };
const { user, ...pair } = await request("POST", "/auth/local/register", { url, body: form });
const tokens = new Tokens(pair, { url });

const ended = ({ code, message }) => {
  console.log("ended", code, message);
  tokens.close();
};
const load = () => console.log("load");
const options = { url, load, ended, reconnectionDelay: 50, reconnectionDelayMax: 200 };
const socket = connect(io, tokens, { ...options, ...(transports.length && { transports }) });
for (const event of ["connect", "disconnect"]) socket.on(event, () => console.log(event));
socket.on("news", (number) => console.log("news", number));
socket.on("closing", ({ code }) => console.log("closing", code));
socket.on("connect_error", ({ data }) => data && console.log("refused", data.code));
tokens.onRenewed(() => console.log("renewed"));

// It ends when the test closes it.
process.stdin.on("end", () => process.exit()).resume();
