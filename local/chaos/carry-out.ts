import type { ServerName } from '../servers/servers';
import type { Activity } from './activity';
import type { ChaosStack } from './chaos-stack';
import {
  describeEvent,
  slotName,
  type ChaosEvent,
  type MailTrouble,
  type Moment,
  type RestartedServer,
  type Slot,
} from './events';
import type { Journal } from './journal';
import type { MailGaps } from './mail-gaps';
import { pause } from './pause';
import type { Supervised } from './supervised';
import { graceMs } from './settings';
import type { ProxyMode } from './tcp-proxy';

/** An event as it really was. */
export interface Disturbance {
  readonly event: ChaosEvent;
  readonly fromMs: number;
  /** Wall clock, as `fromMs`: when everything was as before. */
  readonly toMs: number;
}

export interface Hands {
  readonly stack: ChaosStack;
  readonly journal: Journal;
  readonly activity: Activity;
  readonly gaps: MailGaps;
  /** Aborted when the run is given up: everything is undone at once. */
  readonly signal: AbortSignal;
}

const latencyMs = 150;
const daemonOf: Readonly<Record<RestartedServer, ServerName>> = {
  rabbitmq: 'rabbitmq',
  mongodb: 'mongodb',
  mysql: 'mariadb',
};

/** Does it, undoes it, and resolves when it is over. Null: there is nothing to do it to. */
export async function carryOut(event: ChaosEvent, hands: Hands): Promise<Disturbance | null> {
  const { journal } = hands;
  const what = describeEvent(event);
  if (isAbsent(event, hands)) {
    journal.add('harness', `left out: ${what}`);
    return null;
  }
  const fromMs = Date.now();
  journal.add('harness', what);
  await happen(event, hands);
  journal.add('harness', `over: ${what}`);
  return { event, fromMs, toMs: Date.now() };
}

function isAbsent(event: ChaosEvent, { stack }: Hands): boolean {
  if (event.kind === 'disk-full' && stack.disks.problem !== null) return true;
  return 'slot' in event && event.slot !== null && !stack.processes.has(slotName(event.slot));
}

async function happen(event: ChaosEvent, hands: Hands): Promise<void> {
  const { stack, gaps, signal } = hands;
  switch (event.kind) {
    case 'kill': {
      const process = processOf(event.slot, hands);
      await moment(event.slot, event.when, hands);
      process.signal('SIGKILL', 'SIGKILL');
      if (event.slot.role === 'notification') gaps.look(process.name, process.pid, 'kill');
      return;
    }
    case 'pause': {
      const process = processOf(event.slot, hands);
      await moment(event.slot, event.when, hands);
      process.signal('SIGSTOP');
      if (event.slot.role === 'notification') gaps.look(process.name, process.pid, 'pause');
      await pause(event.forMs, signal);
      process.signal('SIGCONT');
      return;
    }
    case 'terminate': {
      const process = processOf(event.slot, hands);
      const { pid } = process;
      const how = await process.terminate(graceMs);
      if (event.slot.role === 'notification' && how === 'killed') {
        gaps.look(process.name, pid, 'kill');
      }
      return;
    }
    case 'server': {
      const server = daemonOf[event.server];
      await stack.servers[event.how](server);
      await pause(event.forMs, signal);
      await stack.servers.start(server);
      return;
    }
    case 'mail':
      return disturbMail(event.trouble, event.forMs, hands);
    case 'network': {
      const { dependency, slot, trouble, forMs } = event;
      const mode: ProxyMode =
        trouble === 'latency' ? { kind: trouble, latencyMs } : { kind: trouble };
      await stack.network.setMode(dependency, slot, mode);
      await pause(forMs, signal);
      await stack.network.setMode(dependency, slot, { kind: 'pass' });
      return;
    }
    case 'disk-full':
      await stack.disks.fill(event.slot.number);
      await pause(event.forMs, signal);
      await stack.disks.free(event.slot.number);
      return;
    default:
      return event satisfies never;
  }
}

/** A process that has nothing to do is not waited for longer. */
const mostPatienceMs = 2_000;

async function moment(slot: Slot, when: Moment, { activity, signal }: Hands): Promise<void> {
  if (when === 'at once') return;
  await activity.next(slotName(slot), mostPatienceMs);
  await pause(when.afterBeginMs, signal);
}

function processOf(slot: Slot, { stack }: Hands): Supervised {
  const process = stack.processes.get(slotName(slot));
  if (process === undefined) throw new Error(`there is no ${slotName(slot)}`);
  return process;
}

async function disturbMail(
  trouble: MailTrouble,
  forMs: number,
  { stack, signal }: Hands,
): Promise<void> {
  if (trouble === 'refuse') {
    await stack.network.setMode('smtp', null, { kind: 'refuse' });
    await pause(forMs, signal);
    await stack.network.setMode('smtp', null, { kind: 'pass' });
    return;
  }
  await stack.inbox.behave({ answer: answerOf(trouble) });
  await pause(forMs, signal);
  // Withdraws what holds for every address.
  await stack.inbox.behave({ answer: { kind: 'accept' } });
}

function answerOf(trouble: Exclude<MailTrouble, 'refuse'>) {
  return trouble === 'later'
    ? ({ kind: 'refuse', code: 451, message: 'try again later' } as const)
    : ({ kind: trouble } as const);
}
