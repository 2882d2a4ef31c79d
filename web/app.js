// The demo page. It uses nothing but the REST routes and the events that your own client would use. For that client copy
// client/, and read session.js and connection.js, in this order.

import "./account.js";
import "./connection.js";
import { followLink, showLogin } from "./login.js";
import { $ } from "./page.js";
import { resumeSession } from "./session.js";
// The example
import "./example/members.js";
import "./example/messages.js";
import "./example/notices.js";
// End of the example

if (globalThis.io) begin();
else showBroken();

function begin() {
  if (!resumeSession()) showLogin();
  followLink();
}

function showBroken() {
  $("broken").hidden = false;
  $("again").addEventListener("click", () => location.reload());
}
