/** What happens next, by time; of two at one time the one that was added first. */
export class EventHeap<Event> {
  readonly #entries: {
    readonly atSeconds: number;
    readonly order: number;
    readonly event: Event;
  }[] = [];
  #added = 0;

  add(atSeconds: number, event: Event): void {
    const entries = this.#entries;
    let at = entries.length;
    entries.push({ atSeconds, order: this.#added++, event });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  take(): { readonly atSeconds: number; readonly event: Event } | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first;
    entries[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < entries.length && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#entries[one], this.#entries[other]];
    if (a === undefined || b === undefined) return false;
    return a.atSeconds === b.atSeconds ? a.order < b.order : a.atSeconds < b.atSeconds;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#entries[one], this.#entries[other]];
    if (a === undefined || b === undefined) return;
    this.#entries[one] = b;
    this.#entries[other] = a;
  }
}
