import { DataText } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";

export interface TokenLineSetting {
  readonly tokens: readonly ({ readonly virtual: number } | { readonly text: string })[];
  /** Tokens behind these that are not shown. */
  readonly more?: number;
  /** The answer's tokens, behind the others. */
  readonly answer?: readonly string[];
}

/** Tokens in boxes, as the backbone reads them; virtual ones by their number. */
export function TokenLine({ tokens, more = 0, answer = [] }: TokenLineSetting) {
  return (
    <span class="tokens">
      {tokens.map((token, at) => ("virtual" in token ? <span key={at} class="token virtual" title={t("Virtual token {0}", token.virtual + 1)}>{token.virtual + 1}</span> : <span key={at} class="token"><DataText text={token.text} /></span>))}
      {more > 0 && <span class="quiet">{t("and {0} more", integer(more))}</span>}
      {answer.map((text, at) => <span key={`a${at}`} class="token answer" title={t("The answer")}><DataText text={text} /></span>)}
    </span>
  );
}
