// The parser of Engine.IO 3 from npm, driven by tests. Each line is JSON, answered by a line of JSON:
// {packets, binary} by {text} or {base64}, the payload; {text} or {base64} by {packets}, or by {error}.
// A packet is {type, text} or {type, base64}.

const parser = require("engine.io-parser-2");
const readline = require("node:readline");

const unpack = ({ text, base64 }) => (base64 === undefined ? text : Buffer.from(base64, "base64"));
const pack = (data = "") => (Buffer.isBuffer(data) ? { base64: data.toString("base64") } : { text: data });

function encode({ packets, binary }) {
  let answer;
  const parts = packets.map((packet) => ({ type: packet.type, data: unpack(packet) }));
  parser.encodePayload(parts, binary, (payload) => (answer = pack(payload)));
  return answer;
}

function decode(payload) {
  const packets = [];
  parser.decodePayload(unpack(payload), null, ({ type, data }) => packets.push({ type, ...pack(data) }) && undefined);
  return packets.some(({ type }) => type === "error" || type === undefined) ? { error: true } : { packets };
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  console.log(JSON.stringify(message.packets ? encode(message) : decode(message)));
});
