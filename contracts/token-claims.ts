import { z } from 'zod';

/** Claims of our JWT (HS256). The first four are the tutorial's; the last two are ours. */
export const tokenClaimsSchema = z.object({
  username: z.string(),
  /** Seconds since 1970-01-01 (RFC 7519 section 4.1.4). */
  exp: z.number(),
  iat: z.number(),
  /** May use the service. The tutorial's name; every user of it has the claim. */
  admin: z.boolean(),
  /** The user's id, so that a reused address does not inherit files. Absent in tutorial tokens. */
  sub: z.string().optional(),
  /** May operate the queues. */
  operator: z.boolean().default(false),
});

export type TokenClaims = z.infer<typeof tokenClaimsSchema>;
