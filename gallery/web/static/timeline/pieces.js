// The photos of a result by rank, fetched in pieces when they come near, the newest wish first.

import { ask } from "/static/api.js";

export const PIECE = 250;
const FIRST_PIECE = 60;
const AT_ONCE = 3;
const KEPT = 80;

/** One tile as the server sends it: a short list, for there are many. */
export function tileOf([id, hash, aspect, color, emotions, faces, takenAt, name, flags]) {
  return { id, hash, aspect, color, emotions, faces, takenAt, name, flags };
}

export const PICKED = 1;
export const REJECTED = 2;
export const DAMAGED = 4;

export class Pieces {
  /** `arrived` is called with the ranks (first, behind the last) that are there now, `failed` with what went wrong. */
  constructor({ query, order }, { total, version }, { arrived, failed }) {
    Object.assign(this, { query, order, total, version, arrived, failed });
    this.tiles = new Map();
    this.partial = new Set();
    this.wanted = [];
    this.running = new Map();
    this.broken = 0;
  }

  /** The tile of this rank, or undefined while it isn't there. */
  at(rank) {
    return this.tiles.get(Math.floor(rank / PIECE))?.[rank % PIECE];
  }

  /** The tiles of a range, or null while one of them isn't there. */
  range(first, count) {
    const found = [];
    for (let rank = first; rank < first + count; rank++) {
      const tile = this.at(rank);
      if (!tile) return null;
      found.push(tile);
    }
    return found;
  }

  /** Asks for the ranges that are looked at, [first, count], the most wanted first; what is not among them any more is left. */
  want(ranges) {
    const pieces = new Set();
    for (const [first, count] of ranges) {
      for (let piece = Math.floor(first / PIECE); piece * PIECE < first + count; piece++) pieces.add(piece);
    }
    this.wanted = [...pieces].filter((piece) => !this.isThere(piece));
    for (const [piece, abort] of this.running) if (!pieces.has(piece)) abort.abort();
    this.next();
  }

  isThere(piece) {
    return this.tiles.has(piece) && !this.partial.has(piece);
  }

  next() {
    while (this.running.size < AT_ONCE) {
      const piece = this.wanted.find((each) => !this.running.has(each) && !this.isThere(each));
      if (piece === undefined || Date.now() < this.broken) return;
      this.fetch(piece);
    }
  }

  async fetch(piece) {
    const abort = new AbortController();
    this.running.set(piece, abort);
    try {
      // The first photos of all come alone: there is a person who waits.
      const isFirst = this.tiles.size === 0 && piece === 0;
      const tiles = isFirst ? await this.loadFirst(abort.signal) : await this.load(piece * PIECE, PIECE, abort.signal);
      isFirst && tiles.length === FIRST_PIECE ? this.partial.add(piece) : this.partial.delete(piece);
      this.keep(piece, tiles);
    } catch (error) {
      if (error.name !== "AbortError") this.stumbled(error);
    } finally {
      this.running.delete(piece);
      this.next();
    }
  }

  async load(offset, limit, signal) {
    const answer = await ask("tiles", { query: this.query, order: this.order, version: this.version, offset, limit }, { signal });
    return answer.tiles.map(tileOf);
  }

  /** Asked for without a version, for early.js does it before there is one. */
  async loadFirst(signal) {
    const { tiles, version } = await ask("tiles", { query: this.query, order: this.order, offset: 0, limit: FIRST_PIECE }, { signal });
    return version === this.version ? tiles.map(tileOf) : this.load(0, FIRST_PIECE, signal);
  }

  stumbled(error) {
    this.broken = Date.now() + 2000;
    setTimeout(() => this.next(), 2100);
    this.failed(error);
  }

  keep(piece, tiles) {
    this.tiles.delete(piece);
    this.tiles.set(piece, tiles);
    for (const old of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) break;
      if (old !== piece && !this.wanted.includes(old)) this.tiles.delete(old);
    }
    this.arrived(piece * PIECE, piece * PIECE + tiles.length);
  }

  /** The tiles of a range, all of them fetched if need be, for what is done with many. */
  async all(first, count) {
    const found = [];
    for (let rank = first; rank < first + count; ) {
      const step = Math.min(500, first + count - rank);
      found.push(...(this.range(rank, step) ?? (await this.load(rank, step))));
      rank += step;
    }
    return found;
  }

  /** These are fetched anew, and shown as they were until then; others when they are looked at again. */
  async renew(version, first, count) {
    this.version = version;
    const fresh = new Map();
    for (let piece = Math.floor(first / PIECE); piece * PIECE < first + count; piece++) {
      fresh.set(piece, await this.load(piece * PIECE, PIECE));
    }
    this.tiles = fresh;
    this.partial.clear();
  }

  close() {
    this.wanted = [];
    for (const abort of this.running.values()) abort.abort();
  }
}
