/**
 * What a process needs between the end of its work and its own: connections are closed and telemetry
 * is sent then. A grace period is longer by so much than what is stopped within it.
 */
export const closingMs = 10_000;
