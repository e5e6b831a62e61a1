import { setTimeout as delay } from 'node:timers/promises';
import { operatorAddress } from '../servers/alertmanager';
import type { ExpectedAlert, Situation } from './situations/situation';
import type { Scene } from './stack/scene';
import { firedAlerts } from './check/fired-alerts';
import { waitUntil } from './wait-until';

/** What became of one alert in the situation that it is for. */
export interface AlertResult {
  readonly name: string;
  readonly situation: string;
  /** Seconds from when the situation was there; each stands for a minute of the rules. */
  readonly firedAfterS: number | null;
  /** Seconds from the end of the situation. */
  readonly endedAfterS: number | null;
  readonly mailed: boolean;
  readonly problem: string | null;
}

export interface QuietResult {
  readonly situation: string;
  readonly lastedS: number;
  readonly problem: string | null;
}

/** What is known of a situation while alerts of it may still fire. */
export interface Played {
  readonly quiet: readonly QuietResult[];
  /** Settles when the alerts have ended, or should have. */
  readonly alerts: Promise<readonly AlertResult[]>;
}

const firingDeadlineMs = 75_000;
const endingDeadlineMs = 150_000;
const mailDeadlineMs = 20_000;

/** Brings a situation about and waits for its alerts; whether they end is seen to later. */
export async function play(situation: Situation, scene: Scene): Promise<Played> {
  const { prometheus, signal } = scene;
  const begunS = Date.now() / 1_000;
  const endIt = await situation.begin(scene).catch((error: unknown) => {
    scene.signal.throwIfAborted();
    return { problem: `cannot be brought about: ${messageOf(error)}` };
  });
  if ('problem' in endIt) return notPlayed(situation, endIt.problem);
  const thereMs = performance.now();
  let firing: readonly AlertResult[] = [];
  let quiet: QuietResult | undefined;
  try {
    if (situation.quietS !== undefined) {
      await delay(situation.quietS * 1_000, undefined, { signal });
      const nowS = Date.now() / 1_000;
      quiet = {
        situation: situation.name,
        lastedS: nowS - begunS,
        problem: firedText(await firedAlerts(prometheus, begunS, nowS)),
      };
    }
    firing = await Promise.all(
      situation.alerts.map((alert) => untilFiring(alert, situation, scene, thereMs)),
    );
  } catch (error) {
    // Interrupted. Everything is taken down next: only what would go on by itself has to end.
    await endIt().catch(() => undefined);
    throw error;
  }
  await endIt();
  const endedMs = performance.now();
  return {
    quiet: quiet === undefined ? [] : [quiet],
    alerts: Promise.all(
      situation.alerts.map((alert, index) => {
        const result = firing[index];
        if (result === undefined) throw new Error(`${alert.name} has no result`);
        return untilEnded(alert, result, scene, endedMs);
      }),
    ),
  };
}

function notPlayed({ name, alerts }: Situation, problem: string): Played {
  const nothing = { firedAfterS: null, endedAfterS: null, mailed: false };
  return {
    quiet: alerts.length > 0 ? [] : [{ situation: name, lastedS: 0, problem }],
    alerts: Promise.resolve(
      alerts.map((alert) => ({ ...nothing, name: alert.name, situation: name, problem })),
    ),
  };
}

function firedText(fired: readonly { readonly name: string }[]): string | null {
  if (fired.length === 0) return null;
  return `fired: ${[...new Set(fired.map(({ name }) => name))].join(', ')}`;
}

async function untilFiring(
  alert: ExpectedAlert,
  situation: Situation,
  { prometheus, signal }: Scene,
  thereMs: number,
): Promise<AlertResult> {
  const result = {
    name: alert.name,
    situation: situation.name,
    firedAfterS: null,
    endedAfterS: null,
    mailed: false,
  };
  try {
    await waitUntil(
      `${alert.name} fires`,
      async () => ((await prometheus.firing()).some((one) => fits(alert, one)) ? true : undefined),
      { deadlineMs: firingDeadlineMs, signal },
    );
    return { ...result, firedAfterS: (performance.now() - thereMs) / 1_000, problem: null };
  } catch (error) {
    signal.throwIfAborted();
    return { ...result, problem: messageOf(error) };
  }
}

async function untilEnded(
  alert: ExpectedAlert,
  result: AlertResult,
  { prometheus, inbox, signal }: Scene,
  endedMs: number,
): Promise<AlertResult> {
  if (result.firedAfterS === null) return result;
  try {
    await waitUntil(
      `${alert.name} ends`,
      async () => ((await prometheus.firing()).some((one) => fits(alert, one)) ? undefined : true),
      { deadlineMs: endingDeadlineMs, signal, everyMs: 500 },
    );
    const endedAfterS = (performance.now() - endedMs) / 1_000;
    await waitUntil(
      `a mail about ${alert.name}`,
      async () => {
        // The mail server may be what is away.
        const mails = await inbox.mails(operatorAddress).catch(() => []);
        const subject = `FIRING: ${alert.name} in`;
        return mails.some((mail) => mail.subject.includes(subject)) || undefined;
      },
      { deadlineMs: mailDeadlineMs, signal, everyMs: 1_000 },
    );
    return { ...result, endedAfterS, mailed: true };
  } catch (error) {
    if (signal.aborted) return { ...result, problem: 'interrupted' };
    return { ...result, problem: messageOf(error) };
  }
}

function fits({ name, labels = {} }: ExpectedAlert, found: Readonly<Record<string, string>>) {
  if (found['alertname'] !== name) return false;
  return Object.entries(labels).every(([label, value]) => found[label] === value);
}

function messageOf(error: unknown): string {
  return Error.isError(error) ? error.message : String(error);
}
