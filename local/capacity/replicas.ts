interface Replica {
  busySlots: number;
  isOpen: boolean;
  /** Takes nothing new, and ends with its last job. */
  isDraining: boolean;
}

/** The right to run one job on one replica. */
export interface Slot {
  readonly replica: Replica;
}

/** Converters that come and go, each with some slots. */
export class Replicas {
  /** Those that work or will soon, the oldest first. */
  readonly #staying: Replica[] = [];
  /** Slots that may be taken; those of a replica that drains are dropped when they are met. */
  readonly #free: Slot[] = [];
  #slots = 0;

  constructor(private readonly slotsEach: number) {}

  get wanted(): number {
    return this.#staying.length;
  }

  /** Slots that there are now: also those that drain, while they are busy. */
  get slots(): number {
    return this.#slots;
  }

  /** @returns its slots, to be opened once it is ready */
  add(): Slot[] {
    const replica: Replica = { busySlots: 0, isOpen: false, isDraining: false };
    this.#staying.push(replica);
    return Array.from({ length: this.slotsEach }, () => ({ replica }));
  }

  open(slots: readonly Slot[]): void {
    for (const slot of slots) {
      if (slot.replica.isDraining) continue;
      slot.replica.isOpen = true;
      this.#free.push(slot);
      this.#slots += 1;
    }
  }

  /** Any of them may be picked by a scale-in; here it is the youngest. */
  removeOne(): void {
    const replica = this.#staying.pop();
    if (replica === undefined) return;
    replica.isDraining = true;
    if (replica.isOpen) this.#slots -= this.slotsEach - replica.busySlots;
  }

  take(): Slot | undefined {
    for (;;) {
      const slot = this.#free.pop();
      if (slot?.replica.isDraining === true) continue;
      if (slot !== undefined) slot.replica.busySlots += 1;
      return slot;
    }
  }

  giveBack(slot: Slot): void {
    slot.replica.busySlots -= 1;
    if (slot.replica.isDraining) this.#slots -= 1;
    else this.#free.push(slot);
  }
}
