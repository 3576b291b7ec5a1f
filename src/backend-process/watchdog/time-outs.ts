/** Every time the backend process waits for, in milliseconds. */

/** Between two looks of the watchdog at the window's process and at the main thread. */
export const watchMilliseconds = 200;

/** What the main thread has, once the window is gone, to leave checkpoints and end by itself. */
export const endMilliseconds = 1200;

/** After the watchdog saw that the window is gone; with the look before it, well under two seconds in all. */
export const killMilliseconds = 1400;

/** The main thread may compute in JavaScript for so long without turning its event loop (reading a large data file, unpacking a backbone). */
export const mostScriptMilliseconds = 30_000;

/** One call into onnxruntime may take so long (a step of a large batch on a small machine). */
export const mostNativeMilliseconds = 30 * 60_000;

/** What a new window has to say hello. */
export const helloMilliseconds = 10_000;

/** A process in the background stays so long after its last job, so that a window that is just opening hears how it ended. */
export const lingerMilliseconds = 3000;

/** A job whose work threw an exception that nobody caught has so long to end; then the process ends, since it cannot be relied on. */
export const failMilliseconds = 10_000;
