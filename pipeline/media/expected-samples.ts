export interface SampleRange {
  readonly least: number;
  readonly most: number;
}

/** Below this many samples the resampler's filter (32 taps and more) is longer than its input. */
const SHORT_INPUT = 1024;
const SHORT_SLACK = 32;

/**
 * How many samples the encoder must have been given for what the decoder gave out.
 *
 * Without resampling it is exactly as many. libswresample was measured over 96 combinations of
 * rates and lengths (ffmpeg 5.1.9): always less than one sample away from the exact quotient, once
 * per rate that the track changes to; only for inputs shorter than its filter up to 12.5 away.
 *
 * @param decodedRates Every rate the decoder gave out, in samples per second. With more than one,
 * nobody counts how many samples each had, so the range spans from the highest to the lowest.
 */
export function expectedSamples(
  decodedSamples: number,
  decodedRates: readonly number[],
  outputRate: number,
): SampleRange {
  const slowest = Math.min(...decodedRates);
  const fastest = Math.max(...decodedRates);
  if (decodedRates.length === 0 || (slowest === outputRate && fastest === outputRate)) {
    return { least: decodedSamples, most: decodedSamples };
  }
  const slack = decodedSamples < SHORT_INPUT ? SHORT_SLACK : decodedRates.length;
  return {
    least: Math.max(0, Math.ceil((decodedSamples * outputRate) / fastest - slack)),
    most: Math.floor((decodedSamples * outputRate) / slowest + slack),
  };
}
