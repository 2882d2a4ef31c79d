// Plays what people do on the page, in a real browser: `node play.mjs FILE SCENARIO URL BROWSER FOLDER`, where SCENARIO is
// a function that FILE.mjs exports.

import assert from "node:assert/strict";
import path from "node:path";

import { chromium } from "playwright-core";

import { hangUp } from "./app.mjs";

const [file, scenario, , executablePath, folder] = process.argv.slice(2);
const QUIET = ["sandbox", "first-run"].map((name) => `--no-${name}`);
const OFF = ["gpu", "quic", "background-networking", "component-update", "sync"].map((name) => `--disable-${name}`);

const scenarios = await import(`./${file}.mjs`);
const browser = await chromium.launch({ executablePath, args: [...QUIET, ...OFF] });
try {
  for (const page of await scenarios[scenario](browser)) assert.deepEqual(page.complaints, []);
} catch (error) {
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [index, page] of pages.entries()) await page.screenshot({ path: path.join(folder, `failed-${index}.png`) });
  throw error;
} finally {
  await browser.close();
  hangUp();
}
