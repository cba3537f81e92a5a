// A dialog: Escape and a press beside it close it, and the keyboard stays inside.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon";

export function Modal({ title, close, wide = false, children }: { title: string; close: () => void; wide?: boolean; children: ComponentChildren }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={wide ? "sheet modal wide" : "sheet modal"} aria-labelledby="modal-title" onClose={close} onKeyDown={(e) => e.stopPropagation()} onClick={(e) => e.target === dialog.current && close()}>
      <header><h2 id="modal-title">{title}</h2><button class="plain" aria-label="Close" onClick={close}><Icon name="close" /></button></header>
      {children}
    </dialog>
  );
}
