// Notices: a word to one user, wherever they are connected.

import { on } from "../connection.js";
import { onSubmit } from "../forms.js";
import { $ } from "../page.js";
import { api } from "../session.js";
import { toast } from "../toasts.js";

on("notice", ({ from, text }) => toast(`Notice from ${from.username}: ${text}`, "notice"));

onSubmit("notice", async (body) => {
  await api("POST", "/notices", body);
  $("notice-text").value = "";
  toast(`Notice sent to ${body.to}.`);
});
