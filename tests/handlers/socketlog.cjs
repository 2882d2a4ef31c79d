// What the app of 2020 does: log in through axios, connect with socket.io-client 2.3.0, and print what it hears.
const axios = require("axios");
const io = require("socket.io-client-2.3");

const [url, identifier, password] = process.argv.slice(2);
const say = (...words) => console.log(JSON.stringify(words));

async function main() {
  const { data } = await axios.post(`${url}/auth/local`, { identifier, password });
  const socket = io(url, { query: { jwt: identifier === "ann" ? data.jwt : "expired" } });
  for (const event of ["socketlog", "connect", "disconnect", "error"]) socket.on(event, (it) => say(event, it ?? null));
  socket.io.on("reconnect_attempt", () => say("reconnect_attempt", null));
}

main();
process.stdin.on("end", () => process.exit()).resume();
