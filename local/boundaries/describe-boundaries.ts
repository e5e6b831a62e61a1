import { ways } from './boundary';
import { judgeRemains } from './judge-remains';
import { Matrix } from './matrix';
import { runWay, type WayReport } from './run-way';
import { endingOf, type Ending, type Scenario } from './scenario';
import { System } from './system';
import { makeVideos, type Videos } from './videos';

/** The tests of one process: each of its boundaries, in each way. */
export function describeBoundaries(scenario: Scenario): void {
  const matrix = new Matrix();
  let videos: Videos;
  let system: System | undefined;
  beforeAll(async () => {
    [videos, system] = await Promise.all([
      makeVideos(),
      System.open(scenario.role, scenario.settings),
    ]);
    await system.startAll(scenario.others);
  }, 90_000);
  afterAll(async () => {
    await system?.close();
    const boundaries = scenario.cases.map(({ boundary }) => boundary);
    const path = matrix.write(scenario.role, boundaries);
    process.stdout.write(`${matrix.toString(boundaries)}\nalso in ${path}\n`);
  });

  describe.each(ways)(`${scenario.role}, %s`, (way) => {
    let report: WayReport;
    beforeAll(async () => {
      // Throws unless the process stood at every one of its boundaries.
      if (system === undefined) throw new Error('the servers did not start');
      report = await runWay(system, scenario, way, videos);
    }, 120_000);

    it.each(scenario.cases.map((one) => ({ one, name: nameOf(endingOf(one, way)), ...one })))(
      `$boundary: $name`,
      ({ one }) => {
        const ending = endingOf(one, way);
        const remains = report.remains.get(one.boundary);
        const problems = remains === undefined ? ['not run'] : judgeRemains(remains, ending);
        matrix.note(one.boundary, way, { remains, held: problems.length === 0 });
        expect(problems).toEqual([]);
      },
    );

    it('leaves no message and no directory behind', () => {
      expect(report.leftMessages).toEqual({});
      expect(report.leftDirectories).toEqual([]);
    });
  });

  it('has nothing on its way once every process has ended', async () => {
    await system?.stopProcesses();
    expect(await system?.waiting()).toEqual({});
  });
}

function nameOf({ state, mails, deadLetters }: Ending): string {
  const letters = deadLetters === 0 ? '' : ', one dead letter';
  const counted = mails === '1 or 2' ? 'one or two mails with one Message-ID' : `${mails} mails`;
  return `${state}, ${counted}${letters}`;
}
