import { randomBytes } from 'node:crypto';
import type { ArrivedMessage } from './filing/arrived-message';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const nestedTable = (levels: number): Record<string, unknown> =>
  levels === 0 ? {} : { inner: nestedTable(levels - 1) };

/** JSON whose names mean something to JavaScript, MongoDB or both. */
export const hostileNames =
  '{"__proto__":{"admin":true},"constructor":1,"$set":{"state":"x"},"a.b":1,"":2,"$where":"1"}';

const bodies: Record<string, Uint8Array> = {
  'not JSON': Buffer.from('hello, <b>world</b>\n=1+1'),
  empty: Buffer.alloc(0),
  'JSON that is no object': Buffer.from('[1,2,3]'),
  'JSON null': Buffer.from('null'),
  'hostile names': Buffer.from(hostileNames),
  'wrong fields': Buffer.from('{"video_fid":"nope","username":7}'),
  'deep nesting': Buffer.from(nested(100_000)),
  'deep nesting in an object': Buffer.from(`{"a":${nested(5_000)}}`),
  binary: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3]),
  'text with NUL': Buffer.from('a\0b'),
  'UTF-8 cut off at its end': Buffer.from('zażółć').subarray(0, -1),
  '300 kB of JSON': Buffer.from(JSON.stringify({ text: 'ż'.repeat(150_000) })),
  '10 MB of text': Buffer.alloc(10 * 1024 * 1024, 'ż'),
  '10 MB of bytes': randomBytes(10 * 1024 * 1024),
};

const headers: Record<string, ArrivedMessage['headers']> = {
  'no headers': {},
  'hostile header names': JSON.parse(hostileNames) as ArrivedMessage['headers'],
  'deep header': nestedTable(500),
  'header types': {
    bytes: Buffer.from([0, 255]),
    time: { '!': 'timestamp', value: 1_700_000_000 },
    list: [1, 'two', null, true, { three: 3.5 }],
    none: null,
    long: 'x'.repeat(60_000),
    newline: 'a\r\nb',
    'trace-id': { not: 'text' },
  },
  'lies in our own headers': {
    'dead-reason': ['mail-refused'],
    'dead-step': '$step',
    'dead-error-class': '=HYPERLINK("x")',
    'dead-error': { $gt: '' },
    'dead-at': 'yesterday',
    attempt: 'many',
    replay: -1,
    'job-id': '../../etc',
  },
  'lies as a death of ours': {
    'dead-reason': 'unknown-error',
    'dead-error': '=cmd|"/c calc"!A1\r\nsecond line, "quoted"',
    'dead-error-class': 'Error',
    'dead-at': '9999-01-01T00:00:00Z',
  },
  'no list of deaths': { 'x-death': 'none' },
};

/** What anybody might put on a queue, or straight onto `<queue>.dead`. */
export function foreignMessages(): ArrivedMessage[] {
  const queues = [
    { queue: 'video', workQueue: 'video' },
    { queue: 'mp3', workQueue: 'mp3' },
    { queue: 'mp3.failed', workQueue: 'failed' },
  ] as const;
  const plain = { contentType: undefined, headers: {} };
  const named = [
    ...Object.entries(bodies).map(([name, content]) => ({ ...plain, name, content })),
    ...Object.entries(headers).map(([name, table]) => ({
      ...plain,
      name,
      content: Buffer.from(`body of ${name}`),
      headers: table,
    })),
  ];
  const messages = named.map(({ name, ...message }, index) => ({
    ...message,
    ...(queues[index % queues.length] ?? queues[0]),
    messageId: `foreign: ${name}`,
  }));
  const content = Buffer.from('no id at all');
  const odd = {
    ...plain,
    content,
    contentType: 'text/x-"odd"\r\n',
    messageId: '$id.\u202e\u0000"',
  };
  return [
    ...messages,
    { ...queues[0], ...plain, content, messageId: undefined },
    { ...queues[1], ...odd },
  ];
}
