// What stands around every page: rail, top bar, banners.
import type { ComponentChildren, JSX } from "preact";
import { dayWord, hm, lasting } from "../lib/format";
import { useSignal } from "@preact/signals";
import { useKeys } from "../state/keyboard";
import { rightsOf } from "../lib/places";
import { age_s, clock, connected, liveNow, may, mode, network, now, offset, probe, stale } from "../state/live";
import { flipTheme, worn } from "../state/theme";
import { at, go, href, tune, view } from "../state/view";
import { Icon, type IconName } from "./Icon";
import { Search } from "./Search";
import { Sheet } from "./Sheet";
import { ToastBox } from "./Toast";
import { undo } from "../state/toast";

const PLACES: { to: string; name: string; icon: IconName; key: string }[] = [
  { to: "/", name: "Tower", icon: "tower", key: "t" },
  { to: "/orders", name: "Orders", icon: "orders", key: "o" },
  { to: "/dispatch", name: "Dispatch", icon: "dispatch", key: "d" },
  { to: "/centers", name: "Centers", icon: "centers", key: "c" },
  { to: "/linehaul", name: "Linehaul", icon: "linehaul", key: "l" },
  { to: "/twin", name: "Twin", icon: "twin", key: "w" },
  { to: "/settings", name: "Settings", icon: "settings", key: "s" },
];

const here = (to: string): boolean => (to === "/" ? view.value.path === "/" : view.value.path.startsWith(to));

function Rail(): JSX.Element {
  return (
    <nav class="rail" aria-label="Pages">
      <a class="home" href={href("/")} aria-label="doorward, tower"><img src="./icon.svg" alt="" width="28" height="28" /></a>
      {PLACES.filter((p) => may(...rightsOf(p.to))).map((p) => (
        <a key={p.to} href={href(p.to)} aria-current={here(p.to) ? "page" : undefined} title={`${p.name}  (g ${p.key})`}>
          <Icon name={p.icon} />
          <span>{p.name}</span>
        </a>
      ))}
    </nav>
  );
}

function Clock(): JSX.Element {
  const c = clock.value;
  if (!c && !may("NETWORK_READ")) return <div class="clock"><time title={dayWord(now.value, offset.value)}>{hm(now.value, offset.value)}</time>{mode.value === "twin" && <span class="badge twin">TWIN</span>}</div>;
  const speed = c && (c.paused ? "paused" : c.speed === 1 ? "" : `${c.speed}×`);
  const behind = c && c.behind_s > 5 ? `${lasting(c.behind_s)} behind` : "";
  const twin = mode.value === "twin";
  return (
    <div class="clock">
      <time title={c ? `${dayWord(now.value, offset.value)}, turn ${c.turn}` : ""}>{c ? hm(now.value, offset.value, true) : "--:--:--"}</time>
      <span class={twin ? "badge twin" : "badge"}>
        <i class={connected.value && !stale.value ? "dot" : "dot off"} />{twin ? "TWIN" : "live"}{speed ? ` ${speed}` : ""}
      </span>
      {behind && <span class="age old">{behind}</span>}
      <span class={stale.value ? "age old" : "age"} title="since the server was last heard">{age_s.value < 2 ? "just now" : `${lasting(age_s.value)} ago`}</span>
    </div>
  );
}

function Banners(): JSX.Element | null {
  if (at.value !== undefined) {
    return (
      <div class="banner then" role="status">
        <span><b>Showing {dayWord(at.value, offset.value)}, {hm(at.value, offset.value)}</b>, not now ({hm(liveNow.value, offset.value)})</span>
        <button class="button" onClick={() => tune({ at: undefined })}>Back to now <kbd>n</kbd></button>
      </div>
    );
  }
  if (stale.value) {
    return (
      <div class="banner amber" role="alert">
        <span><b>Nothing heard for {lasting(age_s.value)}.</b> What you see may be out of date; trying again.</span>
        <button class="button" onClick={() => void probe()}>Try now</button>
      </div>
    );
  }
  return null;
}

const STEP_S = 15 * 60;

/** Moves the moment looked at; the present is where it ends. */
export function travel(by_s: number): void {
  const to = (at.value ?? liveNow.value) + by_s;
  tune({ at: to >= liveNow.value ? undefined : to });
}

export function Frame({ children }: { children: ComponentChildren }): JSX.Element {
  const sheet = useSignal(false);
  const going = Object.fromEntries(PLACES.map((p) => [`go:${p.to}`, () => go(p.to)]));
  useKeys({
    ...going,
    sheet: () => (sheet.value = !sheet.value),
    theme: flipTheme,
    undo: () => void undo(),
    earlier: () => travel(-STEP_S),
    later: () => travel(STEP_S),
    now: () => tune({ at: undefined }),
  });
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to content</a>
      <Rail />
      <header class="bar">
        <span class="net">{network.value?.name ?? ""}</span>
        <Search />
        <Clock />
        <button class="plain" aria-label={worn.value === "dark" ? "Light theme" : "Dark theme"} title="Dark or light (t)" onClick={flipTheme}>
          <Icon name={worn.value === "dark" ? "sun" : "moon"} />
        </button>
        <button class="plain wide" aria-label="Keyboard shortcuts" title="Keyboard (?)" onClick={() => (sheet.value = true)}><Icon name="keys" /></button>
      </header>
      <main id="main" tabIndex={-1}>
        <Banners />
        {children}
      </main>
      {mode.value === "twin" && <div class="twin-frame" aria-hidden="true" />}
      {sheet.value && <Sheet close={() => (sheet.value = false)} />}
      <ToastBox />
    </div>
  );
}
