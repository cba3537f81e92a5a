import { describe, expect, it } from "vitest";
import { lastTry, standing } from "../src/lib/hooks";
import type { HookDelivery, Webhook } from "../src/types";

const hook = (more: Partial<Webhook>): Webhook => ({
  webhook: 0, organisation: 1, url: "https://a.example/", events: [], made_s: 0, rotated_s: 0, disabled_s: -1, why: "",
  waiting: 0, delivered: 9, dead: 0, ...more,
});
const tried = (...attempts: HookDelivery["attempts"]): HookDelivery => ({
  message: "msg_1", type: "order.promised", happened_s: 0, status: "waiting", next_s: -1, attempts, body: { data: {} },
});

describe("webhooks in words", () => {
  it("tells first what needs a person", () => {
    expect(standing(hook({}))).toEqual({ says: "up to date", bad: false });
    expect(standing(hook({ waiting: 3 })).says).toBe("3 waiting");
    expect(standing(hook({ waiting: 3, dead: 2 }))).toEqual({ says: "2 dead", bad: true });
    expect(standing(hook({ disabled_s: 5, why: "asked", dead: 2 }))).toEqual({ says: "disabled", bad: false });
    expect(standing(hook({ disabled_s: 5, why: "gone" })).bad).toBe(true);
  });
  it("tells what the last try came to", () => {
    expect(lastTry(tried())).toBe("not tried yet");
    const none = { at_s: 1, code: 0, took_ms: 15_000, note: "no answer within 15 s" };
    expect(lastTry(tried(none))).toBe("no answer within 15 s");
    expect(lastTry(tried(none, { at_s: 9, code: 204, took_ms: 12, note: "" }))).toBe("204 in 12 ms, 2 tries");
  });
});
