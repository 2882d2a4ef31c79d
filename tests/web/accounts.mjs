// Who people are: logging in, devices, passwords and addresses, and the end of an account.

import assert from "node:assert/strict";

import { ask, mailed, restart, url } from "./app.mjs";
import { expectComplaints, LOST } from "./complaints.mjs";
import {
  alerted, blamed, click, confirmed, connection, fill, focused, giveCredentials, logged, logIn, openAccount, PHONE,
  reconnects, register, signUp, told, visit, watch,
} from "./people.mjs";

export async function devices(browser) {
  const [phone, desktop] = [await visit(browser, PHONE), await visit(browser)];
  await register(desktop, "ann");
  await logIn(phone, "ann");

  await openAccount(phone, "ann");
  await phone.locator("#sessions > li").nth(1).waitFor();
  assert.equal(await phone.locator("#sessions > li").count(), 2);
  assert.match(await phone.locator("#sessions > li", { hasText: "This device" }).textContent(), /last used just now/);
  await phone.getByRole("button", { name: /^Log out Chrome on Linux/ }).click();
  await focused(phone, "#devices-title");
  await alerted(desktop, "This session was ended from another device.");
  await connection(desktop, "Not connected");
  await logIn(desktop, "ann");

  await phone.getByText("Change password", { exact: true }).click();
  await fill(phone, "Current password", "wrong horse");
  await fill(phone, "New password", "purple elephant");
  await fill(phone, "New password again", "purple elephants");
  await click(phone, "Change the password");
  await blamed(phone, "Passwords do not match");
  await fill(phone, "New password again", "purple elephant");
  await click(phone, "Change the password");
  await blamed(phone, "The provided current password is invalid");
  await fill(phone, "Current password", "correct horse");
  await click(phone, "Change the password");
  await confirmed(phone, "Your password is changed.");
  await alerted(desktop, "The password was changed; log in with the new one.");
  assert.equal(await phone.locator("#sessions > li").count(), 1);
  assert.equal(await reconnects(phone), 0);
  await logIn(desktop, "ann", "purple elephant");

  await click(phone, "Log out everywhere");
  await phone.getByRole("heading", { name: "Log in" }).waitFor();
  await alerted(desktop, "You logged out everywhere.");
  expectComplaints(phone, /status of 400/);
  return [phone, desktop];
}

export async function blocked(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ask("block ann");
  await alerted(ann, "Your account has been blocked by an administrator");
  await connection(ann, "Not connected");
  await giveCredentials(ann, "ann");
  await alerted(ann, "Your account has been blocked by an administrator");
  expectComplaints(ann, /status of 400/);
  return [ann];
}

export async function unreachable(browser) {
  const ann = await visit(browser);
  await register(ann, "ann");
  await ann.route("**/auth/logout", (route) => route.abort());
  await click(ann, "Log out");
  await told(ann, "You are logged out here, but the server could not be told.");
  await connection(ann, "Not connected");
  assert.equal(await ann.evaluate(() => sessionStorage.length), 0);
  expectComplaints(ann, LOST);
  return [ann];
}

export async function forgotten(browser) {
  await restart();
  const [ann, other] = [await visit(browser), await visit(browser)];
  await register(other, "ann");
  for (const email of ["nobody@example.com", "ann@example.com"]) {
    await click(ann, "Forgot your password?");
    await fill(ann, "E-mail of your account", email);
    await click(ann, "Send the link");
    await confirmed(ann, "If an account has this address, a mail is on its way.");
    await click(ann, "Back");
  }
  const link = await mailed("#reset=");
  const tab = watch(await ann.context().newPage());
  await tab.goto(link);
  await focused(tab, "#reset-password");
  assert.equal(tab.url(), `${url}/`);
  await fill(tab, "New password", "short");
  await fill(tab, "New password again", "short");
  await click(tab, "Save the password");
  await focused(tab, "#reset-password[aria-invalid]");
  await fill(tab, "New password", "purple elephant");
  await fill(tab, "New password again", "purple elephant");
  await click(tab, "Save the password");
  await connection(tab, "Connected");
  await alerted(other, "The password was changed; log in with the new one.");
  await logIn(other, "ann@example.com", "purple elephant");

  await tab.goto(link); // again, where the page is there already, and logged in
  await fill(tab, "New password", "golden elephant");
  await fill(tab, "New password again", "golden elephant");
  await click(tab, "Save the password");
  await alerted(tab, "Incorrect code provided");
  await click(tab, "Back");
  await tab.getByRole("heading", { name: "Events received" }).waitFor();
  assert.equal(tab.url(), `${url}/`);
  expectComplaints(tab, /status of 400/);
  return [ann, other, tab];
}

