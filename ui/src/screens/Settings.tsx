// What one person sets for this browser.
import type { JSX } from "preact";
import { words } from "../lib/format";
import { setShortcuts, shortcuts } from "../state/keyboard";
import { clock, may, network, session, signOut, turn } from "../state/live";
import { theme, type Theme } from "../state/theme";
import { complain } from "../state/toast";
import { Passkeys } from "./Passkeys";
import { Shops } from "./settings/Shops";
import { Webhooks } from "./settings/Webhooks";

const THEMES: [Theme, string][] = [["auto", "As the system"], ["dark", "Dark"], ["light", "Light"]];

export function Settings(): JSX.Element {
  const who = session.value;
  return (
    <div class="page settings">
      <header class="page-head"><h1>Settings</h1></header>
      <section>
        <h2>Look</h2>
        <div class="seg" role="group" aria-label="Theme">{THEMES.map(([t, name]) => <button key={t} aria-pressed={theme.value === t} onClick={() => (theme.value = t)}>{name}</button>)}</div>
      </section>
      <section>
        <h2>Keyboard</h2>
        <label class="check"><input type="checkbox" checked={shortcuts.value} onChange={(e) => setShortcuts(e.currentTarget.checked)} />Single-key shortcuts are on</label>
        <p class="quiet">The sheet of all keys opens with the keyboard button at the top, or with <kbd>?</kbd>.</p>
      </section>
      {who?.person && <Passkeys />}
      <section>
        <h2>Session</h2>
        <p>{who?.organisation_name || "The operator"}{who && `, ${who.kind}`}</p>
        {who && <p class="quiet">May: {who.scopes.map(words).join(", ")}</p>}
        <button class="button" onClick={() => void signOut().catch((e: unknown) => complain("Sign out", e))}>Sign out</button>
      </section>
      {may("HOOKS") && <Webhooks />}
      {may("HOOKS") && <Shops />}
      <section>
        <h2>Network</h2>
        <p>{network.value?.name}, turn {turn.value}, {clock.value?.mode === "twin" ? "the twin's clock" : "the wall clock"}</p>
      </section>
    </div>
  );
}
