import type { Request, Response } from 'express';

const calls = `video-to-mp3

POST /login            Basic: e-mail and password; answers a token
POST /upload           Bearer: one video as multipart form
GET  /jobs             Bearer: your jobs
GET  /jobs/ID          Bearer: one job
GET  /jobs/ID/mp3      Bearer: its MP3
GET  /download?fid=ID  Bearer: an MP3 by file id
GET  /operator         page for operators: messages that nobody tries any more
GET  /openapi.json     the operators' calls, for programs
`;

/** `GET /`: what somebody who opens the address in a browser can do here. */
export function showCalls(_request: Request, response: Response): Promise<void> {
  response.type('text/plain').send(calls);
  return Promise.resolve();
}
