// The live line: clock, age of what is shown, session, network; and reads that follow the turns.
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, call, get, keepCsrf, post, whenSignedOut } from "../net/api";
import { listen, STALE_MS, type Stream } from "../net/stream";
import type { ClockShape, NetworkShape, Session } from "../types";
import { rightsOf } from "../lib/places";
import { at, go, view } from "./view";

export const session = signal<Session | null | undefined>(undefined);
export const network = signal<NetworkShape | null>(null);
export const bootError = signal<ApiError | null>(null);
export const clock = signal<ClockShape | null>(null);
export const turn = signal(0);
export const connected = signal(false);

const clockSeen = signal(0);
const lineHeard = signal(Date.now());
/** A beat a second, so that ages and countdowns go on. */
export const beat = signal(Date.now());
window.setInterval(() => (beat.value = Date.now()), 1000);

/** Whether the one signed in has every one of these rights. */
export const may = (...scopes: string[]): boolean => scopes.every((s) => session.value?.scopes.includes(s));

/** Network time now, carried on between two clock events; the moment looked at while time travelling. */
export const liveNow = computed(() => {
  const c = clock.value;
  if (!c) return session.value?.now_s ?? 0;
  const passed = c.paused ? 0 : Math.max(0, (beat.value - clockSeen.value) / 1000) * c.speed;
  return Math.floor(c.now_s + Math.min(passed, 60 * Math.max(1, c.speed)));
});
export const now = computed(() => at.value ?? liveNow.value);
export const offset = computed(() => network.value?.utc_offset_s ?? session.value?.utc_offset_s ?? 0);
export const age_s = computed(() => Math.max(0, Math.round((beat.value - lineHeard.value) / 1000)));
export const stale = computed(() => age_s.value * 1000 >= STALE_MS);
export const mode = computed(() => clock.value?.mode ?? session.value?.mode ?? "live");

/** Facts of turns since the last look, so that reads know what changed. */
type Listener = () => void;
const followers = new Set<Listener>();

let line: Stream | null = null;
const AGAIN_MS = 3000;

function heard(): void {
  batch(() => {
    lineHeard.value = Date.now();
    connected.value = true;
  });
}

function startLine(): void {
  line?.close();
  line = listen(
    "stream",
    {
      clock: (data) => seeClock(data as ClockShape),
      turn: (data) => {
        turn.value = (data as { turn: number }).turn;
        for (const follow of followers) follow();
      },
    },
    heard,
    () => (connected.value = false),
  );
}

/** A quiet line may be a quiet night or a dead line: asks, and opens the stream anew when it missed something. */
export async function probe(): Promise<void> {
  try {
    if (!may("NETWORK_READ")) return await ask();
    const told = await get<ClockShape>("clock");
    if (told.turn > turn.value) startLine();
    seeClock(told);
    heard();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Without the right to the clock and its stream: the session tells the time, and reads follow that. */
async function ask(): Promise<void> {
  const who = await call<Session>("GET", "session");
  keepCsrf(who);
  session.value = who;
  heard();
  for (const follow of followers) follow();
}

const QUIET_S = 12;
effect(() => {
  if ((line || session.value) && age_s.value >= QUIET_S && age_s.value % 6 === 0 && !document.hidden) void probe();
});

/** Takes what the server says of its clock. */
export function seeClock(data: ClockShape): void {
  batch(() => {
    clock.value = data;
    clockSeen.value = Date.now();
    beat.value = Date.now();
    turn.value = Math.max(turn.value, data.turn);
  });
}

/** Calls back at most every `every_ms` while turns come in and the page is seen. Returns how to stop. */
export function follow(every_ms: number, then: () => void): () => void {
  let last = Date.now(), timer = 0;
  const run = (): void => {
    timer = 0;
    last = Date.now();
    if (!document.hidden) then();
  };
  const told = (): void => {
    if (!timer) timer = window.setTimeout(run, Math.max(0, last + every_ms - Date.now()));
  };
  followers.add(told);
  const back = (): void => void (document.hidden || told());
  document.addEventListener("visibilitychange", back);
  return () => {
    followers.delete(told);
    document.removeEventListener("visibilitychange", back);
    window.clearTimeout(timer);
  };
}

async function load(): Promise<void> {
  bootError.value = null;
  try {
    const [net, time] = await Promise.all([
      may("RUNS_READ") ? get<NetworkShape>("network") : null,
      may("NETWORK_READ") ? get<ClockShape>("clock") : null,
    ]);
    // who may not see the tower starts where its own things are
    const start = ["/orders", "/dispatch"].find((place) => may(...rightsOf(place)));
    if (view.value.path === "/" && !may(...rightsOf("/")) && start) go(start);
    batch(() => {
      network.value = net;
      if (time) seeClock(time);
      heard();
    });
    if (time) startLine();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) return;
    bootError.value = error;
    // a server that is still starting says 503, or nothing
    if (error.status === 503 || error.status === 0) window.setTimeout(() => void boot(), AGAIN_MS);
  }
}

/** At the start, and again after an error: who is signed in, then network, clock and stream. */
export async function boot(): Promise<void> {
  whenSignedOut(() => {
    line?.close();
    line = null;
    session.value = null;
  });
  try {
    const who = await call<Session>("GET", "session");
    keepCsrf(who);
    session.value = who;
    await load();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) session.value = null;
    else bootError.value = error;
  }
}

export async function signIn(asked: { email: string; password: string } | { key: string }): Promise<void> {
  await post("session", asked);
  await enter();
}

/** Somebody has just signed in: who it is, and what they may see. */
export async function enter(): Promise<void> {
  const who = await call<Session>("GET", "session");
  keepCsrf(who);
  session.value = who;
  await load();
}

export async function signOut(): Promise<void> {
  await call("DELETE", "session");
  line?.close();
  line = null;
  keepCsrf(null);
  batch(() => {
    session.value = null;
    network.value = null;
    clock.value = null;
  });
}

effect(() => {
  const name = network.value?.name;
  document.title = name ? `${name} · doorward${mode.value === "twin" ? " · TWIN" : ""}` : "doorward";
  document.documentElement.dataset["mode"] = mode.value;
});
