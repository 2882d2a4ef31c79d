// The worked example: messages, which none is missing of, and how they look.

import assert from "node:assert/strict";

import { restart } from "../app.mjs";
import { expectComplaints, LOST } from "../complaints.mjs";
import { connection, picture, register, renewed, SCREENS, told, visit } from "../people.mjs";
import { create, say, shown, texts, together } from "./talk.mjs";

// More than one request brings.
const MISSED = 52;

const DAY_MS = 86_400_000;

export async function restarts(browser) {
  const [ann, bob] = await together(browser);
  await say(ann, "before");
  await shown(bob, "before");
  // Offline, a page on localhost would not know that its WebSocket is gone: bob's cannot reach the server instead.
  await bob.route("**/socket.io/?*", (route) => route.abort());
  await restart();
  await told(ann, "The server restarts");
  await told(ann, "Connected again.");
  await connection(ann, "Connected");
  await connection(bob, "Reconnecting…");
  for (let number = 1; number <= MISSED; number++) await say(ann, `missed ${number}.`);
  await bob.unroute("**/socket.io/?*");
  await connection(bob, "Connected");
  await shown(bob, `missed ${MISSED}.`);
  await say(bob, "after");
  await shown(ann, "after");
  const all = ["before", ...Array.from({ length: MISSED }, (_, index) => `missed ${index + 1}.`), "after"];
  assert.deepEqual(await texts(bob), all);
  assert.deepEqual(await texts(ann), all);
  for (const page of [ann, bob]) expectComplaints(page, LOST);
  return [ann, bob];
}

export async function hours(browser) {
  await restart({ ACCESS_TOKEN_SECONDS: "3" });
  const [ann, bob] = await together(browser);
  await Promise.all([renewed(ann, 2), renewed(bob, 2)]);
  await say(ann, "after some hours");
  await shown(bob, "after some hours");
  return [ann, bob];
}

/** Moves what the server answers into the past: the first messages to three days ago, the next ones to yesterday. */
function inThePast(page, [earlier, yesterday]) {
  return page.route("**/messages?*", async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.forEach((message, index) => {
      const days = index < earlier ? 3 : index < earlier + yesterday ? 1 : 0;
      message.createdAt = new Date(new Date(message.createdAt) - days * DAY_MS).toISOString();
    });
    await route.fulfill({ response, json });
  });
}

const heads = (page) => page.locator("#messages > li:not(.follows) > div").allTextContents();

export async function days(browser) {
  const [ann, bob] = await together(browser);
  for (const text of ["one", "two"]) await say(ann, text);
  await say(bob, "three");
  for (const text of ["four", "five"]) await say(ann, text);
  await inThePast(ann, [2, 2]);
  await ann.reload();
  await shown(ann, "five");
  const [earlier, ...later] = await ann.locator("#messages .day").allTextContents();
  const threeDaysAgo = new Date(Date.now() - 3 * DAY_MS);
  const weekday = threeDaysAgo.toLocaleDateString("en-GB", { weekday: "long" });
  assert.match(earlier, new RegExp(`^${weekday},? ${threeDaysAgo.getDate()} `));
  assert.deepEqual(later, ["Yesterday", "Today"]);
  const authors = (await heads(ann)).map((head) => head.match(/^(\w+) \d?\d:\d\d$/)[1]);
  assert.deepEqual(authors, ["ann", "bob", "ann", "ann"]); // of one, three, four and five
  await say(ann, "six");
  assert.equal((await heads(ann)).length, 4);
  assert.deepEqual(await texts(ann), ["one", "two", "three", "four", "five", "six"]);
  return [ann, bob];
}

export async function pictures(browser) {
  const pages = [];
  for (const [screen, options] of SCREENS) {
    const page = await visit(browser, options);
    const take = (name) => picture(page, `${screen}-${name}`);
    await register(page, screen);
    await create(page, "Tea at four, and whatever else comes up in a room with a rather long name");
    await say(page, "Shall we? ".repeat(20));
    await say(page, "a".repeat(200));
    await take("chat");
    for (const pane of screen.startsWith("phone") ? ["Rooms", "Events"] : []) {
      await page.getByRole("navigation").getByRole("button", { name: pane }).click();
      await take(pane.toLowerCase());
    }
    pages.push(page);
  }
  return pages;
}
