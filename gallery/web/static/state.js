// What the gallery is: how many photos, the emotions and their colours, its folders.

import { ask } from "/static/api.js";

export const state = {
  photos: null,
  faces: 0,
  emotions: [],
  roots: [],
  review: null,
  read_only: false,
  guest: false,
  indexing: null,
  learn: null,

  async load() {
    Object.assign(this, await ask("state"));
    const style = document.documentElement.style;
    for (const [index, { name, color }] of this.emotions.entries()) {
      style.setProperty(`--emotion-${index}`, color);
      style.setProperty(`--emotion-${name}`, color);
    }
    if (this.uncertain_color) for (const name of ["7", "uncertain"]) style.setProperty(`--emotion-${name}`, this.uncertain_color);
    document.documentElement.classList.toggle("read-only", this.read_only || this.guest);
  },
};
