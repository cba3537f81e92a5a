// What is in a dispatcher's hands: the cursor, the dialog that is open, what is being dragged. One board is shown at a time.
import { batch, signal } from "@preact/signals";
import { range, toggled } from "../../lib/board";
import { chosen, editOf, send } from "../../state/board";
import type { Item } from "../../parts/Menu";
import type { Board, Misfit } from "../../types";

export type Pane = "pool" | "runs";
export type Dialog =
  | { kind: "assign"; packages: readonly number[] }
  | { kind: "swap"; run: number }
  | { kind: "start"; run: number }
  | { kind: "optimise"; runs: readonly number[] }
  | { kind: "vehicles" };

export const pane = signal<Pane>("runs");
/** Keys of the rows that the keyboard stands on. */
export const cursor = signal<Record<Pane, string>>({ pool: "", runs: "" });
export const dialog = signal<Dialog | null>(null);
export const menu = signal<{ x: number; y: number; title: string; items: (Item | null)[] } | null>(null);
/** What is being dragged, and the row that it is over with where it would go. */
export const dragged = signal<ReadonlySet<number>>(new Set());
export const over = signal<{ key: string; where: "in" | "before" | "after" } | null>(null);

/** What fits were told, for packages that an edit sent to the pool. */
export const fitsOf = (fits: readonly Misfit[], n: number): Misfit | undefined => fits.find((m) => m.package === n);

export const stand = (on: Pane, key: string): void => {
  batch(() => {
    pane.value = on;
    cursor.value = { ...cursor.value, [on]: key };
  });
};

/** A click on a row: alone, with Ctrl or Cmd in or out, with Shift everything from the last one on. */
export function pick(event: MouseEvent, on: Pane, keys: readonly string[], key: string, packagesOf: (key: string) => readonly number[]): void {
  const packages = packagesOf(key);
  if (event.shiftKey) {
    const all = range(keys, cursor.value[on] || undefined, key).flatMap(packagesOf);
    chosen.value = new Set([...chosen.value, ...all]);
  } else if (event.ctrlKey || event.metaKey) chosen.value = toggled(chosen.value, packages);
  stand(on, key);
}

/** What an action is about: all that is selected, or the row it was asked on if that is none of them. */
export const subject = (packages: readonly number[]): number[] =>
  packages.some((p) => chosen.value.has(p)) || packages.length === 0 ? [...chosen.value] : [...packages];

export const things = (n: number, one = "package"): string => `${n} ${n === 1 ? one : `${one}s`}`;

/** Those of the pool and those on runs: they are two different edits for the server. */
export function parted(board: Board, packages: readonly number[]): { pool: number[]; aboard: number[] } {
  const waiting = new Set(board.unassigned.map((u) => u.package));
  return { pool: packages.filter((p) => waiting.has(p)), aboard: packages.filter((p) => !waiting.has(p)) };
}

/** Puts packages of the pool, and moves those on runs, to a run (-1: whichever costs least; pool only). */
export async function assign(board: Board, packages: readonly number[], run: number, name: string, place: number, again: () => void): Promise<void> {
  const { pool, aboard } = parted(board, packages);
  const where = place < 0 ? "" : `, place ${place + 1}`;
  if (aboard.length > 0 && run >= 0) {
    const done = await send(editOf("move", { packages: aboard, run, place }, `Move ${things(aboard.length)} to ${name}${where}`, aboard), again);
    if (!done) return;
    run = done.runs.find((c) => c.run === run)?.into ?? run;
  }
  if (pool.length > 0) await send(editOf("put", { packages: pool, run, place }, `Put ${things(pool.length)} on ${name}${where}`, pool), again);
}
