/**
 * Matches a record that nobody holds a live claim on. The server's clock decides, because workers'
 * clocks may differ.
 */
export const unclaimed = {
  $expr: { $or: [{ $eq: ['$claim', null] }, { $lt: ['$claim.expiresAt', '$$NOW'] }] },
};
