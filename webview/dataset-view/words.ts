import type { ColumnRole } from "../../src/data/description/schema.js";
import type { SplitName } from "../../src/data/split-names.js";
import type { ColumnProfile } from "../../src/data/quality/column-profile.js";
import type { Likeness } from "../../src/data/quality/duplicates-schema.js";
import type { PersonalDataKind } from "../../src/data/quality/personal-data.js";
import type { Suspicion } from "../../src/data/quality/suspicious-characters.js";
import { t } from "../shared/localization.js";

export function splitWord(split: SplitName): string {
  switch (split) {
    case "train":
      return t("train");
    case "validation":
      return t("validation");
    case "test":
      return t("test");
  }
}

/** A split's name as a report has it. */
export const partWord = (part: string): string => (part === "train" || part === "validation" || part === "test" ? splitWord(part) : part);

export function roleWord(role: ColumnRole): string {
  switch (role) {
    case "text":
      return t("text");
    case "pair":
      return t("second text");
    case "label":
      return t("label");
    case "input":
      return t("input");
    case "output":
      return t("output");
    case "context":
      return t("retrieved context");
    case "id":
      return t("id");
    case "group":
      return t("group");
  }
}

export function typeWord(type: ColumnProfile["type"]): string {
  switch (type) {
    case "integer":
      return t("whole numbers");
    case "number":
      return t("numbers");
    case "boolean":
      return t("yes or no");
    case "date":
      return t("dates");
    case "text":
      return t("texts");
    case "category":
      return t("categories");
    case "empty":
      return t("empty");
  }
}

export function likenessWord(likeness: Likeness): string {
  switch (likeness) {
    case "identical":
      return t("Equal");
    case "sameLetters":
      return t("Equal but for punctuation");
    case "near":
      return t("Nearly equal");
  }
}

export function suspicionWord(kind: Suspicion): string {
  switch (kind) {
    case "control":
      return t("Control characters");
    case "bidirectional":
      return t("Characters that reorder what is shown");
    case "invisible":
      return t("Invisible characters");
    case "replacement":
      return t("Characters that were lost before (U+FFFD)");
    case "broken":
      return t("Broken characters");
    case "private-use":
      return t("Private-use characters");
    case "mojibake":
      return t("UTF-8 read as Windows-1252");
    case "mixed-scripts":
      return t("Words of mixed scripts");
  }
}

export function personalWord(kind: PersonalDataKind): string {
  switch (kind) {
    case "email":
      return t("E-mail addresses");
    case "phone":
      return t("Telephone numbers");
    case "iban":
      return t("Bank account numbers (IBAN)");
    case "card":
      return t("Card numbers");
  }
}
