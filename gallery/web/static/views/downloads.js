// Photos to take away: the files themselves, or a page with smaller pictures, each as one file.

import { tell } from "/static/api.js";
import { failed } from "/static/announce.js";
import * as asking from "/static/asking.js";
import { make } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { texts } from "/static/texts.js";

/** Asks as what; `named` says which photos, by ids or by their query, `words` how many they are. */
export function chooseDownload(named, words) {
  const choice = (form) => make("li", {}, make("button", { type: "button", onclick: () => fetched(named, form) },
    icon("download"), make("span", {}, make("b", { text: texts.downloads[form] }), make("span", { class: "quiet", text: texts.downloadHints[form] }))));
  asking.show(texts.takeAwayWhat(words), make("ul", { class: "existing forms" }, ["zip", "page"].map(choice)));
}

/** The server is told which photos, and gives the address of the file: so many ids fit into no address. */
async function fetched(named, form) {
  asking.close();
  try {
    const { address } = await tell("downloads", { ...named, form });
    const link = make("a", { href: address, download: "" });
    document.body.append(link);
    link.click();
    link.remove();
  } catch (error) {
    failed(error);
  }
}
