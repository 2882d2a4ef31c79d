// The demo page. It uses nothing but the REST routes and the events that your own client would use. For
// that client, copy client/, and read session.js and connection.js, in this order.

import "./rooms.js";
import "./messages.js";
import "./notices.js";
import "./account.js";
import { followLink, showForm } from "./login.js";
import { toast } from "./page.js";
import { resumeSession } from "./session.js";

if (!globalThis.io) toast("The Socket.IO client did not load. Run npm install, or go online: it is on a CDN.", "error");
if (!globalThis.io || !resumeSession()) showForm("auth");
followLink();
