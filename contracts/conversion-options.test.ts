import { conversionOptionsSchema, defaultConversionOptions } from './conversion-options';

const taken = (quality: unknown) => conversionOptionsSchema.safeParse({ quality }).success;

test('the default is an option like any other', () => {
  expect(conversionOptionsSchema.parse(defaultConversionOptions)).toEqual(defaultConversionOptions);
});

test.each(Array.from({ length: 10 }, (_, level) => level))('variable bit rate %i', (level) => {
  expect(taken({ kind: 'vbr', level })).toBe(true);
});

test.each([32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320])(
  'constant bit rate %i kbit/s',
  (kbps) => {
    expect(taken({ kind: 'cbr', kbps })).toBe(true);
  },
);

test.each([
  { kind: 'vbr', level: -1 },
  { kind: 'vbr', level: 10 },
  { kind: 'vbr', level: 2.5 },
  { kind: 'vbr', level: '2' },
  { kind: 'vbr' },
  { kind: 'vbr', level: 2, kbps: 128 },
  { kind: 'cbr', kbps: 0 },
  { kind: 'cbr', kbps: 100 },
  { kind: 'cbr', kbps: 321 },
  { kind: 'cbr', kbps: '128' },
  { kind: 'cbr', level: 2 },
  { kind: 'abr', kbps: 128 },
  {},
  null,
])('%j is refused', (quality) => {
  expect(taken(quality)).toBe(false);
});

test('an option we do not know is refused, not ignored', () => {
  const options = { ...defaultConversionOptions, tempo: 2 };
  expect(conversionOptionsSchema.safeParse(options).success).toBe(false);
});
