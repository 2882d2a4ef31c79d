// The connection over hours and lost answers, from elsewhere, and how it ends.

import assert from "node:assert/strict";
import http from "node:http";
import path from "node:path";

import { ask, restart, url } from "./app.mjs";
import { expectComplaints, LOST } from "./complaints.mjs";
import {
  connection, expired, focused, kept, logged, logIn, openAccount, reconnects, register, renewed, visit, watch,
} from "./people.mjs";

export async function anotherSecret(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await restart({ JWT_SECRET: "another secret of 32 characters." });
  await ann.getByRole("alert").getByText("Please log in").waitFor();
  await connection(ann, "Not connected");
  await logIn(ann, "ann");
  await logged(ann, "welcome_event");
  expectComplaints(ann, LOST);
  return [ann];
}

export async function disconnected(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ask("disconnect");
  await ann.getByRole("alert").getByText("You have been naughty.").waitFor();
  await connection(ann, "Not connected");
  await focused(ann, "#identifier");
  return [ann];
}

// A page of another origin, as that of a front end with a server of its own.
export async function elsewhere(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  const { jwt } = await kept(ann);
  const other = http.createServer((_, response) => response.setHeader("Content-Type", "text/html").end());
  await new Promise((listens) => other.listen(0, "localhost", listens));
  const origin = `http://localhost:${other.address().port}`;
  const page = await browser.newPage();
  const events = async (transport) => {
    await page.goto(origin);
    await page.addScriptTag({ url: `${url}/socket.io/socket.io.js` });
    return await page.evaluate(connectFrom, { url, jwt, transport });
  };
  const refused = [await events("polling"), await events("websocket")];
  await restart({ CORS_ORIGINS: origin });
  const accepted = [await events("polling"), await events("websocket")];
  other.close();
  assert.deepEqual(refused, ["TypeError connect_error", "TypeError connect_error"]);
  assert.deepEqual(accepted, ["ann Hello ann@example.com", "ann Hello ann@example.com"]);
  return [];
}

// The app of 2020 as a web page of an origin of its own: axios, and socket.io-client 2.3 with its default transports.
export async function elsewhereIn2020(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  const other = http.createServer((_, response) => response.setHeader("Content-Type", "text/html").end());
  await new Promise((listens) => other.listen(0, "localhost", listens));
  const origin = `http://localhost:${other.address().port}`;
  await restart({ CORS_ORIGINS: origin });
  const page = await browser.newPage();
  await page.goto(origin);
  for (const script of ["axios/dist/axios.min.js", "socket.io-client-2.3/dist/socket.io.js"])
    await page.addScriptTag({ path: path.join("node_modules", script) });
  const heard = await page.evaluate(async (url) => {
    const credentials = { identifier: "ann", password: "correct horse" };
    const { data } = await axios.post(`${url}/auth/local`, credentials);
    const socket = io(url, { query: { jwt: data.jwt } });
    const upgraded = new Promise((resolve) => socket.io.engine.on("upgrade", ({ name }) => resolve(name)));
    const greeting = await new Promise((resolve) => socket.on("welcome_event", resolve));
    const result = `${greeting} ${await upgraded}`;
    socket.close();
    return result;
  }, url);
  other.close();
  assert.equal(heard, "Hello ann@example.com websocket");
  return [];
}

export async function hours(browser) {
  await restart({ ACCESS_TOKEN_SECONDS: "3" });
  const [ann, bob] = [await visit(browser), await visit(browser)];
  await Promise.all([register(ann, "ann"), register(bob, "bob")]);
  await Promise.all([renewed(ann, 4), renewed(bob, 4)]);
  assert.deepEqual([await reconnects(ann), await reconnects(bob)], [0, 0]);
  await openAccount(ann, "ann");
  await ann.getByText("This device").waitFor();
  assert.equal(await ann.locator("#sessions > li").count(), 1);
  return [ann, bob];
}

export async function asleep(browser) {
  await restart({ ACCESS_TOKEN_SECONDS: "4" });
  const ann = await visit(browser);
  await register(ann, "ann");
  const { jwt } = await kept(ann);
  await ann.goto("about:blank");
  await ann.waitForFunction(expired, jwt);
  await ann.goto(url);
  await connection(ann, "Connected");
  assert.notEqual((await kept(ann)).jwt, jwt);
  await openAccount(ann, "ann");
  await ann.getByText("This device").waitFor();
  return [ann];
}

export async function lostAnswers(browser) {
  await restart({ ACCESS_TOKEN_SECONDS: "3" });
  const ann = await visit(browser);
  await register(ann, "ann");
  const lose = async (route) => {
    await route.fetch();
    await route.abort();
  };
  await ann.route("**/auth/refresh", lose, { times: 1 });
  await renewed(ann, 2);
  const [lost, again, next] = ann.refreshed;
  assert.equal(lost, again);
  assert.notEqual(again, next);

  // Too long without an answer: the server closes the connection, and the page comes back.
  await ann.route("**/auth/refresh", (route) => route.abort());
  await logged(ann, "closing");
  await connection(ann, "Reconnecting…");
  await ann.unroute("**/auth/refresh");
  await connection(ann, "Connected");
  await renewed(ann, 1);
  expectComplaints(ann, LOST);
  return [ann];
}

export async function duplicatedTab(browser) {
  await restart({ ACCESS_TOKEN_SECONDS: "3" });
  const ann = await visit(browser);
  await register(ann, "ann");
  const [opened] = await Promise.all([ann.waitForEvent("popup"), ann.evaluate(() => void open(location.href))]);
  const twin = watch(opened);
  await connection(twin, "Connected");
  await Promise.all([renewed(ann, 4), renewed(twin, 4)]);
  assert.deepEqual([await reconnects(ann), await reconnects(twin)], [0, 0]);

  // What it was not there to be handed, it asks for.
  await twin.goto("about:blank");
  await renewed(ann, 3);
  await twin.goto(url);
  await connection(twin, "Connected");
  await Promise.all([renewed(ann, 2), renewed(twin, 2)]);
  assert.equal(await reconnects(ann), 0);

  const presented = [...ann.refreshed, ...twin.refreshed];
  assert.equal(new Set(presented).size, presented.length, "a token was presented twice");
  assert.equal(await twin.locator("#me").textContent(), "ann");
  return [ann, twin];
}

/** Runs in the page: what REST and the socket say to it. */
async function connectFrom({ url, jwt, transport }) {
  const asked = fetch(`${url}/api/users/me`, { headers: { Authorization: `Bearer ${jwt}` } });
  const me = await asked.then((response) => response.json()).catch((error) => ({ username: error.name }));
  const socket = io(url, { auth: { token: jwt }, transports: [transport], forceNew: true });
  const heard = new Promise((resolve) => {
    socket.on("welcome_event", resolve);
    socket.on("connect_error", () => resolve("connect_error"));
  });
  return `${me.username} ${await heard}`;
}
