// What people do on the page, in a real browser: `node page.cjs SCENARIO URL BROWSER FOLDER` plays one of `scenarios`.
// It writes a line when the test is to do something with the app, "restart" with settings in JSON, "mail" with what the
// link in it has, "block" with a name, or "throw out", and waits for the line that says it is done, or holds the link.

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
// And where a token ends while the client still moves to a WebSocket: its last request finds no session any more.
const OUTLIVED = /status of 400 .*\/socket\.io\//;

// More than one request brings.
const MISSED = 52;

const lines = readline.createInterface({ input: process.stdin });
const replies = lines[Symbol.asyncIterator]();

async function ask(what) {
  console.log(what);
  return (await replies.next()).value;
}

const restart = (environment = {}) => ask(`restart ${JSON.stringify(environment)}`);

/** The link in the next mail, which the app prints. */
const mailed = (part) => ask(`mail ${part}`);

/** A person with a browser of their own, whose page keeps what it complains of in `complaints`. */
async function visit(browser, options = DESKTOP) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = watch(await context.newPage());
  await page.goto(url);
  return page;
}

function watch(page) {
  page.setDefaultTimeout(10_000);
  page.complaints = [];
  page.refreshed = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => page.complaints.push(error.stack));
  page.on("request", (asked) => asked.url().endsWith("/auth/refresh") && page.refreshed.push(asked.postData()));
  return page;
}

