import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { ClientGone } from './client-gone';
import { type Problem, Refusal } from './errors';
import { cleanFileName } from './file-name';
import { watchForStandstill } from './standstill';

export interface UploadLimits {
  readonly fileBytes: number;
  /** Number of form fields beside the file; their values are not kept. */
  readonly fields: number;
  /** Everything beside the file: fields, part headers, preamble, epilogue. */
  readonly otherBytes: number;
  /** How long the client may send nothing while we are ready to read. */
  readonly idleMs: number;
}

export interface ReceivedFile {
  readonly name: string | null;
  readonly bytes: number;
}

/** Where the file goes. A write resolves once there is room for the next: that is what holds the
 * client back. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Reads a multipart/form-data body with exactly one file and hands that on as it comes. When it
 * returns or throws, no write is under way any more and the body is read no further.
 *
 * @param open Called with the file's cleaned name once its first byte is there.
 * @throws Refusal when the body is not that; ClientGone; whatever the sink throws.
 */
export async function receiveFile(
  request: IncomingMessage,
  limits: UploadLimits,
  open: (name: string | null) => FileSink,
): Promise<ReceivedFile> {
  const parser = openParser(request, limits);
  let accept!: (file: ReceivedFile) => void;
  let fail!: (error: unknown) => void;
  const outcome = new Promise<ReceivedFile>((resolve, reject) => {
    accept = resolve;
    fail = reject;
  });
  const refuse = (problem: Problem) => {
    fail(new Refusal(problem));
  };
  let files = 0;
  let name: string | null = null;
  let fileBytes = 0;
  let bodyBytes = 0;
  let copying = Promise.resolve();

  const copy = async (part: Readable) => {
    let sink: FileSink | undefined;
    for await (const bytes of part as AsyncIterable<Uint8Array>) {
      fileBytes += bytes.length;
      if (fileBytes > limits.fileBytes) {
        refuse({ kind: 'file-too-large', limitBytes: limits.fileBytes });
        return;
      }
      try {
        sink ??= open(name);
        await sink.write(bytes);
      } catch (error) {
        fail(error);
        return;
      }
    }
  };

  parser.on('file', (_field, part, info) => {
    part.on('error', () => undefined); // The loop of `copy` throws the same error.
    files += 1;
    if (files > 1) {
      refuse({ kind: 'not-one-file' });
      part.resume();
      return;
    }
    name = cleanFileName(info.filename);
    // A part breaks off because the body does, and the body's own event says how.
    copying = copy(part).catch(() => undefined);
  });
  parser.on('fieldsLimit', () => {
    refuse({ kind: 'too-many-fields', limit: limits.fields });
  });
  parser.on('error', () => {
    refuse({ kind: files === 0 ? 'not-one-file' : 'malformed-multipart' });
  });
  parser.on('finish', () => {
    void copying.then(() => {
      if (files === 0 || (fileBytes === 0 && name === null)) refuse({ kind: 'not-one-file' });
      else if (fileBytes === 0) refuse({ kind: 'empty-file' });
      else accept({ name, bytes: fileBytes });
    });
  });

  const count = (bytes: Uint8Array) => {
    bodyBytes += bytes.length;
    if (bodyBytes - fileBytes > limits.otherBytes) {
      refuse({ kind: 'fields-too-large', limitBytes: limits.otherBytes });
    }
  };
  const gone = () => {
    // Not `complete`: a connection that ends drops what we have not read, be it all there.
    if (!request.readableEnded) fail(new ClientGone());
  };
  const standstill = watchForStandstill(request, limits.idleMs, () => {
    refuse({ kind: 'upload-idle', idleMs: limits.idleMs });
  });
  request.on('error', () => undefined); // Followed by `close`.
  request.on('close', gone);
  request.on('data', count);
  request.pipe(parser);
  if (request.destroyed) gone();
  try {
    return await outcome;
  } finally {
    standstill.stop();
    request.off('data', count);
    request.off('close', gone);
    request.unpipe(parser);
    parser.destroy();
    await copying;
  }
}

/** @throws Refusal when the body is no multipart form, and so has no file. */
function openParser({ headers }: IncomingMessage, limits: UploadLimits): busboy.Busboy {
  if (!/^multipart\/form-data\s*;/i.test(headers['content-type'] ?? '')) {
    throw new Refusal({ kind: 'not-one-file' });
  }
  let parser: busboy.Busboy;
  try {
    parser = busboy({
      headers,
      // What browsers and curl send (RFC 7578 section 5.1.3); busboy's default is ISO 8859-1.
      defParamCharset: 'utf8',
      limits: { fields: limits.fields },
    });
  } catch {
    throw new Refusal({ kind: 'malformed-multipart' });
  }
  refuseOpenEnd(parser);
  return parser;
}

/**
 * Fails a form that is over while a part is still open. busboy 1.6.0 waits for that part's end for
 * ever where the last delimiter stands inside a part's header, or where a part follows it in the
 * same piece of the body. That a part is open it tells by an underscored property alone.
 */
function refuseOpenEnd(parser: busboy.Busboy): void {
  const final = parser._final.bind(parser);
  parser._final = (done) => {
    if (Reflect.get(parser, '_fileStream')) done(new Error('a part has no end'));
    else final(done);
  };
}
