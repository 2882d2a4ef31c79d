// The worked example: rooms, their members and messages, and notices.

import assert from "node:assert/strict";

import { restart } from "./app.mjs";
import {
  click, connection, expectComplaints, fill, focused, logged, LOST, openAccount, picture, register, renewed, SCREENS,
  tabTo, told, visit,
} from "./people.mjs";

// More than one request brings.
const MISSED = 52;

const shown = (page, text) => page.locator("#messages > li", { hasText: text }).waitFor();
const texts = (page) => page.locator("#messages p").allTextContents();

async function create(page, room) {
  await page.getByLabel("New room").fill(room);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: room }).waitFor();
}

async function add(page, name) {
  await page.getByLabel("Add a member by username").fill(name);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("list", { name: "Members" }).getByText(name).waitFor();
}

async function say(page, text) {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
  await shown(page, text);
}

const openRoom = (page, name) => page.getByRole("list", { name: "Rooms" }).getByRole("button", { name }).click();

/** Two people in a room. */
async function together(browser) {
  const [ann, bob] = [await visit(browser), await visit(browser)];
  await Promise.all([register(ann, "ann"), register(bob, "bob")]);
  await create(ann, "Tea");
  await add(ann, "bob");
  await told(bob, "You were added to “Tea”.");
  await openRoom(bob, "Tea");
  return [ann, bob];
}

export async function chat(browser) {
  const [ann, bob] = await together(browser);
  await logged(ann, "welcome_event");
  await ann.getByRole("textbox", { name: "Message" }).pressSequentially("hel");
  await bob.getByText("ann is typing…").waitFor();
  await say(ann, "hello <b>bob</b>");
  await shown(bob, "hello <b>bob</b>");
  assert.equal(await bob.locator("#typing").textContent(), "");
  await say(bob, "hello ann");
  await shown(ann, "hello ann");
  assert.deepEqual(await texts(ann), ["hello <b>bob</b>", "hello ann"]);
  assert.deepEqual(await texts(bob), ["hello <b>bob</b>", "hello ann"]);

  await ann.getByLabel("To username").fill("bob");
  await ann.getByLabel("Notice", { exact: true }).fill("tea is ready");
  await ann.getByRole("button", { name: "Notify" }).click();
  await told(bob, "Notice from ann: tea is ready");
  await told(ann, "Notice sent to bob.");

  await create(bob, "Work");
  await say(ann, "are you there?");
  await bob.getByRole("button", { name: "Tea 1 unread" }).click();
  await shown(bob, "are you there?");
  return [ann, bob];
}

export async function thrownOut(browser) {
  const [ann, bob] = await together(browser);
  await ann.getByRole("button", { name: "Remove bob" }).click();
  await told(bob, "You are no longer in “Tea”.");
  await told(ann, "bob is no longer in the room.");
  await bob.getByText("Create or choose a room.").waitFor();
  await bob.getByText("You are in no room yet.").waitFor();
  await say(ann, "alone at last");
  assert.equal(await bob.getByText("alone at last").count(), 0);
  await ann.getByText("1, 1 online").waitFor();
  return [ann, bob];
}

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

export async function goodbye(browser) {
  const [ann, bob] = await together(browser);
  await say(ann, "hello");
  await shown(bob, "hello");
  await openAccount(ann, "ann", "Delete account");
  await fill(ann, "Current password", "correct horse");
  await click(ann, "Delete my account for good");
  await ann.locator("#auth").getByText(/account (is|was) deleted/).waitFor();
  await bob.reload();
  await openRoom(bob, "Tea");
  await bob.getByText("1, 1 online").waitFor();
  assert.deepEqual(await texts(bob), []);
  return [ann, bob];
}

export async function reload(browser) {
  const [ann, bob] = await together(browser);
  await say(ann, "still here");
  await bob.reload();
  await connection(bob, "Connected");
  await openRoom(bob, "Tea");
  await shown(bob, "still here");
  await bob.getByRole("button", { name: "Log out" }).click();
  await bob.getByRole("button", { name: "Log in" }).waitFor();
  await ann.reload();
  await openRoom(ann, "Tea");
  await ann.getByText("2, 1 online").waitFor();
  return [ann, bob];
}

export async function wrongInput(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await create(ann, "Tea");
  await ann.getByLabel("Add a member by username").fill("nobody");
  await ann.keyboard.press("Enter");
  await ann.locator("#member-name-error", { hasText: /./ }).waitFor();
  expectComplaints(ann, /status of 404/);
  return [ann];
}

export async function keyboard(browser) {
  const [ann, bob] = [await visit(browser), await visit(browser)];
  await Promise.all([register(ann, "ann"), register(bob, "bob")]);
  const press = (key) => ann.keyboard.press(key);
  await tabTo(ann, ann.getByLabel("New room"));
  await ann.keyboard.type("Tea");
  await press("Enter");
  await focused(ann, "#text");
  await ann.keyboard.type("one");
  await press("Shift+Enter");
  await ann.keyboard.type("two");
  await press("Enter");
  await shown(ann, "one\ntwo");
  await tabTo(ann, ann.getByLabel("Add a member by username"), "Shift+Tab");
  await ann.keyboard.type("bob");
  await press("Enter");
  await told(bob, "You were added to “Tea”.");
  await tabTo(ann, ann.getByRole("button", { name: "Remove bob" }), "Shift+Tab");
  await press("Enter");
  await told(bob, "You are no longer in “Tea”.");
  await focused(ann, "summary");
  await tabTo(ann, ann.getByRole("button", { name: "Leave room" }), "Shift+Tab");
  await press("Enter");
  await tabTo(ann, ann.getByRole("button", { name: "Leave", exact: true }));
  await press("Enter");
  await told(ann, "You are no longer in “Tea”.");
  await focused(ann, "#rooms-title");
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
