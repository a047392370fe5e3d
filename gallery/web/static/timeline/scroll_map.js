// Scrolls further than a browser can: pages end at some 16.7 million pixels, a million photos need 40 million.
//
// What is shown (`top`, in pixels of the whole timeline) moves pixel by pixel with every small step, whatever the bar of
// the browser says. Only a leap goes by the map: near both ends pixel by pixel, between them in proportion. When all has
// come to rest, the bar is put where the map wants it, and the content with it, which nobody sees.

export const LIMIT = 2_000_000;
const ZONE = 200_000;
const LEAP_SCREENS = 4;

export class ScrollMap {
  constructor(scroller, spacer) {
    Object.assign(this, { scroller, spacer, height: 0, top: 0, physical: 0, last: 0 });
  }

  /** A timeline of another height; `top` is kept where it can be. */
  resize(height) {
    this.height = height;
    this.physical = Math.min(height, LIMIT);
    this.spacer.style.height = `${this.physical}px`;
    this.to(this.top);
  }

  get screen() {
    return this.scroller.clientHeight;
  }

  get end() {
    return Math.max(0, this.height - this.screen);
  }

  get barEnd() {
    return Math.max(0, this.physical - this.screen);
  }

  /** What has to be taken off a place in the timeline to get its place in the scrolled element. */
  get shift() {
    return this.top - this.last;
  }

  to(top) {
    this.top = Math.max(0, Math.min(top, this.end));
    this.settle();
  }

  /** After the browser scrolled. */
  scrolled() {
    const now = this.scroller.scrollTop;
    const step = now - this.last;
    if (step === 0) return;
    this.last = now;
    const leaps = Math.abs(step) > LEAP_SCREENS * this.screen;
    this.top = leaps ? this.toTop(now) : Math.max(0, Math.min(this.top + step, this.end));
    if (this.isAtFalseEnd(now)) this.settle();
  }

  /** Whether the bar is at an end that the timeline isn't at. */
  isAtFalseEnd(now) {
    const close = this.screen;
    const early = now < close && this.top > now + close;
    const late = this.barEnd - now < close && this.end - this.top > this.barEnd - now + close;
    // A short way to the end of the timeline with a long one of the bar would scroll into nothing.
    const past = (this.top === 0 && now > close) || (this.top === this.end && this.barEnd - now > close);
    return early || late || past;
  }

  /** Puts the bar where the map has it. */
  settle() {
    this.scroller.scrollTop = this.toBar(this.top);
    // Browsers round, and have a last word on where the end is.
    this.last = this.scroller.scrollTop;
  }

  isSettled() {
    return Math.abs(this.toBar(this.top) - this.last) < 1;
  }

  toTop(bar) {
    if (this.height <= LIMIT) return bar;
    if (bar <= ZONE) return bar;
    if (this.barEnd - bar <= ZONE) return this.end - (this.barEnd - bar);
    return ZONE + ((bar - ZONE) * (this.end - 2 * ZONE)) / (this.barEnd - 2 * ZONE);
  }

  toBar(top) {
    if (this.height <= LIMIT) return top;
    if (top <= ZONE) return top;
    if (this.end - top <= ZONE) return this.barEnd - (this.end - top);
    return ZONE + ((top - ZONE) * (this.barEnd - 2 * ZONE)) / (this.end - 2 * ZONE);
  }
}
