// Cursor pages put together: what has been read so far, without a row twice, and where to go on.

export interface Page<T> { items: T[]; cursor: string }
export interface Read<T> { items: T[]; cursor: string; ended: boolean }

export const nothingRead = <T>(): Read<T> => ({ items: [], cursor: "", ended: false });

/** What is known after one more page. A row that is known already (it moved between two reads) keeps its new self. */
export function joined<T>(sofar: Read<T>, page: Page<T>, key: (row: T) => unknown): Read<T> {
  const at = new Map(sofar.items.map((row, i) => [key(row), i]));
  const items = [...sofar.items];
  for (const row of page.items) {
    const known = at.get(key(row));
    if (known === undefined) {
      at.set(key(row), items.length);
      items.push(row);
    } else items[known] = row;
  }
  // A server that hands back the cursor it was given would be asked for ever.
  const stuck = page.cursor !== "" && page.cursor === sofar.cursor;
  return { items, cursor: page.cursor, ended: page.cursor === "" || stuck };
}
