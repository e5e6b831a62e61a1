import { z } from 'zod';
import { UsersProblem } from './problem';

/** RFC 5321 section 4.5.3.1.3: a path has 256 octets, two of them are its angle brackets. */
const longestAddress = 254;

/** What a browser's e-mail field accepts; no spaces and no line breaks, so safe in a mail header. */
const addressSchema = z.email({ pattern: z.regexes.html5Email }).max(longestAddress);

/** @throws UsersProblem when mail cannot be sent to it. */
export function checkedAddress(given: string): string {
  if (addressSchema.safeParse(given).success) return given;
  throw new UsersProblem(
    `expected an e-mail address like name@example.com, got ${JSON.stringify(given)}`,
  );
}