async function signUp(page, name) {
  await page.getByRole("radio", { name: "Register" }).check();
  await page.getByLabel("Username", { exact: true }).fill(name);
  await page.getByLabel("E-mail", { exact: true }).fill(`${name}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await page.getByRole("button", { name: "Register" }).click();
}

async function register(page, name) {
  await signUp(page, name);
  await connection(page, "Connected");
}

async function giveCredentials(page, name, password = "correct horse") {
  await page.getByRole("radio", { name: "Log in" }).check();
  await page.getByLabel("Username or e-mail").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
}

async function logIn(page, name, password) {
  await giveCredentials(page, name, password);
  await connection(page, "Connected");
}

const connection = (page, words) => page.locator("#connection", { hasText: new RegExp(`^${words}$`) }).waitFor();
const told = (page, text) => page.locator("#toasts > div", { hasText: text }).first().waitFor();
const logged = (page, event) => page.locator(`#log > [data-event="${event}"]`).first().waitFor();
const shown = (page, text) => page.locator("#messages > li", { hasText: text }).waitFor();
const texts = (page) => page.locator("#messages p").allTextContents();

/** The login form, or another, says so. */
const blamed = (page, text) => page.locator("[aria-invalid] + .error", { hasText: text }).waitFor();
const alerted = (page, text) => page.getByRole("alert").getByText(text).waitFor();
const confirmed = (page, text) => page.getByRole("status").getByText(text).waitFor();
const click = (page, name) => page.getByRole("button", { name, exact: true }).click();
const fill = (page, label, text) => page.getByLabel(label, { exact: true }).and(page.locator(":visible")).fill(text);

async function openAccount(page, name, part) {
  await click(page, name);
  await page.getByRole("dialog", { name: "Account" }).waitFor();
  if (part) await page.getByText(part, { exact: true }).click();
}

/** What the tab keeps of its session. */
const kept = async (page) => JSON.parse(await page.evaluate(() => sessionStorage.getItem("session")));

/** Runs in the page. */
const expired = (jwt) => Date.now() > 1000 * JSON.parse(atob(jwt.split(".")[1])).exp;

const renewals = (page) => page.locator('#log > [data-event="token:renew"]').count();

/** Waits until the page has shown the server so many newer tokens. */
async function renewed(page, times) {
  const wanted = (await renewals(page)) + times;
  await page.locator(`#log > [data-event="token:renew"]`).nth(wanted - 1).waitFor();
}

const reconnects = async (page) => (await page.locator('#log > [data-event="connect"]').count()) - 1;

/** Chromium itself writes every answer of 400 and above. */
function expectComplaints(page, pattern) {
  page.complaints = page.complaints.filter((text) => !pattern.test(text));
}

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
    for (const page of [ann, bob]) expectComplaints(page, LOST);
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
    expectComplaints(ann, LOST);
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
    const { jwt } = await kept(ann);
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

  async hours(browser) {
    await restart({ ACCESS_TOKEN_SECONDS: "3" });
    const [ann, bob] = await together(browser);
    await Promise.all([renewed(ann, 4), renewed(bob, 4)]);
    await say(ann, "after some hours");
    await shown(bob, "after some hours");
    assert.deepEqual([await reconnects(ann), await reconnects(bob)], [0, 0]);
    await openAccount(ann, "ann");
    await ann.getByText("This device").waitFor();
    assert.equal(await ann.locator("#sessions > li").count(), 1);
    return [ann, bob];
  },

  async lostAnswers(browser) {
    await restart({ ACCESS_TOKEN_SECONDS: "3" });
    const ann = await visit(browser);
    await register(ann, "ann");
    const lose = async (route) => {
      await route.fetch();
      await route.abort();
    };
    await ann.route("**/auth/refresh", lose, { times: 1 });
    await renewed(ann, 2);
    const [lost, again, next] = ann.refreshed;
    assert.equal(lost, again);
    assert.notEqual(again, next);

    // Too long without an answer: the server closes the connection, and the page comes back.
    await ann.route("**/auth/refresh", (route) => route.abort());
    await logged(ann, "closing");
    await connection(ann, "Reconnecting…");
    await ann.unroute("**/auth/refresh");
    await connection(ann, "Connected");
    await renewed(ann, 1);
    expectComplaints(ann, LOST);
    return [ann];
  },

  async asleep(browser) {
    await restart({ ACCESS_TOKEN_SECONDS: "4" });
    const ann = await visit(browser);
    await register(ann, "ann");
    const { jwt } = await kept(ann);
    await ann.goto("about:blank");
    await ann.waitForFunction(expired, jwt);
    await ann.goto(url);
    await connection(ann, "Connected");
    assert.notEqual((await kept(ann)).jwt, jwt);
    await create(ann, "Tea");
    await say(ann, "good morning");
    expectComplaints(ann, OUTLIVED);
    return [ann];
  },

  async duplicatedTab(browser) {
    await restart({ ACCESS_TOKEN_SECONDS: "3" });
    const ann = await visit(browser);
    await register(ann, "ann");
    const [opened] = await Promise.all([ann.waitForEvent("popup"), ann.evaluate(() => void open(location.href))]);
    const twin = watch(opened);
    await connection(twin, "Connected");
    await Promise.all([renewed(ann, 4), renewed(twin, 4)]);
    assert.deepEqual([await reconnects(ann), await reconnects(twin)], [0, 0]);

    // What it was not there to be handed, it asks for.
    await twin.goto("about:blank");
    await renewed(ann, 3);
    await twin.goto(url);
    await connection(twin, "Connected");
    await Promise.all([renewed(ann, 2), renewed(twin, 2)]);
    assert.equal(await reconnects(ann), 0);

    const presented = [...ann.refreshed, ...twin.refreshed];
    assert.equal(new Set(presented).size, presented.length, "a token was presented twice");
    assert.equal(await twin.locator("#me").textContent(), "ann");
    return [ann, twin];
  },

  async devices(browser) {
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
  },

  async blocked(browser) {
    const ann = await visit(browser);
    await register(ann, "ann");
    await ask("block ann");
    await alerted(ann, "Your account has been blocked by an administrator");
    await connection(ann, "Not connected");
    await giveCredentials(ann, "ann");
    await alerted(ann, "Your account has been blocked by an administrator");
    expectComplaints(ann, /status of 400/);
    return [ann];
  },

  async unreachable(browser) {
    const ann = await visit(browser);
    await register(ann, "ann");
    await ann.route("**/auth/logout", (route) => route.abort());
    await click(ann, "Log out");
    await told(ann, "You are logged out here, but the server could not be told.");
    await connection(ann, "Not connected");
    assert.equal(await ann.evaluate(() => sessionStorage.length), 0);
    expectComplaints(ann, LOST);
    return [ann];
  },

  async forgotten(browser) {
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
    await tab.getByRole("heading", { name: "Rooms" }).waitFor();
    assert.equal(tab.url(), `${url}/`);
    expectComplaints(tab, /status of 400/);
    return [ann, other, tab];
  },

  async confirmation(browser) {
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
  },

  async goodbye(browser) {
    const [ann, bob] = await together(browser);
    await say(ann, "hello");
    await shown(bob, "hello");
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
    await bob.reload();
    await openRoom(bob, "Tea");
    await bob.getByText("1, 1 online").waitFor();
    assert.deepEqual(await texts(bob), []);
    expectComplaints(ann, /status of 400/);
    return [ann, bob];
  },

  async guessing(browser) {
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

  async withoutClient(browser) {
    const ann = watch(await browser.newPage());
    await ann.route("**/socket.io/socket.io.js", (route) => route.abort());
    await ann.goto(url);
    await alerted(ann, "The Socket.IO client did not load");
    expectComplaints(ann, LOST);
    return [ann];
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
    expectComplaints(ann, /status of 40[04]/);
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
    return [ann, bob];
  },

  async pictures(browser) {
    const pages = [];
    for (const [device, options] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await visit(browser, { ...options, colorScheme });
        const take = (name) => picture(page, `${device}-${colorScheme}-${name}`);
        await take("login");
        await click(page, "Forgot your password?");
        await take("forgot");
        await click(page, "Back");
        await register(page, `${device}-${colorScheme}`);
        await create(page, "Tea at four, and whatever else comes up in a room with a rather long name");
        await say(page, "Shall we? ".repeat(20));
        await say(page, "a".repeat(200));
        await take("chat");
        for (const pane of device === "phone" ? ["Rooms", "Events"] : []) {
          await page.getByRole("navigation").getByRole("button", { name: pane }).click();
          await take(pane.toLowerCase());
        }
        await openAccount(page, `${device}-${colorScheme}`, "Change password");
        await page.getByText("This device").waitFor();
        await take("account");
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
