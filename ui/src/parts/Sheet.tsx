// The sheet of shortcuts.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { BINDINGS } from "../lib/keys";
import { setShortcuts, shortcuts, useKeys } from "../state/keyboard";
import { Icon } from "./Icon";

const GROUPS = { Go: "Go to", List: "In a list", Do: "Do", See: "See" } as const;

export function Sheet({ close }: { close: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  // asked before the page is, which would take Escape for itself
  useKeys({ out: close, sheet: close });
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="sheet-title" onClose={close} onClick={(e) => e.target === dialog.current && close()}>
      <header>
        <h2 id="sheet-title">Keyboard</h2>
        <button class="plain" aria-label="Close" onClick={close}><Icon name="close" /></button>
      </header>
      <div class="groups">
        {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => (
          <section key={group}>
            <h3>{GROUPS[group]}</h3>
            <dl>
              {BINDINGS.filter((b) => b.group === group).map((b) => (
                <div key={b.keys}>
                  <dt>{b.says}</dt>
                  <dd>{b.keys.split(" ").map((k) => <kbd key={k}>{k === "Escape" ? "Esc" : k === "U" ? "Shift u" : k}</kbd>)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input type="checkbox" checked={shortcuts.value} onChange={(e) => setShortcuts(e.currentTarget.checked)} />
        Single-key shortcuts are on
      </label>
    </dialog>
  );
}
