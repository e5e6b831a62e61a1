import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testStackConfig } from '../test-stack';
import { runChaos, type ChaosOptions, type ChaosReport } from './chaos';
import { judgementTable } from './table';
import type { Rule } from './violation';

type Entries = NonNullable<ChaosOptions['entries']>;

const build = (name: string): string => `dist/local/boundaries/${name}-main.js`;
/** A process without a file is left out. */
const absent = 'dist/local/boundaries/absent.js';

/**
 * Each is switched off alone, so that the report is about it. Where acks come first, the relay does
 * not look for lost messages either: it makes good for most of what is lost so.
 */
const protections: readonly { name: string; entries: Entries; reports: Rule }[] = [
  {
    name: 'claims',
    entries: { converter: build('without-claims') },
    reports: 'duplicate MP3',
  },
  {
    name: 'outbox',
    entries: { gateway: build('without-outbox'), relay: absent },
    reports: 'lost',
  },
  {
    name: 'mail ledger',
    entries: { notification: build('without-ledger') },
    reports: 'duplicate mail',
  },
  {
    name: 'publish before ack',
    entries: {
      converter: build('converter-acking-first'),
      notification: build('notification-acking-first'),
      relay: build('relay-without-rescue'),
    },
    reports: 'lost',
  },
];

/** One is enough nearly always; what is hit in the middle of its work is a matter of moments. */
const seeds = [1, 2, 3];
const size = { jobs: 40, workers: 2 };
const timeLimitMs = 600_000;

async function run(name: string, seed: number, entries: Entries): Promise<ChaosReport> {
  const report = await runChaos({ ...size, seed, entries });
  const broken = report.violations.map(({ rule, text }) => `${rule}: ${text}`);
  const lines = [`${name}, seed ${seed}`, judgementTable(report, false), ...broken, ''];
  const directory = join(testStackConfig().stateDirectory, 'protections');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.txt`), lines.join('\n'));
  process.stdout.write(lines.join('\n'));
  return report;
}

it.each(protections)(
  'reports "$reports" without the protection "$name"',
  async ({ name, entries, reports }) => {
    const reported = new Set<Rule>();
    for (const seed of seeds) {
      if (reported.has(reports)) break;
      const { violations } = await run(`without ${name}`, seed, entries);
      for (const { rule } of violations) reported.add(rule);
    }
    expect([...reported]).toContain(reports);
  },
  timeLimitMs,
);

it(
  'reports nothing when only the search for lost messages is off',
  async () => {
    const entries = { relay: build('relay-without-rescue') };
    const { violations } = await run('without the search for lost messages', 1, entries);
    // How fast jobs start again depends on what else this machine does.
    expect(violations.filter(({ rule }) => rule !== 'slow recovery')).toEqual([]);
  },
  timeLimitMs,
);
