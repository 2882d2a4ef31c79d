// How the page shows things. All text goes through textContent, so that nobody's text becomes HTML.

const LOG_SIZE = 200;

export const $ = (id) => document.getElementById(id);

export function element(tag, { data, ...properties }, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

export const button = (textContent, onclick, more) => element("button", { type: "button", textContent, onclick, ...more });

/** Makes a list show these items in this order, keeping the element of each id, and with it the focus. */
export function renderList(list, items, create) {
  const old = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const wanted = items.map((item) => old.get(item.id) ?? element("li", { data: { id: item.id } }, ...create(item)));
  for (const child of wanted) old.delete(child.dataset.id);
  for (const child of old.values()) child.remove();
  wanted.forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
}

/** One line in the event log, newest first. */
export function logEvent(event, ...payload) {
  const bytes = (_, value) => (value instanceof ArrayBuffer ? `<${value.byteLength} bytes>` : value);
  // With spaces, so that lines break between what belongs together.
  const spaced = (argument) => JSON.stringify(argument, bytes, 1)?.replace(/\n */g, " ");
  const json = payload.map(spaced).join(" ");
  const format = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false };
  const time = element("time", { textContent: new Date().toLocaleTimeString([], format) });
  const code = element("code", { textContent: json.slice(0, 2000) });
  $("log").prepend(element("li", { data: { event } }, time, " ", element("b", { textContent: event }), " ", code));
  if ($("log").children.length > LOG_SIZE) $("log").lastChild.remove();
}
