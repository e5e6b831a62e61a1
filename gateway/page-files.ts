import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Response } from 'express';
import type { Endpoint } from './endpoint';

/** What a page consists of; `npm run build` writes these. */
export const pageFileNames = ['index.html', 'page.js', 'page.css'] as const;
export type PageFileName = (typeof pageFileNames)[number];

const contentTypes: Readonly<Record<PageFileName, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
};

/** A page runs its own script, talks to its own server, and is in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  // Pico's marks in form fields are data URLs.
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface PageFile {
  readonly bytes: Buffer;
  readonly etag: string;
}

/**
 * Serves one file of a built page, read once at the first request: a gateway whose page was not
 * built still takes uploads. Needs no token, for the page holds no data. The script and the style
 * are asked for again each time by their ETag, so that a page and its parts are always of one build.
 */
export function pageFile(page: string, name: PageFileName, directory = builtPages()): Endpoint {
  let reading: Promise<PageFile> | undefined;
  return async (request, response) => {
    reading ??= readPageFile(join(directory, page, name));
    let file: PageFile;
    try {
      file = await reading;
    } catch (error) {
      reading = undefined; // It may be built in the meantime.
      throw error;
    }
    setHeaders(response, name, file);
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    response.send(file.bytes);
  };
}

function setHeaders(response: Response, name: PageFileName, file: PageFile): void {
  response.set({
    'Content-Type': contentTypes[name],
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  if (name === 'index.html') response.set('Cache-Control', 'no-store');
  else response.set({ 'Cache-Control': 'no-cache', ETag: file.etag });
}

async function readPageFile(path: string): Promise<PageFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Error(`the page's file ${path} is missing: build it with "npm run build"`, { cause });
  }
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { bytes, etag: `"${digest}"` };
}

/** Beside this file when it runs from `dist/`; the tests run from the sources. */
function builtPages(): string {
  const sources = existsSync(join(__dirname, 'page-files.ts'));
  return sources ? join(__dirname, '../dist/gateway/pages') : join(__dirname, 'pages');
}
