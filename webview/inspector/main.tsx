import "../shared/localization.js";
import "./style.css";
import { render } from "preact";
import { inspectorHostContract, inspectorMemorySchema, inspectorPageContract } from "../../src/protocol/webview/inspector.js";
import { connectToHost, pageState } from "../shared/page.js";
import { Inspector } from "./page.js";
import { InspectorStore } from "./store.js";

const remembered = inspectorMemorySchema.safeParse(pageState.read());
const memory = remembered.success ? remembered.data : inspectorMemorySchema.parse({ path: "" });
const store = new InspectorStore(connectToHost(inspectorPageContract, inspectorHostContract), memory, pageState.write);

render(<Inspector store={store} />, document.getElementById("page")!);
void store.start();
