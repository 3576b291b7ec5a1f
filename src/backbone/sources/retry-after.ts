/** The longest that is waited for a busy server, in seconds; who is asked to wait longer is told so. */
export const longestWaitSeconds = 60;

/** Seconds that a server asks to wait, told as a number or as a date (RFC 9110, section 10.2.3); 0 where it does not. */
export function retryAfterSeconds(headers: Headers, now = Date.now()): number {
  const text = headers.get("retry-after")?.trim() ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0;
}
