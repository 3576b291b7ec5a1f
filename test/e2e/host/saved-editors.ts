import type { Page } from "playwright-core";

/** An editor group as VS Code keeps it for the next window. */
interface SavedGroup {
  /** The open editors, serialised, in the order of their tabs. */
  readonly editors: readonly { readonly value: string }[];
  /** Places in `editors`, the last used first. */
  readonly mru: readonly number[];
}

interface SavedNode {
  readonly type: "branch" | "leaf";
  readonly data: SavedGroup | readonly SavedNode[];
}

/** What VS Code would restore after a reload: the serialised editors, and which of them are in front. */
export interface SavedEditors {
  readonly all: string;
  readonly inFront: readonly string[];
}

/** Reads the browser's data base that VS Code keeps a workspace's layout in; undefined before it was first written. */
export async function savedEditors(page: Page): Promise<SavedEditors | undefined> {
  for (const memento of await savedValues(page, "memento/workbench.parts.editor")) {
    const root = (JSON.parse(memento) as { readonly "editorpart.state"?: { readonly serializedGrid?: { readonly root: SavedNode } } })["editorpart.state"]?.serializedGrid?.root;
    if (!root) continue;
    const groups = groupsOf(root);
    return { all: memento, inFront: groups.flatMap(({ editors, mru }) => (mru.length > 0 ? [editors[mru[0]].value] : [])) };
  }
  return undefined;
}

/** What VS Code keeps under a key: a text of each data base there is (one of the workspace, one without a folder) that has it. */
export const savedValues = (page: Page, key: string): Promise<string[]> => page.evaluate(readValues, key);

function groupsOf(node: SavedNode): SavedGroup[] {
  return node.type === "leaf" ? [node.data as SavedGroup] : (node.data as readonly SavedNode[]).flatMap(groupsOf);
}

/** The browser's requests, as far as they are used; the tests are checked without the types of a browser. */
interface BrowserRequest<Value> {
  readonly result: Value;
  readonly error: Error | null;
  onsuccess: () => void;
  onerror: () => void;
}
interface BrowserDatabase {
  readonly objectStoreNames: { contains(name: string): boolean };
  transaction(store: string): { objectStore(name: string): { get(key: string): BrowserRequest<unknown> } };
  close(): void;
}
declare const indexedDB: { databases(): Promise<{ readonly name?: string }[]>; open(name: string): BrowserRequest<BrowserDatabase> };

/** Runs in the page. */
async function readValues(key: string): Promise<string[]> {
  const wanted = <Value>(request: BrowserRequest<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const found: string[] = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith("vscode-web-state-db-")) continue;
    const data = await wanted(indexedDB.open(name));
    try {
      const value = data.objectStoreNames.contains("ItemTable") ? await wanted(data.transaction("ItemTable").objectStore("ItemTable").get(key)) : undefined;
      if (typeof value === "string") found.push(value);
    } finally {
      data.close();
    }
  }
  return found;
}
