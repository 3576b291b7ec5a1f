export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export function startServer(options: { dataFolder: string; env?: Record<string, string | undefined> }): Promise<RunningServer>;
/** Installs a .vsix into the server of `dataFolder`, which need not run. */
export function installExtension(options: { dataFolder: string; vsix: string }): Promise<void>;
export function pageAddress(options: { port: number; workspace?: string; extension?: string }): string;
