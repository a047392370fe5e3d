// Small dialogs: one heading, what is asked, and a way out of it.

import { find, make } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { layer } from "/static/keyboard.js";
import { texts } from "/static/texts.js";

let takeOff = () => {};

/** Shows a dialog; what is in it closes it by `close`. */
export function show(heading, ...parts) {
  const dialog = find("#asking");
  const shut = make("button", { type: "button", class: "plain", "aria-label": texts.close, onclick: close }, icon("close"));
  dialog.replaceChildren(make("header", {}, make("h2", { text: heading, id: "asking-title" }), shut), ...parts);
  dialog.setAttribute("aria-labelledby", "asking-title");
  if (!dialog.open) {
    dialog.showModal();
    takeOff = layer({}, { alone: true });
    dialog.addEventListener("close", closed, { once: true });
    dialog.onclick = (event) => {
      // What it returns matters: after a false no form in it would be sent, and no link followed.
      if (event.target === dialog) close();
    };
  }
}

export function close() {
  find("#asking").close();
}

/** The line that says what was done lies in the dialog while that is open. */
function closed() {
  takeOff();
  for (const each of ["#toast", "#live"]) (find("dialog[open]") ?? document.body).append(find(each));
}

/** The answer to a question that undo can't take back; null where there is none. */
export function confirm(question, yes, act) {
  const go = () => {
    close();
    act();
  };
  show(question, make("div", { class: "choices" },
    make("button", { type: "button", class: "strong", text: yes, onclick: go }),
    make("button", { type: "button", text: texts.cancel, onclick: close })));
}
