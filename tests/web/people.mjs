// People with a browser each: what they do on the page, and what they wait to see there.

import assert from "node:assert/strict";
import path from "node:path";

import { folder, url } from "./app.mjs";
import { gather } from "./complaints.mjs";

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
/** A phone and a desktop, in light and in dark: a name each, and what a browser needs to know of it. */
export const SCREENS = Object.entries({ phone: PHONE, desktop: DESKTOP }).flatMap(([device, options]) =>
  ["light", "dark"].map((colorScheme) => [`${device}-${colorScheme}`, { ...options, colorScheme }]),
);

/** A person with a browser of their own, whose page keeps what it complains of in `complaints`. */
export async function visit(browser, options = DESKTOP) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = watch(await context.newPage());
  await page.goto(url);
  return page;
}

export function watch(page) {
  page.setDefaultTimeout(20_000);
  gather(page);
  page.refreshed = [];
  page.on("request", (asked) => asked.url().endsWith("/auth/refresh") && page.refreshed.push(asked.postData()));
  return page;
}

export async function signUp(page, name) {
  await page.getByRole("tab", { name: "Register" }).click();
  await fill(page, "Username", name);
  await fill(page, "E-mail", `${name}@example.com`);
  await fill(page, "Password", "correct horse");
  await page.getByRole("button", { name: "Register" }).click();
}

export async function register(page, name) {
  await signUp(page, name);
  await connection(page, "Connected");
}

export async function giveCredentials(page, name, password = "correct horse") {
  await page.getByRole("tab", { name: "Log in" }).click();
  await fill(page, "Username or e-mail", name);
  await fill(page, "Password", password);
  await page.keyboard.press("Enter");
}

export async function logIn(page, name, password) {
  await giveCredentials(page, name, password);
  await connection(page, "Connected");
}

export const connection = (page, words) => page.locator("#connection", { hasText: new RegExp(`^${words}$`) }).waitFor();
export const told = (page, text) => page.locator("#toasts > div", { hasText: text }).first().waitFor();
export const notes = (page) => page.locator("#toasts p").allTextContents();
export const logged = (page, event) => page.locator(`#log > [data-event="${event}"]`).first().waitFor();

/** The login form, or another, says so. */
export const blamed = (page, text) => page.locator("[aria-invalid] + .error", { hasText: text }).waitFor();
export const alerted = (page, text) => page.getByRole("alert").getByText(text).waitFor();
export const confirmed = (page, text) => page.getByRole("status").getByText(text).waitFor();
export const click = (page, name) => page.getByRole("button", { name, exact: true }).click();
export const fill = (page, label, text) => page.getByLabel(label, { exact: true }).and(page.locator(":visible")).fill(text);

export async function openAccount(page, name, part) {
  await click(page, name);
  await page.getByRole("dialog", { name: "Account" }).waitFor();
  if (part) await page.getByText(part, { exact: true }).click();
}

/** What the tab keeps of its session. */
export const kept = async (page) => JSON.parse(await page.evaluate(() => sessionStorage.getItem("session")));

/** Runs in the page. */
export const expired = (jwt) => Date.now() > 1000 * JSON.parse(atob(jwt.split(".")[1])).exp;

export const renewals = (page) => page.locator('#log > [data-event="token:renew"]').count();

/** Waits until the page has shown the server so many newer tokens. */
export async function renewed(page, times) {
  const wanted = (await renewals(page)) + times;
  await page.locator(`#log > [data-event="token:renew"]`).nth(wanted - 1).waitFor();
}

export const reconnects = async (page) => (await page.locator('#log > [data-event="connect"]').count()) - 1;

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page, locator, key = "Tab") {
  for (let presses = 0; presses < 40; presses++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never reaches ${locator}`);
}

export const focused = (page, selector) => page.waitForFunction((wanted) => document.activeElement.matches(wanted), selector);

/** Nothing may stick out at the side. */
export async function picture(page, name) {
  const [width, available] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert(width <= available, `${name} is ${width} px wide, of ${available}`);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
