// The worked example: notices, and the notifications of all kinds.

import assert from "node:assert/strict";

import { notes, PHONE, register, told, visit } from "../people.mjs";
import { create, say, together } from "./talk.mjs";

/** Whatever can be pressed is on top where it is. */
async function nothingIsCovered(page) {
  const controls = page.locator(":is(button, input, textarea, summary):visible");
  const covered = await controls.evaluateAll((all) => all.filter((each) => {
    const { left, top, width, height } = each.getBoundingClientRect();
    return !each.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }).map((each) => each.outerHTML));
  assert.deepEqual(covered, []);
}

/** Runs in the page. */
function theNewestShows() {
  const [newest, history] = ["#messages > :last-child p", "#history"].map((each) => document.querySelector(each));
  return newest.getBoundingClientRect().bottom <= history.getBoundingClientRect().bottom + 1;
}

async function notify(page, to, text) {
  const notices = page.locator("#notices");
  if (!(await notices.getAttribute("open"))) await notices.evaluate((details) => (details.open = true));
  await page.getByLabel("To username").fill(to);
  await page.getByLabel("Notice", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Notify" }).click();
  await told(page, `Notice sent to ${to}.`);
}

export async function toastsOnAPhone(browser) {
  const [ann, bob] = [await visit(browser), await visit(browser, PHONE)];
  await Promise.all([register(ann, "ann"), register(bob, "bob")]);
  await create(bob, "Tea");
  for (let number = 1; number <= 12; number++) await say(bob, `message ${number}.`);
  for (const text of ["tea is ready", "and there is cake ".repeat(8)]) {
    await notify(ann, "bob", text);
    await told(bob, text.trim());
  }
  await nothingIsCovered(bob);
  await bob.waitForFunction(theNewestShows);
  for (const pane of ["Rooms", "Events"]) {
    await bob.getByRole("navigation").getByRole("button", { name: pane }).click();
    await nothingIsCovered(bob);
  }
  await bob.getByRole("button", { name: "Dismiss" }).first().tap();
  assert.equal((await notes(bob)).length, 1);
  await bob.locator("#toasts > div").waitFor({ state: "detached" });
  return [ann, bob];
}

export async function toastsOnADesktop(browser) {
  const [ann, bob] = await together(browser);
  for (const text of ["one", "two", "three", "four", "five", "five"]) await notify(ann, "bob", text);
  await told(bob, "five");
  assert.deepEqual(await notes(bob), ["Notice from ann: three", "Notice from ann: four", "Notice from ann: five"]);
  await nothingIsCovered(bob);
  return [ann, bob];
}
