// Dark or light: as the system says, until somebody chooses.
import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "dark" | "light";
const KEY = "doorward.theme";
const light = window.matchMedia("(prefers-color-scheme: light)");

export const theme = signal<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "auto");
const system = signal<"dark" | "light">(light.matches ? "light" : "dark");
light.addEventListener("change", () => (system.value = light.matches ? "light" : "dark"));

/** The theme that is worn: "dark" or "light". */
export const worn = signal<"dark" | "light">("dark");

effect(() => {
  const now = theme.value === "auto" ? system.value : theme.value;
  document.documentElement.dataset["theme"] = now;
  worn.value = now;
  if (theme.value === "auto") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme.value);
});

export const flipTheme = (): void => {
  theme.value = worn.value === "dark" ? "light" : "dark";
};

/** A colour of the tokens as it is now. */
export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
