/** The sample rates an MP3 can have (MPEG-1, 2 and 2.5), in samples per second. */
export const mp3SampleRates = [
  8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
] as const;

export type Mp3SampleRate = (typeof mp3SampleRates)[number];

/**
 * The rate an MP3 of a source gets: its own if there is one; otherwise the next above, which loses
 * nothing; beyond 48 kHz the one of the two highest that divides it, or 48 kHz.
 */
export function mp3SampleRateFor(sourceRate: number): Mp3SampleRate {
  const notBelow = mp3SampleRates.find((rate) => rate >= sourceRate);
  if (notBelow !== undefined) return notBelow;
  return sourceRate % 44_100 === 0 ? 44_100 : 48_000;
}
