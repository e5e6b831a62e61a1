import { endingError, type ToolEnding } from './tool-ending';

function ending(own: Partial<ToolEnding>): ToolEnding {
  const tail = own.tail ?? [];
  return { program: 'ffmpeg', exitCode: 1, signal: null, firstLine: tail[0], tail, ...own };
}

const input = '[error] file:/tmp/job/video: Invalid data found when processing input';

test.each<[string, Partial<ToolEnding>, object]>([
  ['unreadable input', { tail: [input] }, { reason: 'damaged' }],
  ['input that ends', { tail: ['[error] file:/tmp/video: End of file'] }, { reason: 'damaged' }],
  ['mostly undecodable', { exitCode: 69 }, { reason: 'damaged' }],
  [
    'frames nobody can handle',
    { tail: ['[fatal] Error while processing the decoded data for stream #0:1'] },
    { reason: 'damaged' },
  ],
  [
    'memory',
    { tail: ['[error] x', '[fatal] file:/tmp/video: Cannot allocate memory'] },
    { reason: 'damaged' },
  ],
  [
    'CPU time, in order',
    { exitCode: 255, tail: ['[info] Exiting normally, received signal 24.'] },
    { reason: 'too-long' },
  ],
  ['CPU time, killed', { exitCode: null, signal: 'SIGXCPU' }, { reason: 'too-long' }],
  ['file size', { exitCode: null, signal: 'SIGXFSZ' }, { reason: 'too-long' }],
  ['a kill', { exitCode: null, signal: 'SIGKILL' }, { name: 'MediaToolError', code: undefined }],
  ['a crash', { exitCode: null, signal: 'SIGSEGV' }, { name: 'MediaToolError' }],
  [
    'no program',
    { exitCode: 127, tail: ['env: ffmpeg: No such file or directory'] },
    { name: 'MediaToolError' },
  ],
  [
    'a limit that cannot be set',
    { tail: ['prlimit: failed to set the AS resource limit'] },
    { name: 'MediaToolError' },
  ],
  [
    'a full disk',
    { tail: ['[error] av_interleaved_write_frame(): No space left on device', input] },
    { name: 'MediaToolError', code: 'ENOSPC' },
  ],
  [
    'a full disk, exit 0',
    { exitCode: 0, tail: ['[error] Error closing file file:/o: No space left on device'] },
    { code: 'ENOSPC' },
  ],
  [
    'no directory',
    { tail: ['[error] file:/x/o.mp3: No such file or directory'] },
    { name: 'MediaToolError' },
  ],
  ['no encoder', { tail: ["[fatal] Unknown encoder 'libmp3lame'"] }, { name: 'MediaToolError' }],
  [
    'an option it does not know',
    { tail: ['[fatal] Error splitting the argument list: Option not found'] },
    { name: 'MediaToolError' },
  ],
  ['nothing said', {}, { name: 'MediaToolError' }],
])('%s', (_what, own, expected) => {
  expect(endingError(ending(own))).toMatchObject(expected);
});

test('the message names neither our paths nor addresses', () => {
  const { message } = endingError(
    ending({ tail: ['[mov,mp4 @ 0x55ab5f536e80] [error] error reading header', input] }),
  );
  expect(message).toBe(
    'ffmpeg cannot read the file: [mov,mp4] [error] error reading header; ' +
      '[error] the file Invalid data found when processing input',
  );
});
