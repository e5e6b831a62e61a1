/**
 * The outbox's rule (`contracts/outbox.ts`): an owner has at most so many open jobs on the broker,
 * those at work included; further ones are held, in their order.
 */
export class OwnerLimit<Job extends { readonly owner: number }> {
  readonly #open = new Map<number, number>();
  readonly #held = new Map<number, Job[]>();
  #heldJobs = 0;

  constructor(private readonly maxQueuedPerOwner: number) {}

  get held(): number {
    return this.#heldJobs;
  }

  /** @returns whether the job goes to the broker at once. */
  admit(job: Job): boolean {
    const open = this.#open.get(job.owner) ?? 0;
    if (open < this.maxQueuedPerOwner) {
      this.#open.set(job.owner, open + 1);
      return true;
    }
    const held = this.#held.get(job.owner);
    if (held === undefined) this.#held.set(job.owner, [job]);
    else held.push(job);
    this.#heldJobs += 1;
    return false;
  }

  /** @returns the owner's next job, which takes the place of the one that ended. */
  ended({ owner }: Job): Job | undefined {
    const next = this.#held.get(owner)?.shift();
    if (next === undefined) this.#open.set(owner, (this.#open.get(owner) ?? 1) - 1);
    else this.#heldJobs -= 1;
    return next;
  }
}
