// What people do on the page, in a real browser: `node page.cjs SCENARIO URL BROWSER FOLDER` plays one of `scenarios`.
// It writes a line when the test is to do something with the app, "restart" with settings in JSON or "throw out", and
// waits for the line that says it is done.

const assert = require("node:assert/strict");
const http = require("node:http");
const path = require("node:path");
const readline = require("node:readline/promises");
const { chromium } = require("playwright-core");

const [scenario, url, executablePath, folder] = process.argv.slice(2);
const QUIET = ["sandbox", "first-run"].map((name) => `--no-${name}`);
const OFF = ["gpu", "quic", "background-networking", "component-update", "sync"].map((name) => `--disable-${name}`);
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const DESKTOP = { viewport: { width: 1280, height: 800 } };
// What Chromium itself writes while a server is away.
const LOST = /Failed to load resource|WebSocket connection to .* failed/;

// More than one request brings.
const MISSED = 52;

const lines = readline.createInterface({ input: process.stdin });
const replies = lines[Symbol.asyncIterator]();

async function ask(what) {
  console.log(what);
  await replies.next();
}

const restart = (environment = {}) => ask(`restart ${JSON.stringify(environment)}`);

/** A person with a browser of their own, whose page keeps what it complains of in `complaints`. */
async function visit(browser, options = DESKTOP) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(error.stack));
  await page.goto(url);
  return page;
}

