// The plan that is offered: asked for, shown until it is taken or dropped. One at a time; the server keeps it.
import { batch, signal } from "@preact/signals";
import { ApiError, newKey, post } from "../net/api";
import type { Answer, Plan } from "../types";
import { closeOutcome, opened, outcome } from "./board";
import { renamed } from "../lib/board";
import { at } from "./view";

/** What is offered; null nothing. */
export const offered = signal<Plan | null>(null);
/** Why it cannot be taken: the server's words. */
export const refusal = signal<ApiError | null>(null);
export const taking = signal(false);

export function offer(plan: Plan | null): void {
  batch(() => {
    offered.value = plan;
    refusal.value = null;
    if (plan) closeOutcome();
  });
}

/** Drops a plan, so that none is left lying on the server. */
export const drop = (plan: number): void => void post(`plans/${plan}/discard`, {}, { key: newKey() }).catch(() => undefined);

export function discard(): void {
  if (offered.value && !taking.value) {
    drop(offered.value.proposal);
    offer(null);
  }
}

/** Takes the plan that is offered: one edit, which the outcome's undo takes back. */
export async function accept(again: () => void): Promise<void> {
  const plan = offered.value;
  if (!plan || taking.value || at.value !== undefined) return;
  taking.value = true;
  try {
    const answer = await post<Answer>(`plans/${plan.proposal}/accept`, {}, { key: `accept-${plan.proposal}` });
    batch(() => {
      offer(null);
      opened.value = renamed(opened.value, answer);
      outcome.value = { state: "done", answer, edit: { verb: "accept", body: {}, says: "Take the better plan", packages: [], key: "" } };
    });
    again();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refusal.value = error;
    if (error.status === 409) again();
  } finally {
    taking.value = false;
  }
}
