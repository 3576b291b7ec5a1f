/** What the main thread and the watchdog's thread share: numbers in memory that either can read while the other is busy. */
export class SharedState {
  private readonly numbers: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(4 * fields)) {
    this.numbers = new Int32Array(memory);
  }

  /** Grows with every turn of the main thread's event loop that is looked at. */
  get turns(): number {
    return Atomics.load(this.numbers, 0);
  }
  turn(): void {
    Atomics.add(this.numbers, 0, 1);
  }

  /** Calls into onnxruntime under way. */
  get nativeCalls(): number {
    return Atomics.load(this.numbers, 1);
  }
  set nativeCalls(count: number) {
    Atomics.store(this.numbers, 1, count);
  }

  /** Whether the process goes on when its window is gone. */
  get goesOn(): boolean {
    return Atomics.load(this.numbers, 2) === 1;
  }
  set goesOn(value: boolean) {
    Atomics.store(this.numbers, 2, value ? 1 : 0);
  }

  /** Process number of the window's extension host; 0: there is none now. */
  get host(): number {
    return Atomics.load(this.numbers, 3);
  }
  set host(pid: number) {
    Atomics.store(this.numbers, 3, pid);
  }
}

const fields = 4;