async function register(page, name) {
  await page.getByRole("radio", { name: "Register" }).check();
  await page.getByLabel("Username", { exact: true }).fill(name);
  await page.getByLabel("E-mail", { exact: true }).fill(`${name}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await page.getByRole("button", { name: "Register" }).click();
  await connection(page, "Connected");
}

const connection = (page, words) => page.locator("#connection", { hasText: new RegExp(`^${words}$`) }).waitFor();
const told = (page, text) => page.locator("#toasts > div", { hasText: text }).first().waitFor();
const logged = (page, event) => page.locator(`#log > [data-event="${event}"]`).first().waitFor();
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

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(page, locator, key = "Tab") {
  for (let presses = 0; presses < 40; presses++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never reaches ${locator}`);
}

const focused = (page, selector) => page.waitForFunction((wanted) => document.activeElement.matches(wanted), selector);

const scenarios = {
  async chat(browser) {
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
  },

  async thrownOut(browser) {
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
  },

  async restarts(browser) {
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
    for (const page of [ann, bob]) page.complaints = page.complaints.filter((text) => !LOST.test(text));
    return [ann, bob];
  },

  async anotherSecret(browser) {
    const ann = await visit(browser);
    await register(ann, "ann");
    await restart({ JWT_SECRET: "another secret of 32 characters." });
    await ann.getByRole("alert").getByText("Please log in").waitFor();
    await connection(ann, "Not connected");
    await ann.getByLabel("Username or e-mail").fill("ann");
    await ann.getByLabel("Password", { exact: true }).fill("correct horse");
    await ann.keyboard.press("Enter");
    await connection(ann, "Connected");
    await logged(ann, "welcome_event");
    ann.complaints = ann.complaints.filter((text) => !LOST.test(text));
    return [ann];
  },

  async disconnected(browser) {
    const ann = await visit(browser);
    await register(ann, "ann");
    await ask("throw out");
    await ann.getByRole("alert").getByText("You have been naughty.").waitFor();
    await connection(ann, "Not connected");
    await focused(ann, "#identifier");
    return [ann];
  },

  // A page of another origin, as that of a front end with a server of its own.
  async elsewhere(browser) {
    const ann = await visit(browser);
    await register(ann, "ann");
    const { jwt } = JSON.parse(await ann.evaluate(() => sessionStorage.getItem("session")));
    const other = http.createServer((_, response) => response.setHeader("Content-Type", "text/html").end());
    await new Promise((listens) => other.listen(0, "localhost", listens));
    const origin = `http://localhost:${other.address().port}`;
    const page = await browser.newPage();
    const events = async (transport) => {
      await page.goto(origin);
      await page.addScriptTag({ url: `${url}/socket.io/socket.io.js` });
      return await page.evaluate(connectFrom, { url, jwt, transport });
    };
    const refused = [await events("polling"), await events("websocket")];
    await restart({ CORS_ORIGINS: origin });
    const accepted = [await events("polling"), await events("websocket")];
    other.close();
    assert.deepEqual(refused, ["TypeError connect_error", "TypeError connect_error"]);
    assert.deepEqual(accepted, ["ann Hello ann@example.com", "ann Hello ann@example.com"]);
    return [];
  },

  async reload(browser) {
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
  },

  async wrongInput(browser) {
    const ann = await visit(browser);
    await ann.getByRole("radio", { name: "Register" }).check();
    await ann.getByLabel("Username", { exact: true }).fill("a");
    await ann.getByLabel("E-mail", { exact: true }).fill("nowhere");
    await ann.getByLabel("Password", { exact: true }).fill("short");
    await ann.keyboard.press("Enter");
    await focused(ann, "#username[aria-invalid]");
    for (const field of ["username", "email", "password"]) assert(await ann.locator(`#${field}-error`).textContent());
    await register(ann, "ann");
    await create(ann, "Tea");
    await ann.getByLabel("Add a member by username").fill("nobody");
    await ann.keyboard.press("Enter");
    await ann.locator("#member-name-error", { hasText: /./ }).waitFor();
    // Chromium writes every answer of 400 and above.
    ann.complaints = ann.complaints.filter((text) => !/status of 40[04]/.test(text));
    return [ann];
  },

  async keyboard(browser) {
    const bob = await visit(browser);
    await register(bob, "bob");
    const ann = await visit(browser);
    const press = (key) => ann.keyboard.press(key);
    await tabTo(ann, ann.getByRole("radio", { name: "Log in" }));
    await press("ArrowRight");
    for (const [label, text] of [["Username", "ann"], ["E-mail", "ann@example.com"], ["Password", "correct horse"]]) {
      await tabTo(ann, ann.getByLabel(label, { exact: true }));
      await ann.keyboard.type(text);
    }
    await press("Enter");
    await focused(ann, "#rooms-title");
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
    await tabTo(ann, ann.getByRole("button", { name: "Log out" }));
    await press("Enter");
    await focused(ann, "#identifier");
    return [ann, bob];
  },

  async pictures(browser) {
    const pages = [];
    for (const [device, options] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await visit(browser, { ...options, colorScheme });
        const take = (name) => picture(page, `${device}-${colorScheme}-${name}`);
        await take("login");
        await register(page, `${device}-${colorScheme}`);
        await create(page, "Tea at four, and whatever else comes up in a room with a rather long name");
        await say(page, "Shall we? ".repeat(20));
        await say(page, "a".repeat(200));
        await take("chat");
        for (const pane of device === "phone" ? ["Rooms", "Events"] : []) {
          await page.getByRole("navigation").getByRole("button", { name: pane }).click();
          await take(pane.toLowerCase());
        }
        pages.push(page);
      }
    }
    return pages;
  },
};

/** Runs in the page: what REST and the socket say to it. */
async function connectFrom({ url, jwt, transport }) {
  const asked = fetch(`${url}/api/users/me`, { headers: { Authorization: `Bearer ${jwt}` } });
  const me = await asked.then((response) => response.json()).catch((error) => ({ username: error.name }));
  const socket = io(url, { auth: { token: jwt }, transports: [transport], forceNew: true });
  const heard = new Promise((resolve) => {
    socket.on("welcome_event", resolve);
    socket.on("connect_error", () => resolve("connect_error"));
  });
  return `${me.username} ${await heard}`;
}

/** Nothing may stick out at the side. */
async function picture(page, name) {
  const [width, available] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert(width <= available, `${name} is ${width} px wide, of ${available}`);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

async function play() {
  const browser = await chromium.launch({ executablePath, args: [...QUIET, ...OFF] });
  try {
    for (const page of await scenarios[scenario](browser)) assert.deepEqual(page.complaints, []);
  } catch (error) {
    const pages = browser.contexts().flatMap((context) => context.pages());
    for (const [index, page] of pages.entries()) await page.screenshot({ path: path.join(folder, `failed-${index}.png`) });
    throw error;
  } finally {
    await browser.close();
    lines.close();
  }
}

play();
