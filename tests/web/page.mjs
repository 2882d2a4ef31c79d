// The page as such: what it says, what it keeps, the keyboard, and how it looks.

import assert from "node:assert/strict";

import { url } from "./app.mjs";
import { expectComplaints, LOST } from "./complaints.mjs";
import {
  alerted, click, confirmed, connection, fill, focused, openAccount, picture, register, SCREENS, tabTo, visit, watch,
} from "./people.mjs";

export async function withoutClient(browser) {
  const ann = watch(await browser.newPage());
  await ann.route("**/socket.io/socket.io.js", (route) => route.abort());
  await ann.goto(url);
  await alerted(ann, "The Socket.IO client did not load");
  await ann.unroute("**/socket.io/socket.io.js");
  await click(ann, "Reload the page");
  await ann.getByRole("tab", { name: "Log in" }).waitFor();
  expectComplaints(ann, LOST);
  return [ann];
}

export async function reload(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ann.reload();
  await connection(ann, "Connected");
  await ann.getByRole("button", { name: "Log out" }).click();
  await ann.getByRole("button", { name: "Log in" }).waitFor();
  return [ann];
}

export async function tabs(browser) {
  const ann = await visit(browser);
  const fields = { "Log in": "Username or e-mail", Register: "E-mail" };
  const shows = async (name) => {
    await ann.getByRole("tabpanel", { name }).getByLabel(fields[name]).waitFor();
    assert.equal(await ann.getByRole("tabpanel").count(), 1);
    assert.equal(await ann.getByRole("tab", { selected: true }).textContent(), name);
    await focused(ann, "[role=tab][aria-selected=true]");
  };
  await tabTo(ann, ann.getByRole("tab", { name: "Log in" }));
  await shows("Log in");
  for (const keys of [["ArrowRight", "ArrowRight"], ["End", "ArrowLeft"], ["ArrowLeft", "Home"]]) {
    await ann.keyboard.press(keys[0]);
    await shows("Register");
    await ann.keyboard.press(keys[1]);
    await shows("Log in");
  }
  await ann.keyboard.press("Tab"); // One stop for all tabs: the other one is not next.
  await focused(ann, "#identifier");
  return [ann];
}

export async function wrongInput(browser) {
  const ann = await visit(browser);
  await ann.getByRole("tab", { name: "Register" }).click();
  await fill(ann, "Username", "a");
  await fill(ann, "E-mail", "nowhere");
  await fill(ann, "Password", "short");
  await ann.keyboard.press("Enter");
  await focused(ann, "#username[aria-invalid]");
  for (const field of ["username", "email", "password"]) assert(await ann.locator(`#${field}-error`).textContent());
  await register(ann, "ann");
  expectComplaints(ann, /status of 40[04]/);
  return [ann];
}

export async function keyboard(browser) {
  const ann = await visit(browser);
  const press = (key) => ann.keyboard.press(key);
  await tabTo(ann, ann.getByRole("tab", { name: "Log in" }));
  await press("ArrowRight");
  for (const [label, text] of [["Username", "ann"], ["E-mail", "ann@example.com"], ["Password", "correct horse"]]) {
    await tabTo(ann, ann.locator("#register").getByLabel(label, { exact: true }));
    await ann.keyboard.type(text);
  }
  await press("Enter");
  await focused(ann, "#app h2");
  await tabTo(ann, ann.getByRole("button", { name: "ann", exact: true }), "Shift+Tab");
  await press("Enter");
  await tabTo(ann, ann.getByText("Change password", { exact: true }));
  await press("Enter");
  for (const label of ["Current password", "New password", "New password again"]) {
    await tabTo(ann, ann.locator("#change-password").getByLabel(label, { exact: true }));
    await ann.keyboard.type(label === "Current password" ? "correct horse" : "purple elephant");
  }
  await press("Enter");
  await confirmed(ann, "Your password is changed.");
  await press("Escape");
  await focused(ann, "#me");
  await tabTo(ann, ann.getByRole("button", { name: "Log out" }));
  await press("Enter");
  await focused(ann, "#identifier");
  return [ann];
}

export async function pictures(browser) {
  const pages = [];
  for (const [screen, options] of SCREENS) {
    const page = await visit(browser, options);
    const take = (name) => picture(page, `${screen}-${name}`);
    await take("login");
    await click(page, "Forgot your password?");
    await take("forgot");
    await click(page, "Back");
    await register(page, screen);
    await openAccount(page, screen, "Change password");
    await page.getByText("This device").waitFor();
    await take("account");
    pages.push(page);
  }
  return pages;
}
