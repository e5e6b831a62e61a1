import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { GridFSBucket, GridFSFile, ObjectId } from 'mongodb';
import { readGridFs } from '../contracts/read-gridfs';
import { type ByteRange, readRange, type RequestedRange } from './byte-range';
import { ifMatchHolds, ifRangeHolds, type Validators } from './conditions';
import { Refusal } from './errors';
import { ClientGone, isPrematureClose } from './client-gone';

/** Sends MP3s from GridFS: whole, in part (RFC 9110 section 14) or not again (section 13). */
export class Mp3Sender {
  /** @param idleTimeoutMs How long a client may take nothing before it is cut off. */
  constructor(
    private readonly mp3s: GridFSBucket,
    private readonly idleTimeoutMs: number,
  ) {}

  /** @param name File name for the client, of any characters. */
  async send(request: Request, response: Response, fid: ObjectId, name: string): Promise<void> {
    const file = await this.mp3s.find({ _id: fid }).limit(1).next();
    if (file === null) throw new Refusal({ kind: 'not-found' });
    // A stored MP3 is never changed, each attempt writes a new one: so its id is a strong validator.
    const validators = { etag: `"${fid.toHexString()}"`, lastModified: file.uploadDate };
    if (!ifMatchHolds(request, validators)) throw new Refusal({ kind: 'precondition-failed' });

    response.set({
      ETag: validators.etag,
      'Last-Modified': file.uploadDate.toUTCString(),
      'Cache-Control': 'private, no-cache',
      'Accept-Ranges': 'bytes',
    });
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const wanted = requestedRange(request, validators, file.length);
    if (wanted.kind === 'not-satisfiable') {
      throw new Refusal({ kind: 'range-not-satisfiable', sizeBytes: file.length });
    }
    const range =
      wanted.kind === 'part' ? wanted.range : { first: 0, last: Math.max(0, file.length - 1) };
    if (wanted.kind === 'part') {
      response.status(206);
      response.set('Content-Range', `bytes ${range.first}-${range.last}/${file.length}`);
    }
    response.attachment(name).type('audio/mpeg');
    response.set('Content-Length', String(file.length === 0 ? 0 : range.last - range.first + 1));
    if (request.method === 'HEAD' || file.length === 0) {
      response.end();
      return;
    }
    await this.#stream(response, file, range);
  }

  async #stream(response: Response, file: GridFSFile, { first, last }: ByteRange): Promise<void> {
    response.setTimeout(this.idleTimeoutMs);
    try {
      await pipeline(readGridFs(this.mp3s, file, first, last + 1), response);
    } catch (error) {
      throw isPrematureClose(error) ? new ClientGone() : error;
    }
  }
}

/** `Range` is defined for GET alone (RFC 9110 section 14.2) and void when `If-Range` fails. */
function requestedRange(
  request: Request,
  validators: Validators,
  sizeBytes: number,
): RequestedRange {
  if (request.method !== 'GET' || !ifRangeHolds(request, validators)) return { kind: 'whole' };
  return readRange(request.get('range'), sizeBytes);
}
