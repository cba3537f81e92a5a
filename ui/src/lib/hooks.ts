// Webhooks in words: how an endpoint stands, and what the last try came to.
import type { HookDelivery, Webhook } from "../types";

/** How an endpoint stands; what needs a person is told first. */
export function standing(hook: Webhook): { says: string; bad: boolean } {
  if (hook.disabled_s >= 0) return { says: hook.why === "gone" ? "gone: it answered 410" : "disabled", bad: hook.why === "gone" };
  if (hook.dead) return { says: `${hook.dead} dead`, bad: true };
  return { says: hook.waiting ? `${hook.waiting} waiting` : "up to date", bad: false };
}

/** "204 in 12 ms", or why there was no answer; and how many tries there were. */
export function lastTry(one: HookDelivery): string {
  const last = one.attempts.at(-1);
  if (!last) return "not tried yet";
  const tries = one.attempts.length > 1 ? `, ${one.attempts.length} tries` : "";
  return `${last.code ? `${last.code} in ${last.took_ms} ms` : last.note || "no answer"}${tries}`;
}
