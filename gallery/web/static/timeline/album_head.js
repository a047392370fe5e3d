// Above the photos of an album: its note, and what can be done with it.

import { ask } from "/static/api.js";
import { albumPlace } from "/static/address.js";
import { failed } from "/static/announce.js";
import { make } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";
import { albumDialog } from "/static/views/album_dialog.js";

export class AlbumHead {
  /** `go` leads to where an album is after it got another name, or to the albums after it was deleted; `known` is called
   * when it is known what may be done with it. */
  constructor({ go, known }) {
    Object.assign(this, { go, known, id: null, album: null });
    this.note = make("p", { class: "quiet" });
    const about = make("button", { type: "button", class: "does", title: texts.aboutAlbum, onclick: () => this.open() }, icon("albums"), make("span", { text: texts.aboutAlbum }));
    this.element = make("aside", { class: "album-head", "aria-label": texts.aboutAlbum, hidden: true }, this.note, about);
  }

  /** The album with this id, or none. Its place is there at once, what stands in it comes. */
  async show(id, again = false) {
    this.element.hidden = !id;
    if (id === this.id && !again) return;
    // The same album is what it was until more is known: keys come faster than answers.
    if (id !== this.id) [this.album, this.note.textContent] = [null, ""];
    this.id = id;
    if (!id) return;
    const albums = await ask("albums").catch(failed);
    if (id !== this.id || !albums) return;
    this.album = albums.find((album) => album.id === id) ?? null;
    this.note.textContent = this.album?.note ?? "";
    this.note.title = this.album?.note ?? "";
    this.known();
  }

  /** Whether the album can be changed: its cover, for one. */
  get isOurs() {
    return Boolean(this.album && !state.read_only && !state.guest);
  }

  /** Whether photos can be put in order, and taken out. */
  get isManual() {
    return this.isOurs && !this.album.query;
  }

  open() {
    if (!this.album) return;
    albumDialog(this.album, (name) => this.go(name === null ? { view: "albums", query: "" } : { ...albumPlace({ ...this.album, name }), order: "album" }));
  }
}
