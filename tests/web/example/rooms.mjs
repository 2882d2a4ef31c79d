// The worked example: rooms, their members, and a reload.

import assert from "node:assert/strict";

import { url } from "../app.mjs";
import { expectComplaints } from "../complaints.mjs";
import {
  click, connection, fill, focused, logged, logIn, openAccount, PHONE, register, tabTo, told, visit,
} from "../people.mjs";
import { create, openRoom, say, shown, texts, together } from "./talk.mjs";

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

  await ann.getByText("Send a notice").click();
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
  await ann.getByText("1 of 1 online").waitFor();
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
  await bob.getByText("1 of 1 online").waitFor();
  assert.deepEqual(await texts(bob), []);
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

export async function reload(browser) {
  const [ann, bob] = await together(browser);
  await say(ann, "still here");
  await bob.reload();
  await connection(bob, "Connected");
  await shown(bob, "still here");
  await bob.getByRole("heading", { name: "Tea" }).waitFor();
  await say(ann, "and there");
  await shown(bob, "and there");
  await bob.getByRole("button", { name: "Log out" }).click();
  await bob.getByRole("button", { name: "Log in" }).waitFor();
  await ann.reload();
  await ann.getByText("1 of 2 online").waitFor();

  await logIn(bob, "bob");
  await bob.getByText("Create or choose a room.").waitFor();
  return [ann, bob];
}

export async function reloadOnAPhone(browser) {
  const ann = await visit(browser, PHONE);
  await register(ann, "ann");
  await create(ann, "Tea");
  await say(ann, "one");
  await ann.reload();
  await shown(ann, "one");
  await ann.getByRole("navigation").getByRole("button", { name: "Events" }).click();
  await ann.reload();
  await logged(ann, "welcome_event");
  return [ann];
}

/** The room that was open is not ours any more when the page is back. */
export async function reloadThrownOut(browser) {
  const [ann, bob] = await together(browser);
  await bob.goto("about:blank");
  await click(ann, "Remove bob");
  await told(ann, "bob is no longer in the room.");
  await bob.goto(url);
  await told(bob, "You are no longer in “Tea”.");
  await bob.getByText("Create or choose a room.").waitFor();
  return [ann, bob];
}
