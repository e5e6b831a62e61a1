import { z } from 'zod';

/** How the inbox answers; a test scripts it to see what the product does with it. */
const answerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accept') }),
  /** Refuses with this SMTP reply code: 4xx "later", 5xx "never" (RFC 5321 section 4.2.1). */
  z.strictObject({
    kind: z.literal('refuse'),
    code: z.number().int().min(400).max(599),
    message: z.string().default('scripted refusal'),
  }),
  /** Answers nothing and keeps the connection open. */
  z.strictObject({ kind: z.literal('hang') }),
  /** Closes the connection without an answer; the mail is not kept. */
  z.strictObject({ kind: z.literal('drop') }),
  /** Keeps the mail, then closes the connection without an answer: the client cannot know. */
  z.strictObject({ kind: z.literal('keep-and-drop') }),
]);

export const behaviourSchema = z.strictObject({
  answer: answerSchema,
  /** For mail to this address only; without it, for every address. */
  to: z.string().min(3).optional(),
  /** At `RCPT TO`, or after the whole mail has arrived. */
  at: z.enum(['recipient', 'data']).default('data'),
  /** How often, before mail is accepted again; without it, until it is withdrawn. */
  times: z.number().int().positive().optional(),
});

export type Answer = z.infer<typeof answerSchema>;
export type Behaviour = z.infer<typeof behaviourSchema>;

const accept: Answer = { kind: 'accept' };

/** The scripted behaviours; one for an address comes before one for everybody. */
export class BehaviourScript {
  #behaviours: Behaviour[] = [];

  get all(): readonly Behaviour[] {
    return this.#behaviours;
  }

  /** Replaces what was said before for the same address and moment. */
  set(behaviour: Behaviour): void {
    const same = (other: Behaviour): boolean =>
      other.to === behaviour.to && other.at === behaviour.at;
    this.#behaviours = [...this.#behaviours.filter((other) => !same(other)), behaviour];
  }

  /** Withdraws what was said for this address, or everything. */
  clear(to?: string): void {
    this.#behaviours = to === undefined ? [] : this.#behaviours.filter((one) => one.to !== to);
  }

  /** The answer for mail to these addresses at this moment; counts it against `times`. */
  next(at: Behaviour['at'], recipients: readonly string[]): Answer {
    const matching = this.#behaviours.filter((one) => one.at === at);
    const behaviour =
      matching.find((one) => one.to !== undefined && recipients.includes(one.to)) ??
      matching.find((one) => one.to === undefined);
    if (behaviour === undefined) return accept;
    if (behaviour.times !== undefined) {
      behaviour.times -= 1;
      if (behaviour.times === 0) {
        this.#behaviours = this.#behaviours.filter((one) => one !== behaviour);
      }
    }
    return behaviour.answer;
  }
}
