// Socket.IO clients from npm, driven by tests. It prints its port; each connection to that is one client.
// A line is JSON, first {library, url, options}, with `forgets` among them for one that drops what came before it was
// connected, as web/client/ does, and tells its `pid`. Then come {emit, ack}, {answer, arguments, ack}, {get, ack} or {disconnect}.
// What happens to the client comes back as {event, arguments}, its acks as {ack, arguments}.

const net = require("node:net");
const readline = require("node:readline");

/** JSON has no bytes, so they travel as {"base64": …}. */
const pack = (value) => {
  if (Buffer.isBuffer(value)) return { base64: value.toString("base64") };
  if (Array.isArray(value)) return value.map(pack);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
};

const unpack = (_, value) => (typeof value?.base64 === "string" ? Buffer.from(value.base64, "base64") : value);

/** Has every event of the server come to a listener, as `onAny` does. Socket.IO 2 has only the inside of it. */
function listen(socket, listener) {
  if (socket.onAny) return socket.onAny(listener);
  socket.onevent = ({ data, id }) => listener(...data, ...(id == null ? [] : [socket.ack(id)]));
}

function start({ library, url, options }, tell) {
  const client = require(library);
  const socket = (client.io ?? client)(url, { forceNew: true, reconnectionDelay: 50, ...options });
  const answers = new Map();
  // Whether it will connect again: an older one has no such property, but lets go of its manager if it won't.
  const active = () => socket.active ?? Boolean(socket.subs);
  const refused = (error) => tell("connect_error", { message: error.message, data: error.data, active: active() });
  socket.on("connect", () => tell("connect", socket.id));
  socket.on("connect_error", refused);
  if (!socket.onAny) socket.on("error", (data) => refused({ message: String(data.message ?? data), data }));
  socket.on("disconnect", (reason) => tell("disconnect", reason, active()));
  if (options.forgets) {
    socket.on("connect", () => tell("pid", socket._pid));
    socket.on("disconnect", () => (socket.receiveBuffer = []));
  }
  socket.io.on("open", () => socket.io.engine.on("upgrade", ({ name }) => tell("upgrade", name)));
  listen(socket, (event, ...values) => {
    const answer = typeof values.at(-1) === "function" && values.pop();
    tell(event, ...values);
    if (answer && answers.has(event)) answer(...answers.get(event));
  });
  return { socket, answers };
}

function command({ socket, answers }, { emit, ack, answer, arguments: values, disconnect, get }, reply) {
  if (get) reply({ ack, arguments: [socket[get]] });
  else if (emit && ack) socket.emit(...emit, (...values) => reply({ ack, arguments: values }));
  else if (emit) socket.emit(...emit);
  else if (answer) answers.set(answer, values), reply({ ack, arguments: [] });
  else if (disconnect) socket.disconnect();
}

const server = net.createServer((test) => {
  const reply = (message) => test.writable && test.write(`${JSON.stringify(pack(message))}\n`);
  const lines = readline.createInterface({ input: test });
  let client;
  lines.on("line", (line) => {
    const message = JSON.parse(line, unpack);
    if (client) command(client, message, reply);
    else client = start(message, (event, ...values) => reply({ event, arguments: values }));
  });
  lines.on("close", () => client?.socket.disconnect());
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

// The tests are over when they close it.
process.stdin.on("end", () => process.exit()).resume();
