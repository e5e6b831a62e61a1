import { EncodeLog, type EncodeReport } from './encode-log';

function reportOf(lines: readonly string[], streamIndex = 1): EncodeReport {
  const log = new EncodeLog('mov', streamIndex);
  for (const line of lines) log.line(line);
  return log.report();
}

const mov = '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d2eae1de80]';

/** What ffmpeg 5.1.9 writes at the end of an encode of stream 1. */
const closing = [
  '[graph_0_in_0_1 @ 0x560f771510c0] [verbose] tb:1/44100 samplefmt:fltp samplerate:44100 chlayout:mono',
  '[verbose] Input file #0 (file:/tmp/video):',
  '[verbose]   Input stream #0:0 (video): 4 packets read (50338 bytes); ',
  '[verbose]   Input stream #0:1 (audio): 45 packets read (9529 bytes); 44 frames decoded (45056 samples); ',
  '[verbose]   Input stream #0:2 (audio): 7 packets read (99 bytes); ',
  '[verbose]   Output stream #0:0 (audio): 40 frames encoded (45056 samples); 41 packets muxed (11010 bytes); ',
  '[info] bench: utime=0.745s stime=0.003s rtime=0.748s',
];

test('the closing report is read', () => {
  expect(reportOf(closing)).toMatchObject({
    packetsRead: 45,
    decodedSamples: 45_056,
    encodedSamples: 45_056,
    decodedRates: [44_100],
    undecodedPackets: 0,
    complaints: 0,
    endedEarly: undefined,
    isProtected: false,
    times: { userS: 0.745, systemS: 0.003, wallS: 0.748 },
    firstLine: closing[0],
  });
});

test('a track of which nothing was decoded has zero samples', () => {
  expect(reportOf(closing, 2)).toMatchObject({ packetsRead: 7, decodedSamples: 0 });
  const nothing =
    '[verbose]   Input stream #0:1 (audio): 0 packets read (0 bytes); 0 frames decoded (0 samples); ';
  expect(reportOf([nothing])).toMatchObject({ packetsRead: 0, decodedSamples: 0 });
});

test('a track that changes its format on the way is noticed', () => {
  const [graph = ''] = closing;
  const lines = [
    graph,
    graph.replace('mono', '5.1(side)'),
    graph.replace('rate:44100', 'rate:48000'),
  ];
  expect(reportOf(lines)).toMatchObject({ decodedRates: [44_100, 48_000], formatChanges: 2 });
});

test('without a closing report nothing is known', () => {
  expect(reportOf([])).toMatchObject({
    packetsRead: undefined,
    decodedSamples: undefined,
    encodedSamples: undefined,
    times: undefined,
    firstLine: undefined,
  });
});

test('a tag that imitates the report comes before it, and does not count', () => {
  const forged = [
    '[info]     title           : x',
    '[verbose]   Input stream #0:1 (audio): 1 packets read (1 bytes); 9 frames decoded (9 samples); ',
    '[verbose]   Output stream #0:0 (audio): 9 frames encoded (9 samples); 1 packets muxed (1 bytes); ',
    '[info] bench: utime=99999.000s stime=99999.000s rtime=0.001s',
  ];
  expect(reportOf([...forged, ...closing])).toMatchObject({
    packetsRead: 45,
    decodedSamples: 45_056,
    encodedSamples: 45_056,
    times: { userS: 0.745, systemS: 0.003, wallS: 0.748 },
  });
});

test.each([
  'utime=1.2.3s stime=0.003s rtime=0.748s',
  'utime=0.745s stime=.s rtime=0.748s',
  'utime=0.745s stime=0.003s rtime=-nans',
])('times that are no numbers are not known: %s', (times) => {
  expect(reportOf([`[info] bench: ${times}`]).times).toBeUndefined();
});

test.each<[string, string, Partial<EncodeReport>]>([
  [
    'an undecoded packet',
    '[error] Error while decoding stream #0:1: Invalid data found when processing input',
    { undecodedPackets: 1, complaints: 1 },
  ],
  [
    'one of another stream',
    '[error] Error while decoding stream #0:11: Invalid data found when processing input',
    { undecodedPackets: 0, complaints: 0 },
  ],
  ['the demuxer', `${mov} [error] Packet mismatch 0 430 73134`, { complaints: 1 }],
  ['the demuxer, in passing', `${mov} [warning] timescale not set`, { complaints: 0 }],
  ['a parser', '[NULL @ 0x55] [error] Invalid NAL unit size (0 > 61).', { complaints: 0 }],
  [
    'the allow-list',
    "[h264 @ 0x55] [error] Codec (h264) not on whitelist 'aac'",
    { complaints: 0 },
  ],
  [
    'a sample beyond the end',
    `${mov} [error] stream 1, offset 0x10e29: partial file`,
    { endedEarly: expect.stringContaining('partial') as string },
  ],
  [
    'one of another track',
    `${mov} [error] stream 11, offset 0x10e29: partial file`,
    { endedEarly: undefined },
  ],
  [
    'half an element',
    '[matroska,webm @ 0x56] [error] File ended prematurely',
    { endedEarly: expect.stringContaining('prematurely') as string },
  ],
  [
    'half a packet',
    '[warning] file:/tmp/x: corrupt input packet in stream 1',
    { complaints: 1, endedEarly: expect.stringContaining('corrupt') as string },
  ],
  [
    'half a packet of another stream',
    '[warning] file:/tmp/x: corrupt input packet in stream 11',
    { complaints: 0, endedEarly: undefined },
  ],
  [
    'DRM',
    '[asf @ 0x55] [warning] DRM protected stream detected, decoding will likely fail!',
    { isProtected: true },
  ],
])('understands the complaint of %s', (_who, line, expected) => {
  expect(reportOf([line])).toMatchObject(expected);
});

test('half a packet of a broadcast is only a complaint', () => {
  const log = new EncodeLog('mpegts', 1);
  log.line('[warning] file:/tmp/x: corrupt input packet in stream 1');
  expect(log.report()).toMatchObject({ complaints: 1, endedEarly: undefined });
});

test('a log without end keeps its first line and its last forty', () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `[error] complaint ${index}`);
  const { firstLine, tail } = reportOf(lines);
  expect(firstLine).toBe(lines[0]);
  expect(tail).toEqual(lines.slice(-40));
});
