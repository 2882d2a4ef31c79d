// The demo page. It uses nothing but the REST routes and the events that your own client would use. For that client copy
// client/, and read session.js and connection.js, in this order.

import "./example/rooms.js";
import "./example/messages.js";
import "./example/notices.js";
import "./account.js";
import { followLink, showForm } from "./login.js";
import { $, showErrors } from "./page.js";
import { resumeSession } from "./session.js";

const CANNOT_CONNECT = "The Socket.IO client did not load (/socket.io/socket.io.js). Reload the page.";

if (!globalThis.io || !resumeSession()) showForm("auth");
if (!globalThis.io) showErrors($("auth"), { message: CANNOT_CONNECT });
followLink();
