// Albums: covers, names, counts; smart ones with their query.

import { ask, tell, thumbnail } from "/static/api.js";
import { albumQuery, go, link, read } from "/static/address.js";
import { done, failed } from "/static/announce.js";
import * as asking from "/static/asking.js";
import { make } from "/static/dom.js";
import * as dates from "/static/dates.js";
import * as frame from "/static/frame.js";
import { icon } from "/static/icons.js";
import * as pictures from "/static/pictures.js";
import { texts } from "/static/texts.js";
import { chooseAlbum } from "/static/views/choose_album.js";
import { message } from "/static/views/empty.js";

export class AlbumsView {
  constructor() {
    this.list = make("ul", { class: "covers" });
    this.element = make("section", { class: "view page" }, this.list);
    this.keys = { a: () => this.keep() };
    this.tools = [];
  }

  async show() {
    frame.title(texts.albumsTitle, this.albums ? dates.counted(this.albums.length, "album") : "");
    const { query } = read();
    frame.tools(query ? [make("button", { type: "button", class: "writes", text: texts.fromSearch, onclick: () => this.keep() })] : []);
    await this.refresh();
  }

  async refresh() {
    const albums = await ask("albums").catch(failed);
    if (!albums) return;
    this.albums = albums;
    if (read().view === "albums") frame.title(texts.albumsTitle, dates.counted(albums.length, "album"));
    this.list.replaceChildren(...(albums.length ? albums.map((album) => this.cover(album)) : [make("li", { class: "empty" }, message(texts.albumsEmpty, texts.albumsEmptyHint))]));
  }

  cover(album) {
    const query = albumQuery(album.name);
    const onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      go({ view: "photos", query });
    };
    const picture = album.cover ? pictures.add(make("img", { alt: "", decoding: "async" }), thumbnail(album.cover)) : null;
    const words = make("span", { class: "name" }, make("b", { text: album.name }), make("span", { class: "quiet" }, texts.photos(album.count), album.query ? make("em", { text: texts.smart, title: album.query }) : null));
    const more = make("button", { type: "button", class: "plain", "aria-label": `${album.name}: ${texts.views.more}`, onclick: () => this.about(album) }, icon("more"));
    return make("li", {}, make("a", { href: link({ view: "photos", query }), onclick }, make("span", { class: "picture" }, picture), words), more);
  }

  keep() {
    const { query } = read();
    if (query) chooseAlbum({ query }, { smart: true, query }).catch(failed);
  }

  /** What can be done with an album: another name, a note, all of it as an archive, away with it. */
  about(album) {
    const name = make("input", { type: "text", value: album.name, maxlength: "200", "aria-label": texts.albumName, required: true, autofocus: true });
    const note = make("textarea", { rows: "3", "aria-label": texts.note, placeholder: texts.note, maxlength: "10000" });
    note.value = album.note ?? "";
    const save = (event) => {
      event.preventDefault();
      this.change(`albums/${album.id}`, { name: name.value.trim(), note: note.value });
    };
    const remove = () => asking.confirm(texts.sureRemove(album.name), texts.removeAlbum, () => this.change(`albums/${album.id}`, undefined, "DELETE"));
    asking.show(album.name, ...[
      album.query ? make("p", {}, make("code", { text: album.query })) : null,
      make("form", { class: "fields writes", onsubmit: save }, name, note, make("button", { type: "submit", class: "strong", text: texts.save })),
      make("div", { class: "choices" },
        make("a", { class: "button", href: `/api/albums/${album.id}/zip`, download: "" }, icon("download"), texts.zip),
        make("button", { type: "button", class: "writes", text: texts.removeAlbum, onclick: remove })),
    ].filter(Boolean));
  }

  async change(path, body, method) {
    asking.close();
    try {
      const answer = await tell(path, body, method);
      if (answer.done) done(answer.done, answer.undo ?? null);
    } catch (error) {
      failed(error);
    }
    this.refresh();
  }
}
