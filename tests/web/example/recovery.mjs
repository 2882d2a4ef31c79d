// A page whose connection is lost for a moment.

import assert from "node:assert/strict";

import { ask } from "../app.mjs";
import { expectComplaints, LOST } from "../complaints.mjs";
import { connection, register, told, visit } from "../people.mjs";

/** The events log, the newest first: what happened, and what came with it. */
const log = (page) =>
  page.locator("#log > li").evaluateAll((items) => items.map((item) => [item.dataset.event, item.lastChild.textContent]));

const isNews = ([event]) => !["disconnect", "connect_error"].includes(event);

export async function recovers(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  const [before] = (await log(ann)).filter(([event]) => event === "connect");

  await ask("cut");
  await connection(ann, "Reconnecting…");
  await ask("mend");
  await connection(ann, "Connected");
  await told(ann, "Connected again.");

  const seen = (await log(ann)).filter(isNews).slice(0, 3);
  assert.deepEqual(
    seen.map(([event]) => event),
    ["connect", "notice", "notice"],
  );
  assert.equal(seen[0][1], `${before[1]} { "recovered": true, "missed": 2 }`);
  assert.match(seen[1][1], /second/);
  assert.match(seen[2][1], /first/);
  await told(ann, "Notice from bob: second");
  expectComplaints(ann, LOST);
  return [ann];
}

/** What it shows is loaded anew. */
export async function beginsAnew(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ask("cut");
  await connection(ann, "Reconnecting…");
  await ask("forget");
  await ask("mend");
  await connection(ann, "Connected");
  await ann.locator("#rooms", { hasText: "Tea" }).waitFor();

  const [[event, id]] = (await log(ann)).filter(([event]) => event === "connect");
  assert.deepEqual([event, id.includes("recovered")], ["connect", false]);
  expectComplaints(ann, LOST);
  return [ann];
}
