// Tabs, as the ARIA Authoring Practices Guide has them: arrows, Home and End move between those of a list, and the one
// that has the focus shows its panel.

import { $ } from "./page.js";

const tabsOf = (list) => [...list.querySelectorAll("[role=tab]")];

/** Shows the panel of a tab, and hides those of the others in its list. */
export function select(tab) {
  for (const each of tabsOf(tab.closest("[role=tablist]"))) {
    each.ariaSelected = each === tab;
    each.tabIndex = each === tab ? 0 : -1;
    $(each.getAttribute("aria-controls")).hidden = each !== tab;
  }
}

const moves = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index, { length }) => (index + 1) % length,
  Home: () => 0,
  End: () => -1,
};

function move(event) {
  const tabs = tabsOf(event.currentTarget);
  const to = moves[event.key]?.(tabs.indexOf(event.target), tabs);
  if (to === undefined) return;
  event.preventDefault();
  tabs.at(to).focus();
  select(tabs.at(to));
}

for (const list of document.querySelectorAll("[role=tablist]")) {
  list.addEventListener("keydown", move);
  for (const tab of tabsOf(list)) tab.addEventListener("click", () => select(tab));
}
