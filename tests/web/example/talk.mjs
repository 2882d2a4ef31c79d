// What people do in the rooms of the worked example.

import { register, told, visit } from "../people.mjs";

export const shown = (page, text) => page.locator("#messages > li", { hasText: text }).waitFor();
export const texts = (page) => page.locator("#messages p").allTextContents();

export async function create(page, room) {
  await page.getByLabel("New room").fill(room);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: room }).waitFor();
}

export async function add(page, name) {
  await page.getByLabel("Add a member by username").fill(name);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("list", { name: "Members" }).getByText(name).waitFor();
}

export async function say(page, text) {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
  await shown(page, text);
}

export const openRoom = (page, name) => page.getByRole("list", { name: "Rooms" }).getByRole("button", { name }).click();

/** Two people in a room. */
export async function together(browser) {
  const [ann, bob] = [await visit(browser), await visit(browser)];
  await Promise.all([register(ann, "ann"), register(bob, "bob")]);
  await create(ann, "Tea");
  await add(ann, "bob");
  await told(bob, "You were added to “Tea”.");
  await openRoom(bob, "Tea");
  return [ann, bob];
}
