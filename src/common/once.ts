/** What a key stands for, made when it is first asked for; what failed is made again. */
export function once<Part>(parts: Map<string, Promise<Part>>, key: unknown, make: () => Promise<Part>): Promise<Part> {
  const name = JSON.stringify(key);
  let part = parts.get(name);
  if (!part) {
    part = make();
    parts.set(name, part);
    part.catch(() => parts.delete(name));
  }
  return part;
}
