// Socket.IO on Node, as its users write it: a JWT, a room for each user, rooms to join.
// node server.js [recovering | createAdapter | createShardedAdapter] PORT
const { createServer } = require("node:http");
const adapters = require("@socket.io/redis-adapter");
const jwt = require("jsonwebtoken");
const { createClient } = require("redis");
const { Server } = require("socket.io");

const [kind, port] = process.argv.slice(-2);
const http = createServer();
const io = new Server(http, kind === "recovering" ? { connectionStateRecovery: {} } : {});

io.use((socket, next) => {
  try {
    socket.data.user = jwt.verify(socket.handshake.auth.token, process.env.JWT_SECRET, { algorithms: ["HS256"] });
    next();
  } catch {
    next(new Error("unauthorized"));
  }
});

let late = 0;
let heartbeat;

function watch() {
  let expected = performance.now() + 5;
  late = 0;
  heartbeat = setInterval(() => {
    const now = performance.now();
    late = Math.max(late, now - expected);
    expected = now + 5;
  }, 5);
}

io.on("connection", (socket) => {
  const { id } = socket.data.user;
  socket.join(`user::${id}`);
  io.to(`user::${id}`).emit("welcome_event", `Hello ${id}`);

  socket.on("join", (room, ack) => {
    socket.join(room);
    ack(true);
  });
  socket.on("leave", (room, ack) => {
    socket.leave(room);
    ack(true);
  });
  socket.on("say", ({ to, text }) => io.to(`user::${to}`).emit("said", text));
  socket.on("echo", (text, ack) => ack(text));
  socket.on("form", (said, ack) => {
    if (typeof said?.to !== "string" || typeof said.text !== "string") {
      ack({ error: "to and text are strings" });
    } else {
      ack(said.text);
    }
  });
  socket.on("wait", (text, ack) => setTimeout(() => ack(text), 10));
  socket.on("fan", ({ room, size, first, count }, ack) => {
    for (let number = first; number < first + count; number++) {
      io.to(room).emit("news", String(number).padStart(8, "0").padEnd(size, "x"));
    }
    ack?.(true);
  });
  socket.on("present", (ack) => ack(Math.max(io.engine.clientsCount, io.sockets.sockets.size)));
  socket.on("watch", (ack) => {
    watch();
    ack(true);
  });
  socket.on("watched", (ack) => {
    clearInterval(heartbeat);
    ack(late);
  });
});

async function join(redis) {
  const subscriber = redis.duplicate();
  await Promise.all([redis.connect(), subscriber.connect()]);
  io.adapter(adapters[kind](redis, subscriber));
}

(kind in adapters ? join(createClient({ url: process.env.REDIS_URL })) : Promise.resolve()).then(() =>
  http.listen(Number(port), "127.0.0.1"),
);
