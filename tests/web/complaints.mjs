// What a page complains of in Chromium's console.

// What Chromium itself writes while a server is away.
export const LOST = /Failed to load resource|WebSocket connection to .* failed/;

// And of a link (an Engine.IO session) that ends while the client still moves it to a WebSocket, or still polls.
const OUTLIVED =
  /^(?:WebSocket connection to '|Failed to load resource: .* status of 400 .*)\S*\/socket\.io\/\?\S*\bsid=(?<sid>[\w-]+)/;

const session = (url) => new URL(url).searchParams.get("sid");

/**
 * Keeps in `complaints` what a page complains of. That something failed of a link that has ended is none, as the server
 * may end one at any time. It is one where the link lives on.
 */
export function gather(page) {
  const [ended, afterwards, fetched] = [new Set(), new Set(), new Set()];
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.stack));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const complaint = `${message.text()} ${message.location().url}`;
    const outlived = OUTLIVED.exec(complaint);
    if (outlived) ended.add(outlived.groups.sid);
    else page.complaints.push(complaint);
  });
  page.on("request", (request) => ended.has(session(request.url())) && afterwards.add(request));
  page.on("response", (answer) => {
    if (!answer.ok() || !afterwards.has(answer.request())) return;
    // One more poll fetches the last words.
    const sid = session(answer.url());
    if (fetched.has(sid)) page.complaints.push(`${sid} failed, and yet it lives on`);
    fetched.add(sid);
  });
}

/** Chromium itself writes every answer of 400 and above. */
export function expectComplaints(page, pattern) {
  page.complaints = page.complaints.filter((text) => !pattern.test(text));
}
