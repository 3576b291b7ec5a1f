import { convert, type HtmlToTextOptions } from "html-to-text";
import PostalMime from "postal-mime";

/** What a reader sees of a mail. White space is normalised to single spaces. */
export interface MailText {
  readonly subject: string;
  readonly body: string;
  /** Share of the raw body's characters that were lost (U+FFFD) before the mail came to us. */
  readonly lost: number;
}

/** Characters of HTML that are read; the longest of the corpus has fewer. */
const longestHtml = 400_000;

const htmlOptions: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxDepth: 64 },
  selectors: [
    { selector: "a", options: { ignoreHref: true } },
    { selector: "img", format: "skip" },
  ],
};

/**
 * Subject and text of a raw mail: the plain part, else the HTML part as text. Headers other than the subject are left
 * out: they give senders and lists away.
 * @returns nothing when the mail cannot be parsed.
 */
export async function mailText(raw: string): Promise<MailText | undefined> {
  // The envelope line of mbox files is no header.
  const message = raw.replace(/^From [^\n]*\n/, "");
  const lost = (message.match(/\ufffd/g)?.length ?? 0) / Math.max(1, message.length);
  try {
    // Lost characters are dropped before parsing: decoded as another charset they would become "ï¿½".
    const mail = await PostalMime.parse(message.replaceAll("\ufffd", ""));
    const plain = mail.text ?? "";
    const html = plain.trim() === "" ? (mail.html ?? "") : looksLikeHtml(plain) ? plain : undefined;
    const text = html === undefined ? plain : convert(html.slice(0, longestHtml), htmlOptions);
    return { subject: oneLine(mail.subject ?? ""), body: oneLine(text), lost };
  } catch {
    // Expected: mail of the wild. The caller counts it.
    return undefined;
  }
}

/** Whether a part that calls itself plain is HTML all the same: a tag of a page within the first lines. */
function looksLikeHtml(text: string): boolean {
  return /<\s*(!doctype\s+html|html|head|body|table|center|font|p|br|div)\b[^<>]*>/i.test(text.slice(0, 600)) && /<\/\s*[a-z]+\s*>|<br/i.test(text);
}

/** What the bytes 0x80 to 0x9F mean in windows-1252; a space where they mean nothing. */
const windows1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/**
 * Printable characters with single spaces between words. Node 20 decodes windows-1252 as ISO-8859-1, other versions do
 * not: the control characters it leaves are read as windows-1252, so that every version gives the same text.
 */
function oneLine(text: string): string {
  return text
    .replace(/[\u0080-\u009f]/g, (control) => windows1252[control.charCodeAt(0) - 0x80])
    .replace(/\p{Surrogate}/gu, "")
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
}
