// Beside the picture: what the focused face shows, how sure the program is, why, and the words that can be said of it.

import { make, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import { emotionName, SAYABLE, texts } from "/static/texts.js";

/** The panel of one face. `say` gets an emotion, "not_face" or "right". */
export function facePanel(face, count, say) {
  const word = face.emotion === "not_face" ? texts.notAFace : texts.looks(face.emotion);
  const said = face.source !== "model";
  const parts = [
    make("h3", { text: count > 1 ? `${texts.faceNumber(face.number)} ${word}` : word }),
    make("p", { class: said ? "said" : "quiet", text: texts.bySaid[face.source] ?? face.source }),
    make("ul", { class: "bars" }, SAYABLE.map((emotion, index) => bar(emotion, index, face, say))),
  ];
  if (face.why) parts.push(make("p", { class: "why", text: face.why }));
  const right = said || face.emotion === "uncertain" ? null : make("button", { type: "button", text: texts.right, onclick: () => say("right") });
  parts.push(make("div", { class: "choices writes" }, right, make("button", { type: "button", onclick: () => say("not_face") }, make("kbd", { text: "0" }), ` ${texts.removeFace}`)));
  return parts;
}

function bar(emotion, index, face, say) {
  const score = scoreOf(face, emotion, index);
  const fill = styled(make("i"), { width: `${100 * (score ?? 0)}%`, backgroundColor: `var(--emotion-${index})` });
  const words = [make("kbd", { text: index + 1 }), make("span", { class: "name", text: emotion }), make("span", { class: "track" }, fill), make("span", { class: "share", text: score === null ? "" : dates.percent(Math.floor(score * 100) / 100) })];
  return make("li", {}, make("button", { type: "button", "aria-pressed": String(face.emotion === emotion), disabled: !say, onclick: () => say(emotion) }, words));
}

/** Scores come as a list of seven, or by name as `--json` has them; a drawn face has none. */
function scoreOf({ scores }, emotion, index) {
  if (!scores) return null;
  return (Array.isArray(scores) ? scores[index] : scores[emotion]) ?? null;
}

/** What a face that was just drawn shows. */
export function choicePanel(choose, cancel) {
  const buttons = SAYABLE.map((_, index) => make("button", { type: "button", onclick: () => choose(emotionName(index)) },
    styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${index})` }), emotionName(index)));
  return [make("h3", { text: texts.sayWhat }), make("div", { class: "choices" }, ...buttons, make("button", { type: "button", text: texts.cancel, onclick: cancel }))];
}
