interface Replica {
  busySlots: number;
  readonly readyAtSeconds: number;
  /** Takes nothing new, and ends with its last job. */
  draining: boolean;
}

/** The right to run one job on one replica. */
export interface Slot {
  readonly replica: Replica;
}

/** Converters that come and go, each with some slots. */
export class Replicas {
  #replicas: Replica[] = [];
  /** Slots that may be taken; those of a replica that drains are dropped when they are met. */
  #free: Slot[] = [];

  constructor(private readonly slotsEach: number) {}

  /** Replicas that work or will soon. */
  get wanted(): number {
    return this.#replicas.filter(({ draining }) => !draining).length;
  }

  /** Slots that exist at a moment: also those that drain, and are busy. */
  slotsAt(nowSeconds: number): number {
    return this.#replicas.reduce((slots, { readyAtSeconds, draining, busySlots }) => {
      if (draining) return slots + busySlots;
      return readyAtSeconds <= nowSeconds ? slots + this.slotsEach : slots;
    }, 0);
  }

  add(readyAtSeconds: number): Slot[] {
    const replica: Replica = { busySlots: 0, readyAtSeconds, draining: false };
    this.#replicas.push(replica);
    return Array.from({ length: this.slotsEach }, () => ({ replica }));
  }

  /** They are ready: their slots may be taken. */
  open(slots: readonly Slot[]): void {
    this.#free.push(...slots);
  }

  /** Any of them, as a scale-in picks: the one that began last. */
  removeOne(): void {
    const replica = this.#replicas.findLast(({ draining }) => !draining);
    if (replica === undefined) return;
    replica.draining = true;
    this.#forgetEnded(replica);
  }

  take(): Slot | undefined {
    for (;;) {
      const slot = this.#free.pop();
      if (slot?.replica.draining === true) continue;
      if (slot !== undefined) slot.replica.busySlots += 1;
      return slot;
    }
  }

  giveBack(slot: Slot): void {
    const { replica } = slot;
    replica.busySlots -= 1;
    if (replica.draining) this.#forgetEnded(replica);
    else this.#free.push(slot);
  }

  #forgetEnded(replica: Replica): void {
    if (replica.busySlots > 0) return;
    this.#replicas = this.#replicas.filter((one) => one !== replica);
  }
}
