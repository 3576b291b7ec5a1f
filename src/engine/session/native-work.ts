/**
 * How many calls into onnxruntime are under way. They compute on the thread that makes them, for seconds or minutes at a
 * time: a process whose event loop stands still meanwhile does not hang. Whoever watches this process asks here.
 */
let count = 0;
let onChange: (count: number) => void = () => {};

export function watchNativeWork(listener: (count: number) => void): void {
  onChange = listener;
  onChange(count);
}

/** Does work that calls into onnxruntime. */
export async function nativeWork<Result>(work: () => Promise<Result>): Promise<Result> {
  onChange(++count);
  try {
    return await work();
  } finally {
    onChange(--count);
  }
}
