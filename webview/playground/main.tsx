import { t } from "../shared/localization.js";
import "./style.css";
import { render } from "preact";
import { playgroundHostContract, playgroundMemorySchema, playgroundPageContract } from "../../src/protocol/webview/playground.js";
import { connectToHost, pageState } from "../shared/page.js";
import { promptName } from "./names.js";
import { Playground } from "./page.js";
import type { Column } from "./state.js";
import { PlaygroundStore } from "./store.js";

/** A column's name in one text. */
function nameOf({ contestant, prompt }: Column): string {
  if (contestant.kind === "none") return t("No prompt");
  if (contestant.kind === "hard") return t("Hard prompt");
  const { name, id } = promptName(prompt);
  return id ? `${name} ${id}` : name;
}

const remembered = playgroundMemorySchema.safeParse(pageState.read());
const memory = remembered.success ? remembered.data : playgroundMemorySchema.parse({ prompts: [] });
const store = new PlaygroundStore(connectToHost(playgroundPageContract, playgroundHostContract), memory, pageState.write, nameOf);

// Wherever the focus is, as in chats and notebooks.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  void store.answer();
});
render(<Playground store={store} nameOf={nameOf} />, document.getElementById("page")!);
void store.start();
