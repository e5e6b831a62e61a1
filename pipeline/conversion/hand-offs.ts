import type { ObjectId } from 'mongodb';
import type { ConversionOptions } from '../../contracts/conversion-options';
import type { EncodeTimes } from '../media/encode-log';

/** What one attempt starts from: the claimed job, and a directory of its own. */
export interface ConversionJob {
  readonly id: string;
  readonly claimToken: string;
  readonly username: string;
  readonly videoFid: ObjectId;
  readonly sourceName: string | null;
  readonly options: ConversionOptions;
  /** How often the job was put back. */
  readonly replays: number;
  /** 32 hexadecimal digits. */
  readonly traceId: string | null;
  /** Where that trace goes on; see the job record. */
  readonly traceparent: string | null;
  /** Exists only for this attempt and is removed after it. */
  readonly directory: string;
  /** Makes sure that so many bytes fit into the directory. @throws NoRoom */
  readonly reserve: (bytes: number) => Promise<void>;
}

/** The video as a local, seekable file: what ffmpeg needs for an MP4 with its index at the end. */
export interface LocalVideo {
  readonly job: ConversionJob;
  readonly videoPath: string;
}

/** An MP3 that is proved to be whole, not stored yet. */
export interface LocalMp3 {
  readonly job: ConversionJob;
  readonly mp3Path: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** Of the encode that made it; undefined when an earlier attempt did, or ffmpeg did not say. */
  readonly times: EncodeTimes | undefined;
}

/** An MP3 in GridFS that the job record points to. */
export interface StoredMp3 {
  readonly jobId: string;
  readonly username: string;
  readonly videoFid: ObjectId;
  readonly mp3Fid: ObjectId;
  readonly durationMs: number;
  readonly replays: number;
  readonly traceId: string | null;
  readonly traceparent: string | null;
}
