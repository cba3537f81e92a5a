import type { JSX } from "preact";
import { dismiss, hold, toast, undo } from "../state/toast";
import { Icon } from "./Icon";

/** What was just done, with undo. Stays while the pointer or the focus is on it. */
export function ToastBox(): JSX.Element {
  const shown = toast.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown && (
        <div class={shown.bad ? "toast bad" : "toast"} key={shown.id} onMouseEnter={hold} onFocusIn={hold}>
          <span>{shown.says}</span>
          {shown.undo && <button class="button" disabled={shown.busy} onClick={() => void undo()}>{shown.busy ? "Undoing…" : "Undo"} <kbd>u</kbd></button>}
          <button class="plain" aria-label="Dismiss" onClick={dismiss}><Icon name="close" size={16} /></button>
        </div>
      )}
    </div>
  );
}
