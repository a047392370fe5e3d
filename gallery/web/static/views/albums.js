// Albums: covers, names, counts; smart ones with their query.

import { ask, thumbnail } from "/static/api.js";
import { albumPlace, go, link, read } from "/static/address.js";
import { failed } from "/static/announce.js";
import { make } from "/static/dom.js";
import * as dates from "/static/dates.js";
import * as frame from "/static/frame.js";
import { icon } from "/static/icons.js";
import * as pictures from "/static/pictures.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";
import { albumDialog } from "/static/views/album_dialog.js";
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
    frame.title(texts.albumsTitle, this.albums ? texts.albums(this.albums.length) : "");
    const { query } = read();
    frame.tools(query ? [make("button", { type: "button", class: "writes", text: texts.fromSearch, onclick: () => this.keep() })] : []);
    await this.refresh();
  }

  async refresh() {
    const albums = await ask("albums").catch(failed);
    if (!albums) return;
    this.albums = albums;
    if (read().view === "albums") frame.title(texts.albumsTitle, texts.albums(albums.length));
    this.list.replaceChildren(...(albums.length ? albums.map((album) => this.cover(album)) : [make("li", { class: "empty" }, message(texts.albumsEmpty, state.read_only ? "" : texts.albumsEmptyHint))]));
  }

  cover(album) {
    const place = { view: "photos", ...albumPlace(album) };
    const onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      go(place);
    };
    const picture = album.cover ? pictures.add(make("img", { alt: "", decoding: "async" }), thumbnail(album.cover)) : null;
    const words = make("span", { class: "name" }, make("b", { text: album.name }), make("span", { class: "quiet" }, texts.photos(album.count), album.query ? make("em", { text: texts.smart, title: album.query }) : null));
    const more = make("button", { type: "button", class: "plain", "aria-label": `${album.name}: ${texts.views.more}`, onclick: () => albumDialog(album, () => this.refresh()) }, icon("more"));
    return make("li", {}, make("a", { href: link(place), onclick }, make("span", { class: "picture" }, picture), words), more);
  }

  keep() {
    const { query } = read();
    if (query) chooseAlbum({ query }, { smart: true, query }).catch(failed);
  }
}
