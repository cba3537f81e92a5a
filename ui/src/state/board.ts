// Edits of the board. The server decides: a row says "sending" until it has answered, then what it answered.
import { batch, computed, signal } from "@preact/signals";
import { renamed } from "../lib/board";
import { ApiError, get, newKey, post } from "../net/api";
import type { Answer, Misfit, NetworkShape, VehicleShape } from "../types";
import { network } from "./live";
import { at } from "./view";

export interface Edit {
  verb: string;
  /** Where it is sent, if not to the board. */
  path?: string;
  body: Record<string, unknown>;
  /** What is asked, as the outcome's title: "Put 3 packages on electric van 2". */
  says: string;
  packages: readonly number[];
  /** Its name for the server: sent again after a lost answer, it is done once. */
  key: string;
}

export type Outcome =
  | { state: "sending"; edit: Edit }
  | { state: "done"; edit: Edit; answer: Answer }
  | { state: "refused"; edit: Edit; error: ApiError; misfits: Misfit[] };

export interface Told { says: string; bad: boolean }

export const outcome = signal<Outcome | null>(null);
export const sending = signal<ReadonlySet<number>>(new Set());
/** What the server said of each package of the last edit. */
export const told = signal<ReadonlyMap<number, Told>>(new Map());
/** Runs that are unfolded, by number; an edited run keeps it under its new number. */
export const opened = signal<ReadonlySet<number>>(new Set());
export const chosen = signal<ReadonlySet<number>>(new Set());

const TOLD_MS = 12_000;
let timer = 0;

/** The network's vehicles, as they were after the last that was taken out of service or brought back. */
const served = signal<VehicleShape[] | null>(null);
export const vehicles = computed<readonly VehicleShape[]>(() => served.value ?? network.value?.vehicles ?? []);
export const vehicleName = (n: number): string => vehicles.value[n]?.name ?? "";

export const editOf = (verb: string, body: Record<string, unknown>, says: string, packages: readonly number[] = []): Edit => ({ verb, body, says, packages, key: newKey() });

/** Sends an edit. True when it was done; the outcome says more. One at a time. */
export async function send(edit: Edit, again: () => void): Promise<Answer | null> {
  if (sending.value.size > 0 || outcome.value?.state === "sending" || at.value !== undefined) return null;
  window.clearTimeout(timer);
  batch(() => {
    outcome.value = { state: "sending", edit };
    sending.value = new Set(edit.packages);
    told.value = new Map();
  });
  try {
    const answer = await post<Answer>(edit.path ?? `board/${edit.verb}`, edit.body, { key: edit.key });
    batch(() => {
      outcome.value = { state: "done", edit, answer };
      told.value = resultOf(edit, answer);
      opened.value = renamed(opened.value, answer);
      chosen.value = new Set();
    });
    if (edit.verb === "service") served.value = (await get<NetworkShape>("network")).vehicles;
    again();
    return answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    batch(() => {
      outcome.value = { state: "refused", edit, error, misfits: error.problem.misfits ?? [] };
      told.value = new Map(edit.packages.map((p) => [p, { says: "not done", bad: true }]));
    });
    if (error.status === 412) again();
    return null;
  } finally {
    sending.value = new Set();
    timer = window.setTimeout(() => (told.value = new Map()), TOLD_MS);
  }
}

const WORDS: Record<string, string> = {
  move: "moved", put: "assigned", open: "assigned", take_off: "in the pool", rechoose: "way is chosen anew",
};

function resultOf(edit: Edit, answer: Answer): Map<number, Told> {
  const says = answer.edit < 0 ? "as it was" : edit.verb === "lock" ? (edit.body["on"] ? "locked" : "unlocked") : WORDS[edit.verb] ?? "done";
  const of = new Map<number, Told>(edit.packages.map((p) => [p, { says, bad: false }]));
  for (const p of answer.pool) if (!of.has(p)) of.set(p, { says: "in the pool", bad: false });
  return of;
}

export const closeOutcome = (): void => {
  if (outcome.value?.state !== "sending") outcome.value = null;
};
