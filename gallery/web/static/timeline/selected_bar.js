// What can be done with the photos that are selected.

import { tell } from "/static/api.js";
import { done, failed } from "/static/announce.js";
import * as asking from "/static/asking.js";
import { chooseAlbum } from "/static/views/choose_album.js";
import { chooseDownload } from "/static/views/downloads.js";
import { find, make, px, styled } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { SAYABLE, texts } from "/static/texts.js";

export class SelectedBar {
  constructor(view, selection) {
    Object.assign(this, { view, selection });
    this.count = make("strong", { role: "status" });
    this.all = make("button", { type: "button", class: "link", onclick: () => selection.all() });
    const button = (name, words, act, kind = "does writes") => make("button", { type: "button", onclick: act, class: kind }, icon(name), make("span", { text: words }));
    this.order = [button("back", texts.move[0], () => view.arranging.step(-1)), button("on", texts.move[1], () => view.arranging.step(1))];
    this.cover = button("photos", texts.makeCover, () => this.change(([id]) => ({ cover: id })));
    this.out = button("close", texts.takeOut, () => this.change((_, named) => ({ remove: named.photos ?? named })));
    this.inAlbum = make("div", { class: "part", role: "group", "aria-label": texts.inAlbum }, this.order, this.cover, this.out);
    this.element = make("div", { class: "selected", role: "toolbar", "aria-label": texts.select, hidden: true }, make("div", { class: "part" },
      make("button", { type: "button", class: "plain", "aria-label": texts.selectNone, title: texts.selectNone, onclick: () => view.wall.clear() }, icon("close")),
      this.count, this.all,
      button("albums", texts.toAlbum, () => this.album()),
      button("faces", texts.sayEmotion, () => this.sayEmotion()),
      button("pick", texts.pickSelected, () => this.say("pick")),
      button("reject", texts.rejectSelected, () => this.say("reject")),
      button("undo", texts.clearPick, () => this.say("none")),
      button("download", texts.takeAway, () => this.download(), "does")), this.inAlbum);
    view.element.append(this.element);
  }

  show(count) {
    this.element.hidden = count === 0;
    const { total } = this.view.timeline ?? { total: 0 };
    this.count.textContent = texts.selected(count);
    this.all.textContent = texts.selectAll(total);
    this.all.hidden = this.selection.isAll || count >= total;
    const { isOurs, isManual } = this.view.albumHead;
    this.inAlbum.hidden = !isOurs;
    this.out.hidden = !isManual;
    for (const each of this.order) each.hidden = !this.view.arranging.isPossible();
    this.cover.disabled = count !== 1;
    // The line that says what was done lies above the bar, never over its buttons.
    styled(document.documentElement, { "--bar": px(this.element.offsetHeight) });
  }

  /** The photos as requests name them: all that match by their query, others by their ids. */
  async named() {
    const { selection, view } = this;
    if (selection.isAll && selection.ids.size === 0) return { query: view.query };
    if (!selection.isAll) return { photos: [...selection.ids] };
    const tiles = await view.pieces.all(0, view.timeline.total);
    return { photos: tiles.map(({ id }) => id).filter((id) => selection.has(id)) };
  }

  /** Into an album; where nothing is selected, the search as a smart one. */
  async album() {
    try {
      const some = this.selection.count(this.view.timeline.total) > 0;
      if (!some && !this.view.query) return;
      // Who thinks better of it has still selected what was selected.
      await chooseAlbum(some ? await this.named() : { query: this.view.query }, { smart: !some || this.selection.isAll, query: this.view.query, after: () => this.view.wall.clear() });
    } catch (error) {
      failed(error);
    }
  }

  /** Something about the album that is shown, and these photos in it. */
  async change(bodyOf) {
    try {
      const named = await this.named();
      const answer = await tell(`albums/${this.view.timeline.album}`, bodyOf(named.photos ?? (await this.view.pieces.all(0, 1)).map(({ id }) => id), named));
      done(answer.done, answer.undo);
      this.view.wall.clear();
    } catch (error) {
      failed(error);
    }
  }

  async download() {
    try {
      const named = await this.named();
      chooseDownload(named.photos ? named : { ...named, order: this.view.order }, this.count.textContent);
    } catch (error) {
      failed(error);
    }
  }

  async say(word) {
    try {
      const answer = await tell("picks", { ...(await this.named()), word });
      done(answer.done, answer.undo);
      this.view.wall.clear();
    } catch (error) {
      failed(error);
    }
  }

  sayEmotion() {
    const choices = SAYABLE.map((word, index) => make("button", { type: "button", onclick: () => this.preview(word) },
      styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${index})` }), word));
    asking.show(texts.chooseEmotion, make("div", { class: "choices" }, choices), make("div", { id: "preview" }));
  }

  /** Says first how many faces are meant: of those selected, perhaps only some were found by the eye. */
  async preview(emotion) {
    try {
      const named = await this.named();
      const { faces, photos } = await tell("labels", { ...named, emotion, preview: true });
      const go = make("button", { type: "button", class: "strong", text: texts.sayIt, onclick: () => this.label(named, emotion) });
      find("#preview").replaceChildren(make("p", { text: texts.sayPreview(faces, photos, emotion) }), faces ? go : "");
      if (faces) go.focus();
    } catch (error) {
      asking.close();
      failed(error);
    }
  }

  async label(named, emotion) {
    asking.close();
    try {
      const answer = await tell("labels", { ...named, emotion });
      done(answer.done, answer.undo);
      this.view.wall.clear();
    } catch (error) {
      failed(error);
    }
  }
}
