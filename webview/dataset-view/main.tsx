import "../shared/localization.js";
import "./style.css";
import { render } from "preact";
import { datasetHostContract, datasetMemorySchema, datasetPageContract } from "../../src/protocol/webview/dataset-view.js";
import { connectToHost, pageState } from "../shared/page.js";
import { DatasetPage } from "./page.js";
import { DatasetStore } from "./store.js";

const remembered = datasetMemorySchema.safeParse(pageState.read());
const memory = remembered.success ? remembered.data : datasetMemorySchema.parse({});
const store = new DatasetStore(connectToHost(datasetPageContract, datasetHostContract), memory, pageState.write);

render(<DatasetPage store={store} />, document.getElementById("page")!);
void store.start();
