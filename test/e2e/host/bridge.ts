import { randomUUID } from "node:crypto";
import net from "node:net";
import { z } from "zod";

type VSCode = typeof import("vscode");

const helloSchema = z.object({ secret: z.string(), pid: z.int() });
const answerSchema = z.object({ id: z.int(), value: z.unknown().optional(), error: z.string().optional() });

/** How long a call waits for an extension host. */
const patience = 30_000;

interface Connection {
  readonly socket: net.Socket;
  readonly pid: number;
  readonly waiting: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>;
}

/**
 * The tests' end of the bridge: functions are sent as source to ./bridge/extension.js, which runs them inside the
 * extension host. After a reload or a kill of the host, the next host connects anew.
 */
export class Bridge {
  private readonly secret = randomUUID();
  private readonly server = net.createServer((socket) => this.accept(socket));
  private connection: Connection | undefined;
  private arrivals: Array<() => void> = [];
  private lastId = 0;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  /** What the host's environment must carry. */
  get environment(): Record<string, string> {
    return { PTUNE_TEST_BRIDGE: `${(this.server.address() as net.AddressInfo).port}:${this.secret}` };
  }

  /** Runs `call` in the extension host. It is sent as source: it sees its arguments and `require`, nothing around it. */
  async evaluate<Argument, Value>(call: (vscode: VSCode, argument: Argument) => Value | Promise<Value>, argument: Argument): Promise<Value> {
    const { socket, waiting } = await this.connected();
    const id = ++this.lastId;
    return new Promise<Value>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      socket.write(`${JSON.stringify({ id, source: call.toString(), argument })}\n`);
    });
  }

  async pid(): Promise<number> {
    return (await this.connected()).pid;
  }

  /** Forgets the present host; the next call waits for a new one. */
  drop(): void {
    this.connection?.socket.destroy();
    this.connection = undefined;
  }

  close(): void {
    this.drop();
    this.server.close();
  }

  private async connected(): Promise<Connection> {
    const until = Date.now() + patience;
    while (!this.connection) {
      if (Date.now() > until) throw new Error(`The extension host did not connect to the tests within ${patience / 1000} s.`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.arrivals.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.connection;
  }

  private accept(socket: net.Socket): void {
    let connection: Connection | undefined;
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (connection) settle(connection, line);
        else connection = this.greet(socket, line);
      }
    });
    socket.on("close", () => {
      if (!connection) return;
      if (this.connection === connection) this.connection = undefined;
      for (const { reject } of connection.waiting.values()) reject(new Error("The extension host ended before it answered."));
    });
  }

  private greet(socket: net.Socket, line: string): Connection | undefined {
    const { secret, pid } = helloSchema.parse(JSON.parse(line));
    if (secret !== this.secret) {
      socket.destroy();
      return undefined;
    }
    this.connection = { socket, pid, waiting: new Map() };
    this.arrivals.splice(0).forEach((arrived) => arrived());
    return this.connection;
  }
}

function settle({ waiting }: Connection, line: string): void {
  const { id, value, error } = answerSchema.parse(JSON.parse(line));
  const call = waiting.get(id);
  waiting.delete(id);
  if (error !== undefined) call?.reject(new Error(`In the extension host: ${error}`));
  else call?.resolve(value);
}
