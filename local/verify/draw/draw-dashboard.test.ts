import type { Dashboard, Panel } from '../dashboards/dashboard';
import type { Recording, Series } from '../dashboards/recording';
import { drawDashboard } from './draw-dashboard';

const fromS = 1_000;

function panel(id: number, type: Panel['type'], defaults: object = {}): Panel {
  return {
    id,
    type,
    title: `${type} & <more>`,
    description: '',
    gridPos: { x: (id - 1) * 6, y: 0, w: 6, h: 8 },
    targets: [{ refId: 'A', expr: 'up', legendFormat: 'queue {{queue}}', instant: false }],
    fieldConfig: {
      overrides: [],
      defaults: { unit: 'short', mappings: [], custom: { fillOpacity: 0 }, ...defaults },
    },
  };
}

function series(queue: string, values: readonly number[]): Series {
  return {
    labels: { queue },
    points: values.map((value, index) => [fromS + index * 10, value]),
  };
}

const open = { options: { from: 1, to: 2, result: { text: 'open', color: 'red' } } };
const shut = { options: { from: 0, to: 0, result: { text: 'closed', color: 'green' } } };

const dashboard: Dashboard = {
  uid: 'queues',
  title: 'Queues',
  description: 'How deep?',
  annotations: { list: [] },
  panels: [
    panel(1, 'timeseries'),
    panel(2, 'stat'),
    panel(3, 'bargauge', { unit: 'bytes' }),
    panel(4, 'state-timeline', { mappings: [shut, open] }),
  ],
};

const over = [series('video', [0, 4, 1, 2]), series('mp3', [1, 1, 0, 0])];
const target = { refId: 'A', expression: 'up', over, now: over };

const recording: Recording = {
  uid: 'queues',
  fromS,
  toS: fromS + 30,
  panels: { 1: [target], 2: [target], 3: [target], 4: [target] },
  marks: [{ name: 'Replays', color: 'purple', atS: fromS + 15 }],
  alerts: [{ name: 'NoConsumers', fromS: fromS + 5, toS: fromS + 20 }],
};

const svg = drawDashboard(dashboard, recording);

/** What a reader sees, in order. */
function texts(of: string): string[] {
  return [...of.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
}

test('the same data give the same picture', () => {
  expect(drawDashboard(dashboard, recording)).toBe(svg);
});

test('says what every panel is, and names its series', () => {
  for (const kind of ['timeseries', 'stat', 'bargauge', 'state-timeline']) {
    expect(texts(svg)).toContain(`${kind} &amp; &lt;more&gt;`);
  }
  expect(texts(svg).filter((text) => text === 'queue video')).toHaveLength(4);
});

test('numbers of now have their unit, times are counted from the beginning', () => {
  expect(texts(svg)).toEqual(
    expect.arrayContaining(['2', '2 B', 'closed', 'open', '0:00', '0:30']),
  );
});

test('shows which alerts fired', () => {
  expect(texts(svg)).toEqual(expect.arrayContaining(['Alerts that fired', 'NoConsumers']));
});

test('a panel of now that found nothing says what its author wants said', () => {
  const empty = { ...recording, panels: { 2: [{ ...target, now: [] }] } };
  const quiet = { ...dashboard, panels: [panel(2, 'stat', { noValue: 'nothing waits' })] };
  expect(texts(drawDashboard(quiet, empty))).toContain('nothing waits');
});

test('ids are unique in the picture', () => {
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('is well-formed: every quote and every tag is closed', () => {
  const outside = svg.replace(/<(\/?)[a-zA-Z]+(?: [\w:-]+="[^"<]*")*\s*\/?>/g, '');
  expect(outside).not.toMatch(/[<>]/);
  expect((svg.match(/<[a-zA-Z][^>]*[^/]>/g) ?? []).length).toBe((svg.match(/<\//g) ?? []).length);
});
