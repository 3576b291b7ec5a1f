/** Milliseconds between two heartbeats of the backend process. */
export const heartbeatMilliseconds = 1000;
