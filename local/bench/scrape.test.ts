import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compare, scrapeTable } from './scrape';
import { costOf, type ScrapeCost } from './scrape-cost';
import { readCpuSeconds } from './scrape-cpu';

const cost = (job: string, percentOfCore: number): ScrapeCost => ({
  job,
  series: 100,
  msPerScrape: percentOfCore * 150,
  percentOfCore,
});

test('a scrape costs what the scraped whiles took beyond the others', () => {
  const rounds = [
    { idleSeconds: 0.1, scrapedSeconds: 0.2 },
    { idleSeconds: 0.3, scrapedSeconds: 0.45 },
    { idleSeconds: 0.3, scrapedSeconds: 0.5 },
  ];
  expect(costOf(rounds, 50)).toBeCloseTo(3);
});

test('work of its own in one of the whiles changes nothing', () => {
  const quiet = { idleSeconds: 0.1, scrapedSeconds: 0.2 };
  const rounds = [
    quiet,
    { ...quiet, idleSeconds: 9 },
    quiet,
    { ...quiet, scrapedSeconds: 9 },
    quiet,
  ];
  expect(costOf(rounds, 50)).toBeCloseTo(2);
});

const empty = [cost('gateway', 0.2), cost('converter', 0.1), cost('rabbitmq', 0.3)];

test('the converter counts in the sum, and not where the two cases are compared', () => {
  const result = compare(10, empty, [cost('gateway', 0.2), cost('rabbitmq', 0.36)]);
  expect(result.totalPercent).toBeCloseTo(0.66);
  expect(result.comparedPercent.empty).toBeCloseTo(0.5);
  expect(result.comparedPercent.queued).toBeCloseTo(0.56);
  expect(result.held).toBe(true);
  const table = scrapeTable(result, false);
  expect(table).toMatch(/rabbitmq +│ 100 +│ 45\.00 +│ 54\.00 +│ 0\.3000 +│ 0\.3600 +│ 1\.20/);
  expect(table).toMatch(/converter +│ 100 +│ 15\.00 +│ stopped/);
});

test('a cost below nothing takes nothing off the others', () => {
  const noisy = [cost('gateway', 1.1), cost('relay', -0.5)];
  expect(compare(10, noisy, noisy)).toMatchObject({ totalPercent: 1.1, held: false });
});

test.each([
  ['queued jobs make it dearer', empty, [cost('gateway', 0.2), cost('rabbitmq', 0.41)]],
  ['it costs a whole percent', [cost('gateway', 1)], [cost('gateway', 1)]],
])('it does not hold when %s', (_case, before, queued) => {
  const result = compare(10, before, queued);
  expect(result.held).toBe(false);
  expect(scrapeTable(result, false)).toContain('NOT held');
});

test('the CPU time of a process is that of its whole group', async () => {
  // The leader starts a child that uses far more; each says what it has used, and stays.
  const burn = `
    const usedSeconds = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
    const most = process.argv[1] === 'leader' ? 0.1 : 0.6;
    while (usedSeconds() < most) for (let index = 0; index < 1e6; index += 1);
    console.log(usedSeconds());
    if (process.argv[1] === 'leader') {
      const argv = ['-e', process.env.BURN, 'child'];
      require('node:child_process').spawn(process.execPath, argv, { stdio: 'inherit' });
    }
    setInterval(() => undefined, 1_000_000);`;
  const leader = spawn(process.execPath, ['-e', burn, 'leader'], {
    detached: true,
    env: { BURN: burn },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = leader.pid ?? 0;
  try {
    const used: number[] = [];
    for await (const line of createInterface(leader.stdout)) {
      if (used.push(Number(line)) === 2) break;
    }
    const [ofLeader = NaN, ofChild = NaN] = used;
    expect(readCpuSeconds(pid)).toBeGreaterThan(0.95 * (ofLeader + ofChild));
  } finally {
    process.kill(-pid, 'SIGKILL');
    await once(leader, 'close');
  }
});

test('a group that does not run is told about', () => {
  const beyondEveryPid = 2 ** 22 + 1; // proc_sys_kernel(5), pid_max
  expect(() => readCpuSeconds(beyondEveryPid)).toThrow(`group ${beyondEveryPid} runs`);
});
