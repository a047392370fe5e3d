// The shots of a burst, side by side below the photo: the best outlined, and why.

import { tell, thumbnail } from "/static/api.js";
import { done, failed } from "/static/announce.js";
import { make } from "/static/dom.js";
import * as pictures from "/static/pictures.js";
import { texts } from "/static/texts.js";

/** The strip of a photo, empty where it is of no burst; `go` leads to another shot. */
export function strip(photo, go, changed) {
  const shots = photo.burst?.photos ?? [];
  if (shots.length < 2) return [];
  const here = shots.find(({ id }) => id === photo.id);
  const pick = async () => {
    try {
      const answer = await tell("picks", { photos: [photo.id], word: "pick" });
      done(answer.done, answer.undo);
      changed();
    } catch (error) {
      failed(error);
    }
  };
  const items = shots.map((shot, place) => make("li", {}, make("button", { type: "button", "aria-current": String(shot.id === photo.id), class: shot.best ? "best" : "", title: shot.best ? texts.best : "", "aria-label": `${texts.shot(place + 1, shots.length)}${shot.best ? `, ${texts.best}` : ""}`, onclick: () => go(shot.id) },
    pictures.add(make("img", { alt: "", draggable: "false" }), thumbnail(shot.hash)))));
  const words = make("p", {}, here?.reason ?? "", here?.best ? null : make("button", { type: "button", class: "writes", text: texts.makeBest, onclick: pick }));
  return [make("ul", { "aria-label": texts.burst }, items), words];
}
