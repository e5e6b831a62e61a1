import type { Container } from './container';

/** What ffmpeg says of itself at the end of an encode (its option `-benchmark`), in seconds. */
export interface EncodeTimes {
  /** CPU time in its own code, and in the kernel for it. */
  readonly userS: number;
  readonly systemS: number;
  /** On the clock, without reading the head of the source. */
  readonly wallS: number;
}

/** What ffmpeg's log (`-loglevel repeat+level+verbose`) said about one encode. */
export interface EncodeReport {
  /** From ffmpeg's closing report; undefined when it did not come to that. */
  readonly packetsRead: number | undefined;
  readonly decodedSamples: number | undefined;
  readonly encodedSamples: number | undefined;
  /** Sample rates the track was decoded with, in the order they appeared. */
  readonly decodedRates: readonly number[];
  /** How often the track changed its sample rate, channels or sample format on its way. */
  readonly formatChanges: number;
  /** Packets of the track that could not be decoded. */
  readonly undecodedPackets: number;
  /** Complaints of the demuxer and decoder that are about the track or about the container. */
  readonly complaints: number;
  /** The line that says that the file ends inside the track. */
  readonly endedEarly: string | undefined;
  /** ffmpeg met digital rights management. */
  readonly isProtected: boolean;
  /** Undefined when ffmpeg did not come to its end. */
  readonly times: EncodeTimes | undefined;
  readonly firstLine: string | undefined;
  /** The last lines. */
  readonly tail: readonly string[];
}

const TAIL_LINES = 40;

/**
 * Where a demuxer gives out half a packet only because the file ends in it. The others do so for
 * a glitch in a broadcast, or because a stream writer could not state a size.
 */
const cutPacketMeansEnd: readonly Container[] = ['mov', 'matroska', 'avi', 'flv', 'asf'];

const inputReport =
  /^\[verbose\] {3}Input stream #0:(\d+) \(audio\): (\d+) packets read \(\d+ bytes\); (?:\d+ frames decoded \((\d+) samples\))?/;

const benchmark = /^\[info\] bench: utime=(\d+\.\d+)s stime=(\d+\.\d+)s rtime=(\d+\.\d+)s$/;

/** Reads ffmpeg's log line by line and keeps what matters, however long the log gets. */
export class EncodeLog {
  #packetsRead: number | undefined;
  #decodedSamples: number | undefined;
  #encodedSamples: number | undefined;
  readonly #decodedRates = new Set<number>();
  #graphs = 0;
  #undecodedPackets = 0;
  #complaints = 0;
  #endedEarly: string | undefined;
  #isProtected = false;
  #times: EncodeTimes | undefined;
  #firstLine: string | undefined;
  #tail: string[] = [];

  constructor(
    private readonly container: Container,
    private readonly streamIndex: number,
  ) {}

  line(line: string): void {
    this.#firstLine ??= line;
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    const level = /^(?:\[[^\]]*\] )?\[(error|fatal|warning|info|verbose)\] /.exec(line)?.[1];
    if (level === 'verbose' || level === 'info') this.#figures(line);
    else if (level !== undefined) this.#complaint(line, level === 'warning');
  }

  report(): EncodeReport {
    return {
      packetsRead: this.#packetsRead,
      decodedSamples: this.#decodedSamples,
      encodedSamples: this.#encodedSamples,
      decodedRates: [...this.#decodedRates],
      formatChanges: Math.max(0, this.#graphs - 1),
      undecodedPackets: this.#undecodedPackets,
      complaints: this.#complaints,
      endedEarly: this.#endedEarly,
      isProtected: this.#isProtected,
      times: this.#times,
      firstLine: this.#firstLine,
      tail: this.#tail,
    };
  }

  /** The last of each counts: a tag with a line break may imitate one, but not after the end. */
  #figures(line: string): void {
    const rate = /^\[graph_\S+ @ \S+\] \[verbose\] tb:\S+ samplefmt:\S+ samplerate:(\d+) /.exec(
      line,
    );
    if (rate) {
      this.#decodedRates.add(Number(rate[1]));
      this.#graphs += 1;
    }
    const input = inputReport.exec(line);
    if (input && Number(input[1]) === this.streamIndex) {
      this.#packetsRead = Number(input[2]);
      this.#decodedSamples = Number(input[3] ?? 0);
    }
    const output =
      /^\[verbose\] {3}Output stream #0:0 \(audio\): \d+ frames encoded \((\d+) samples\)/;
    const encoded = output.exec(line)?.[1];
    if (encoded !== undefined) this.#encodedSamples = Number(encoded);
    const bench = benchmark.exec(line);
    if (bench) {
      const [userS = 0, systemS = 0, wallS = 0] = bench.slice(1).map(Number);
      this.#times = { userS, systemS, wallS };
    }
  }

  #complaint(line: string, isWarning: boolean): void {
    if (line.includes('DRM protected stream')) this.#isProtected = true;
    if (line.endsWith(`corrupt input packet in stream ${this.streamIndex}`)) {
      this.#complaints += 1;
      if (cutPacketMeansEnd.includes(this.container)) this.#endedEarly ??= line;
    }
    if (isWarning) return;
    if (line.includes(`Error while decoding stream #0:${this.streamIndex}:`)) {
      this.#undecodedPackets += 1;
      this.#complaints += 1;
    }
    // Only the demuxer's own words: parsers of streams that we drop complain too.
    const speaker = /^\[([^\]]*?) @ /.exec(line)?.[1]?.split(',') ?? [];
    if (speaker.includes(this.container)) this.#complaints += 1;
    const isCutSample = line.includes(`stream ${this.streamIndex}, offset 0x`);
    if (line.includes('File ended prematurely') || (isCutSample && line.includes('partial file'))) {
      this.#endedEarly ??= line;
    }
  }
}
