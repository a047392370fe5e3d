// What is selected: photos by id, or all that match but for some.

export class Selection {
  constructor(changed) {
    this.changed = changed;
    this.clear(false);
  }

  clear(tell = true) {
    Object.assign(this, { ids: new Set(), days: new Set(), isAll: false, from: null });
    if (tell) this.changed();
  }

  has(id) {
    return this.isAll !== this.ids.has(id);
  }

  hasDay(index) {
    return this.isAll ? this.ids.size === 0 : this.days.has(index);
  }

  /** How many of `total` are selected. */
  count(total) {
    return this.isAll ? total - this.ids.size : this.ids.size;
  }

  toggle(id, rank) {
    this.ids.has(id) ? this.ids.delete(id) : this.ids.add(id);
    this.days.clear();
    this.from = rank;
    this.changed();
  }

  /** These become selected, or where all of them were, none of them. */
  toggleMany(ids, day = null) {
    const wanted = !ids.every((id) => this.has(id));
    for (const id of ids) wanted !== this.isAll ? this.ids.add(id) : this.ids.delete(id);
    if (day !== null) wanted ? this.days.add(day) : this.days.delete(day);
    this.changed();
  }

  add(ids) {
    for (const id of ids) this.isAll ? this.ids.delete(id) : this.ids.add(id);
    this.changed();
  }

  all() {
    Object.assign(this, { ids: new Set(), isAll: true });
    this.changed();
  }
}
