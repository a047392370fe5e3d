// What stands where nothing is: what to do next.

import { go } from "/static/address.js";
import { make } from "/static/dom.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";
import { indexButton } from "/static/views/index_button.js";

export function emptyState(query) {
  if (query) return message(texts.nothingFound, texts.nothingFoundHint, allButton());
  const folders = state.roots.filter((root) => root.reachable).map(({ folder }) => indexButton(folder, texts.indexAgain(folder)));
  return message(texts.nothingYet, folders.length ? "" : texts.nothingYetHint, ...(folders.length ? folders : [make("p", {}, make("code", { text: texts.indexCommand }))]));
}

/** For a query that can't be read; the search box says why. */
export const notUnderstood = () => message(texts.notUnderstood, "", allButton());

const allButton = () => make("button", { type: "button", text: texts.showAll, onclick: () => go({ view: "photos", query: "" }) });

export function message(words, hint, ...more) {
  return [make("p", { class: "words", text: words }), hint ? make("p", { class: "quiet", text: hint }) : null, ...more].filter(Boolean);
}
