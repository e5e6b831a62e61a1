import type { Container } from './container';
import type { Encoded } from './ffmpeg-command';
import type { AudioTrack, ProbedSource } from './probe-source';
import { sourceDamage } from './source-damage';

interface Case {
  readonly container?: Container;
  readonly audioS?: number;
  readonly source?: Partial<ProbedSource>;
  readonly track?: Partial<AudioTrack>;
  readonly encoded?: Partial<Encoded>;
  readonly sourceBytes?: number;
}

function damage(own: Case): string | undefined {
  const audioS = own.audioS ?? 100;
  const track: AudioTrack = {
    streamIndex: 1,
    audioIndex: 0,
    codec: 'aac',
    isDecodable: true,
    isEncrypted: false,
    isDefault: true,
    channels: 2,
    sampleRate: 48_000,
    startS: 0,
    durationS: undefined,
    statedCount: undefined,
    ...own.track,
  };
  const source: ProbedSource = {
    container: own.container ?? 'matroska',
    audioTracks: [track],
    durationS: 100,
    isDurationGuessed: false,
    videoDurationS: undefined,
    tags: {},
    cover: undefined,
    ...own.source,
  };
  const encoded: Encoded = {
    packetsRead: 4700,
    decodedSamples: audioS * 48_000,
    encodedSamples: audioS * 48_000,
    decodedRates: [48_000],
    formatChanges: 0,
    undecodedPackets: 0,
    complaints: 0,
    endedEarly: undefined,
    isProtected: false,
    times: undefined,
    firstLine: undefined,
    tail: [],
    sampleRate: 48_000,
    reachedS: audioS,
    ...own.encoded,
  };
  return sourceDamage({
    source,
    sourceBytes: own.sourceBytes ?? 10_000_000,
    track,
    encoded,
    audioS,
  });
}

const whole: [string, Case][] = [
  ['everything agrees', {}],
  ['the audio is shorter than the video', { audioS: 30 }],
  ['it has gaps that nothing complains about', { encoded: { reachedS: 150 } }],
  ['a complaint costs nothing', { encoded: { complaints: 3 } }],
  [
    'a glitch costs less than half a second',
    { audioS: 99.6, encoded: { complaints: 3, reachedS: 100 } },
  ],
  [
    'it starts later than the video, with a complaint',
    {
      audioS: 95,
      source: { durationS: undefined },
      track: { startS: 5 },
      encoded: { reachedS: 100, complaints: 1 },
    },
  ],
  [
    'two packets are lost at the start',
    { encoded: { undecodedPackets: 2, packetsRead: 10, complaints: 2 } },
  ],
  ['a few of many are lost', { encoded: { undecodedPackets: 50, complaints: 50 } }],
  [
    'it starts 39 hours in',
    {
      audioS: 1,
      sourceBytes: 100_000,
      source: { durationS: 143_165 },
      track: { durationS: 97_391 },
      encoded: { reachedS: 143_166, complaints: 1 },
    },
  ],
  [
    'an AVI counts in wrong units',
    { container: 'avi', track: { durationS: 5000 }, source: { videoDurationS: 100 } },
  ],
  [
    'an MP3 only guesses how long it is',
    {
      container: 'mp3',
      audioS: 80,
      track: { durationS: 100 },
      source: { isDurationGuessed: true },
    },
  ],
  ['an MP3 counts its padding', { container: 'mp3', audioS: 99.95, track: { durationS: 100 } }],
];

test.each(whole)('it is whole when %s', (_when, own) => {
  expect(damage(own)).toBeUndefined();
});

const broken: [string, Case][] = [
  ['the file ends inside it', { encoded: { endedEarly: 'partial file' } }],
  ['more than a fiftieth is lost', { encoded: { undecodedPackets: 100 } }],
  [
    'its end is missing, with a complaint',
    { audioS: 98, encoded: { complaints: 1, reachedS: 98 } },
  ],
  [
    'its middle is missing, with a complaint',
    { audioS: 98, source: { durationS: undefined }, encoded: { complaints: 1, reachedS: 100 } },
  ],
  [
    'its own duration is missed',
    {
      audioS: 50,
      source: { durationS: 300 },
      track: { durationS: 100 },
      encoded: { complaints: 1 },
    },
  ],
  [
    'ten seconds of many hours are lost',
    {
      audioS: 35_989,
      source: { durationS: 36_000 },
      sourceBytes: 10 ** 9,
      encoded: { complaints: 1 },
    },
  ],
  [
    'an AVI states more, in silence',
    { container: 'avi', audioS: 80, track: { durationS: 100 }, source: { videoDurationS: 100 } },
  ],
  ['an MP3 states more, in silence', { container: 'mp3', audioS: 98, track: { durationS: 100 } }],
  ['a FLAC misses its last frame', { container: 'flac', audioS: 99.92, track: { durationS: 100 } }],
  [
    'an Ogg says that its track starts behind the hole',
    {
      container: 'ogg',
      audioS: 50,
      track: { startS: 50, durationS: 50 },
      encoded: { complaints: 4, reachedS: 100 },
    },
  ],
];

test.each(broken)('it is damaged when %s', (_when, own) => {
  expect(damage(own)).toEqual(expect.any(String));
});
