// Words on their way to the gallery, in the order they were said: keys come faster than answers.

import { tell } from "/static/api.js";
import { failed } from "/static/announce.js";

export class Sayings {
  /** `takenBack` gets the faces that have no word any more, by "undo" or because the gallery refused it. */
  constructor(takenBack) {
    Object.assign(this, { takenBack, queue: [], history: [], running: null });
  }

  say(faces, emotion) {
    if (!faces.length) return;
    const saying = { faces, emotion, action: null };
    this.queue.push(saying);
    this.history.push(saying);
    this.running ??= this.send().finally(() => (this.running = null));
  }

  /** Resolves when all is said. */
  async sent() {
    await this.running;
  }

  async send() {
    while (this.queue.length) {
      const saying = this.queue.shift();
      try {
        const answer = await tell("labels", { faces: saying.faces.map(({ photo, number }) => ({ photo, number })), emotion: saying.emotion });
        saying.action = answer.undo;
      } catch (error) {
        this.history = this.history.filter((each) => each !== saying);
        this.takenBack(saying.faces);
        failed(error);
      }
    }
  }

  /** The last word is taken back: one that isn't sent yet is just not sent. */
  async takeBack() {
    const saying = this.history.pop();
    if (!saying) return;
    const waiting = this.queue.indexOf(saying);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    else {
      await this.running;
      try {
        await tell("undo", { action: saying.action });
      } catch (error) {
        this.history.push(saying);
        return failed(error);
      }
    }
    this.takenBack(saying.faces);
  }
}
