import { retryAfterSeconds } from "./retry-after.js";

/** What to do with an HTTP answer to a request for bytes from `have` on. */
export type ResponsePlan =
  | { readonly kind: "body"; readonly offset: number; readonly total?: number; readonly etag?: string }
  | { readonly kind: "complete" }
  | { readonly kind: "restart" }
  | { readonly kind: "refused"; readonly retryable: boolean; readonly waitSeconds: number };

/** RFC 9110: 206 continues where asked, 200 starts over, 416 tells that there is nothing more (or that the part is of no use). */
export function planResponse(response: Response, have: number, expectedSize: number | undefined): ResponsePlan {
  const etag = response.headers.get("etag") ?? undefined;
  // A weak tag does not promise equal bytes: it cannot be used with If-Range.
  const strong = etag && !etag.startsWith("W/") ? etag : undefined;
  if (response.status === 206) {
    const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
    if (!range || Number(range[1]) !== have) return { kind: "restart" };
    return { kind: "body", offset: have, total: range[3] === "*" ? expectedSize : Number(range[3]), etag: strong };
  }
  if (response.status === 200) {
    const encoded = (response.headers.get("content-encoding") ?? "identity") !== "identity";
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    // With a content encoding the length is that of the encoded bytes.
    const total = !encoded && Number.isSafeInteger(length) && length >= 0 ? length : undefined;
    return { kind: "body", offset: 0, total, etag: encoded ? undefined : strong };
  }
  if (response.status === 416 && have > 0) {
    const size = /^bytes \*\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
    return Number(size) === have ? { kind: "complete" } : { kind: "restart" };
  }
  const retryable = response.status === 408 || response.status === 429 || response.status >= 500;
  return { kind: "refused", retryable, waitSeconds: retryAfterSeconds(response.headers) };
}
