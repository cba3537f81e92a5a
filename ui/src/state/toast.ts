// What was just done, with the way back: one toast at a time, undo on the server.
import { signal } from "@preact/signals";
import { ApiError, newKey, post } from "../net/api";

interface ActionOut { words: string; undo: { path: string; body: Record<string, unknown> } }
export interface Toast { id: number; says: string; undo: (() => Promise<void>) | null; bad: boolean; busy: boolean }

export const toast = signal<Toast | null>(null);
const STAY_MS = 10_000;
let timer = 0, serial = 0;

export function tell(says: string, undo: (() => Promise<void>) | null = null, bad = false): void {
  window.clearTimeout(timer);
  toast.value = { id: ++serial, says, undo, bad, busy: false };
  timer = window.setTimeout(() => (toast.value = null), undo || bad ? STAY_MS : STAY_MS / 2);
}

export const hold = (): void => window.clearTimeout(timer);
export const dismiss = (): void => void (toast.value = null);

/** Tells an error as the server put it. */
export function complain(what: string, error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
  const { detail, title, remedy } = error.problem;
  tell([`${what}: ${detail || title}`, remedy].filter(Boolean).join(". "), null, true);
}

/** Undoes what the toast is about; says so, or why it could not be. */
export async function undo(): Promise<void> {
  const shown = toast.value;
  if (!shown?.undo || shown.busy) return;
  window.clearTimeout(timer);
  toast.value = { ...shown, busy: true };
  try {
    await shown.undo();
    tell("Undone");
  } catch (error) {
    complain("Could not be undone", error);
  }
}

/** Takes an action of an exception; the toast offers to undo what can be. */
export async function act(id: string, command: string, label: string, after: () => void): Promise<void> {
  try {
    const done = await post<ActionOut>(`exceptions/${encodeURIComponent(id)}/actions`, { command }, { key: newKey() });
    tell(done.words, async () => {
      await post(done.undo.path.split("/").map(encodeURIComponent).join("/"), done.undo.body, { key: newKey() });
      after();
    });
    after();
  } catch (error) {
    complain(label, error);
  }
}
