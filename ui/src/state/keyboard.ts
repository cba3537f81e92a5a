// Keys to commands: one listener; pages and panels say what they answer to while they are shown.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { IDLE, press, typing, type Waiting } from "../lib/keys";

type Answers = Record<string, (() => void) | undefined>;

const OFF = "doorward.keys.off";
/** Single-key shortcuts can be switched off (WCAG 2.1.4). */
export const shortcuts = signal(localStorage.getItem(OFF) === null);
export function setShortcuts(on: boolean): void {
  shortcuts.value = on;
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

const stack: { current: Answers }[] = [];
let waiting: Waiting = IDLE;

/** What this component answers to; the newest asked first. */
export function useKeys(answers: Answers): void {
  const mine = useRef(answers);
  mine.current = answers;
  useEffect(() => {
    stack.unshift(mine);
    return () => void stack.splice(stack.indexOf(mine), 1);
  }, []);
}

window.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const el = event.target as HTMLElement;
  const inField = typing(el.tagName, (el as HTMLInputElement).type ?? "", el.isContentEditable);
  if (inField && event.key !== "Escape") return;
  const presses = el.closest("button, a, summary, [role=slider], input");
  if ((event.key === "Enter" || event.key === " ") && presses) return;
  if (!shortcuts.value && !["Escape", "Enter"].includes(event.key)) return;
  // a dialog is above the page: its keys are not the page's
  if (document.querySelector("dialog[open]") && !["Escape", "?"].includes(event.key)) return;
  const step = press(waiting, event.key, performance.now());
  waiting = step.waiting;
  const answer = step.command ? stack.find((each) => each.current[step.command!])?.current[step.command] : undefined;
  if (!answer) return;
  event.preventDefault();
  answer();
});
