// Notices: a word to one user, wherever they are connected, and what the server has to say.

import { on } from "../connection.js";
import { $, onSubmit, toast } from "../page.js";
import { api } from "../session.js";

on("notice", ({ from, text }) => toast(`Notice from ${from.username}: ${text}`, "notice"));
on("error", ({ message }) => toast(message, "error"));

onSubmit("notice", async (body) => {
  await api("POST", "/notices", body);
  $("notice-text").value = "";
  toast(`Notice sent to ${body.to}.`);
});
