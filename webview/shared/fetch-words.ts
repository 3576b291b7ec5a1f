import type { FetchProgress } from "../../src/protocol/backend/playground.js";
import { t } from "./localization.js";

/** What fetching a backbone is busy with. */
export function fetchWords({ phase, file }: FetchProgress): string {
  switch (phase) {
    case "looking-up":
      return t("Looking up {0}", file);
    case "waiting":
      return t("Waiting for another process that downloads {0}", file);
    case "downloading":
      return t("Downloading {0}", file);
    case "unpacking":
      return t("Unpacking {0}", file);
    case "checking":
      return t("Checking {0}", file);
  }
}
