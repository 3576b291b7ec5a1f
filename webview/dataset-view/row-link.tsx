import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";

/** A figure that leads to the row it comes from. */
export function RowLink({ row, text, onShow }: { readonly row: number; readonly text: string; readonly onShow: (row: number) => void }) {
  return <button type="button" class="link" title={t("Show row {0}", integer(row + 1))} onClick={() => onShow(row)}>{text}</button>;
}
