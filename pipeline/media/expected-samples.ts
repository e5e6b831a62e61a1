export interface SampleRange {
  readonly least: number;
  readonly most: number;
}

/** Below this many samples the resampler's filter (32 taps and more) is longer than its input. */
const SHORT_INPUT = 1024;
const SHORT_SLACK = 32;
const MP3_FRAME_SAMPLES = 1152;

/** What ffmpeg knows of the samples that the decoder gave out. */
export interface DecodedSamples {
  readonly samples: number;
  /** Every rate they had, in samples per second. */
  readonly rates: readonly number[];
  /** How often their rate, channels or format changed. */
  readonly formatChanges: number;
}

/**
 * How many samples the encoder must have been given for what the decoder gave out.
 *
 * Without resampling it is exactly as many. libswresample was measured over 96 combinations of
 * rates and lengths (ffmpeg 5.1.9): always less than one sample away from the exact quotient; only
 * for inputs shorter than its filter up to 12.5 away.
 *
 * Where the format changes on the way (television does so between programmes), ffmpeg sets up its
 * filters anew and drops what does not fill a frame of the encoder: 24 ms at most each time. With
 * several rates nobody counts how many samples each had, so the range spans from the highest to
 * the lowest.
 */
export function expectedSamples(decoded: DecodedSamples, outputRate: number): SampleRange {
  const { samples, rates, formatChanges } = decoded;
  const slowest = Math.min(...rates);
  const fastest = Math.max(...rates);
  const dropped = formatChanges * MP3_FRAME_SAMPLES;
  if (rates.length === 0 || (slowest === outputRate && fastest === outputRate)) {
    return { least: Math.max(0, samples - dropped), most: samples };
  }
  const slack = samples < SHORT_INPUT ? SHORT_SLACK : 1 + formatChanges;
  return {
    least: Math.max(0, Math.ceil((samples * outputRate) / fastest - slack - dropped)),
    most: Math.floor((samples * outputRate) / slowest + slack),
  };
}
