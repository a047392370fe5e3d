// What was done, in one line at the bottom with "Undo"; and words that only readers of the screen hear.

import { tell } from "/static/api.js";
import { find, make } from "/static/dom.js";
import { texts } from "/static/texts.js";

const SHOWN_MS = 10_000;
let timer = 0;
let last = null;

/** Says what was done. With the number of an action it can be taken back from here. */
export function done(text, action = null) {
  last = action;
  shown(make("span", { text }), action === null ? null : make("button", { type: "button", text: texts.undo, onclick: undo }));
}

/** Says what went wrong, for longer: there is something to read. */
export function failed(error) {
  if (error.name === "AbortError") return;
  last = null;
  shown(make("span", { text: error.message, class: "failed" }), make("button", { type: "button", text: texts.dismiss, onclick: hide }));
}

function shown(...parts) {
  const toast = find("#toast");
  toast.replaceChildren(...parts.filter(Boolean));
  toast.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(hide, SHOWN_MS);
  // Above a dialog lies only what is in the dialog.
  (find("dialog[open]") ?? document.body).append(toast);
}

function hide() {
  find("#toast").classList.remove("shown");
  find("#toast").replaceChildren();
}

/** Takes back what the line speaks of, or else the last that anybody did. */
export async function undo() {
  try {
    const answer = await tell("undo", last === null ? {} : { action: last });
    done(answer.done);
  } catch (error) {
    failed(error);
  }
}

/** Words for readers of the screen, as "photo 12 of 4,435". */
export function say(text) {
  const live = find("#live");
  (find("dialog[open]") ?? document.body).append(live);
  live.textContent = text;
}