export async function confirmation(browser) {
  await restart({ CONFIRM_EMAILS: "true" });
  const ann = await visit(browser);
  await signUp(ann, "ann");
  await confirmed(ann, "We have sent a mail to ann@example.com.");
  await mailed("confirmation=");
  await click(ann, "Back");
  await giveCredentials(ann, "ann@example.com");
  await alerted(ann, "Your account email is not confirmed");
  await click(ann, "Send the mail again");
  await confirmed(ann, "a mail is on its way");
  const link = await mailed("confirmation=");
  await ann.goto(link);
  await confirmed(ann, "Your e-mail address is confirmed. You can log in now.");
  assert.equal(ann.url(), `${url}/`);
  await logIn(ann, "ann");

  await openAccount(ann, "ann", "Change username or e-mail");
  await fill(ann, "New e-mail", "anna@example.com");
  await fill(ann, "Current password", "correct horse");
  await click(ann, "Save");
  await confirmed(ann, "Open the link in the mail to anna@example.com");
  await click(ann, "Close");
  await ann.goto(await mailed("confirmation="));
  await told(ann, "Your e-mail address is confirmed.");
  await openAccount(ann, "ann");
  await ann.getByText("ann, anna@example.com").waitFor();

  const other = await visit(browser);
  await other.goto(link);
  await alerted(other, "This link is not valid any more.");
  expectComplaints(ann, /status of 400/);
  return [ann, other];
}

export async function guessing(browser) {
  const [ann, thief] = [await visit(browser), await visit(browser)];
  await register(ann, "ann");
  const patience = thief.getByRole("alert").getByText(/try again/i);
  for (let tries = 0; tries < 20 && !(await patience.isVisible()); tries++) {
    const answered = thief.waitForResponse("**/auth/local");
    await giveCredentials(thief, "ann", `guess number ${tries}`);
    await answered;
  }
  await patience.waitFor();
  expectComplaints(thief, /status of 4(00|29)/);
  return [ann, thief];
}

export async function goodbye(browser) {
  const [ann, bob] = [await visit(browser), await visit(browser)];
  await Promise.all([register(ann, "ann"), register(bob, "bob")]);
  await openAccount(ann, "ann", "Change username or e-mail");
  await fill(ann, "New username", "bob");
  await fill(ann, "Current password", "correct horse");
  await click(ann, "Save");
  await alerted(ann, "Email or Username are already taken");
  await fill(ann, "New username", "anna");
  await click(ann, "Save");
  await confirmed(ann, "Saved.");
  await click(ann, "Close");
  await ann.reload();
  await connection(ann, "Connected");

  await openAccount(ann, "anna", "Delete account");
  await ann.getByText("This deletes your account, everything you wrote").waitFor();
  await fill(ann, "Current password", "wrong horse");
  await click(ann, "Delete my account for good");
  await blamed(ann, "The provided current password is invalid");
  await fill(ann, "Current password", "correct horse");
  await click(ann, "Delete my account for good");
  await ann.locator("#auth").getByText(/account (is|was) deleted/).waitFor();
  await giveCredentials(ann, "anna");
  await alerted(ann, "Invalid identifier or password");
  expectComplaints(ann, /status of 400/);
  return [ann, bob];
}
