/** Every time the supervisor waits for, in milliseconds, and what for. */

/** A forked process has so long to start and answer hello: a cold disk, a virus scanner. */
export const startMilliseconds = 30_000;

/** Pauses before the first, second and third restart in a row; after that it is not restarted by itself. */
export const restartMilliseconds: readonly number[] = [1000, 2000, 4000];

/** A process that was well for so long may be restarted three times again. */
export const healthyMilliseconds = 60_000;

/** Heartbeats in a row that may be missed; with the last of them the process counts as hanging. */
export const missedHeartbeats = 3;

/** After SIGTERM, before SIGKILL: a step may end and a checkpoint be written. */
export const terminateMilliseconds = 2000;

/** What stopping every run with a checkpoint may take when the window closes; VS Code gives the extension five seconds. */
export const shutdownMilliseconds = 4000;

/** For a process of an earlier window to take a connection and answer hello. */
export const attachMilliseconds = 3000;

/** Between two tries to join a process that still has its window: after a reload, old and new window live together for a moment. */
export const attachAgainMilliseconds = 250;

/** After the line broke, until the process's exit tells why. */
export const exitMilliseconds = 500;
