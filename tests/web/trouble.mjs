// What the page says of what is the matter, and that it stops when that is over.

import assert from "node:assert/strict";

import { ask } from "./app.mjs";
import { expectComplaints, LOST } from "./complaints.mjs";
import { click, connection, fill, logged, notes, register, told, visit } from "./people.mjs";

const AWAY = "The database is away";
const FAILED = "The server could not set this connection up";

const gone = (page, text) => page.locator("#toasts > div", { hasText: text }).waitFor({ state: "detached" });

export async function hookFails(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ask("break");
  await ann.reload();
  await ann.locator('#log > [data-event="closing"]').nth(2).waitFor();
  assert.deepEqual(await notes(ann), ["The server could not set this connection up; it may connect again."]);
  assert.equal(await ann.locator("#connection").textContent(), "Reconnecting…");

  await ask("mend");
  await gone(ann, FAILED);
  await connection(ann, "Connected");
  assert.deepEqual(await notes(ann), ["Connected again."]);
  return [ann];
}

/** Who has read it need not read it again. */
export async function hookFailsAndIsDismissed(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ask("break");
  await ann.reload();
  await told(ann, FAILED);
  await click(ann, "Dismiss");
  await ann.locator('#log > [data-event="closing"]').nth(2).waitFor();
  assert.deepEqual(await notes(ann), []);
  return [ann];
}

export async function databaseAway(browser) {
  const [ann, bob] = [await visit(browser), await visit(browser)];
  await register(ann, "ann");
  await ask("stop");
  await fill(bob, "Username or e-mail", "ann");
  await fill(bob, "Password", "correct horse");
  for (let times = 0; times < 2; times++) {
    await click(bob, "Log in");
    await told(bob, AWAY);
  }
  await ann.locator("#me").click();
  await ann.getByText("Signed in on these devices").waitFor();
  await told(ann, AWAY);
  for (const page of [ann, bob]) {
    assert.equal((await notes(page)).length, 1);
    assert.deepEqual(await page.getByRole("alert").filter({ hasText: /./ }).allTextContents(), []);
  }
  await ann.reload();
  await connection(ann, "Reconnecting…");
  await told(ann, AWAY);

  await ask("start");
  await Promise.all([gone(ann, AWAY), gone(bob, AWAY)]);
  await connection(ann, "Connected");
  await click(bob, "Log in");
  await connection(bob, "Connected");
  for (const page of [ann, bob]) expectComplaints(page, LOST);
  return [ann, bob];
}

export async function anotherRole(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ask("promote");
  await logged(ann, "closing");
  await ann.locator('#log > [data-event="connect"]').nth(1).waitFor();
  await connection(ann, "Connected");
  assert.deepEqual(await notes(ann), []);
  return [ann];
}
