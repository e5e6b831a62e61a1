import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { StackError } from './stack-error';

const probeSchema = z.object({
  format: z.object({ format_name: z.string(), duration: z.coerce.number().optional() }),
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      sample_rate: z.coerce.number().optional(),
      channels: z.number().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
      duration: z.coerce.number().optional(),
    }),
  ),
});

type ProbedStream = z.infer<typeof probeSchema>['streams'][number];

export interface ProbedMedia {
  readonly format: string;
  /** As the container says. */
  readonly durationS: number;
  readonly audio: ProbedStream | undefined;
  readonly video: ProbedStream | undefined;
}

/** What ffprobe finds in a file. */
export async function probeMedia(path: string): Promise<ProbedMedia> {
  const { stdout } = await promisify(execFile)('ffprobe', [
    ...['-v', 'error', '-of', 'json', '-show_format', '-show_streams'],
    `file:${path}`,
  ]).catch((error: unknown) => {
    const { stderr } = error as { stderr?: string };
    // ffprobe's last line says why, after the file's name; earlier ones are a demuxer's own.
    const lastLine = (stderr ?? String(error)).trim().split('\n').at(-1) ?? '';
    const reason = lastLine.replace(`file:${path}: `, '');
    throw new StackError(`${path} is not a media file that ffprobe can read: ${reason}`);
  });
  const { format, streams } = probeSchema.parse(JSON.parse(stdout));
  return {
    format: format.format_name,
    durationS: format.duration ?? 0,
    audio: streams.find(({ codec_type }) => codec_type === 'audio'),
    video: streams.find(({ codec_type }) => codec_type === 'video'),
  };
}
