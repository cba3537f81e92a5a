// Line icons of 20 px, one stroke.
import type { JSX } from "preact";

const PATHS = {
  tower: "M10 2.5v3M4 17.5 7 5.5h6l3 12M5.6 11h8.8M3 17.5h14",
  orders: "M4 3.5h12v13l-2-1.3-2 1.3-2-1.3-2 1.3-2-1.3-2 1.3zM7 7.5h6M7 11h6",
  dispatch: "M4.5 15.5a2 2 0 1 0 0-.01M15.5 4.5a2 2 0 1 0 0-.01M6.5 15.5H12a2.75 2.75 0 0 0 0-5.5H8a2.75 2.75 0 0 1 0-5.5h5.5",
  centers: "M2.5 8 10 3.5 17.5 8v9h-15zM6 17v-6h8v6M6 14h8",
  linehaul: "M2 5.5h10v8.5H2zM12 8.5h3.5L18 11v3h-6M5 15.8a1.6 1.6 0 1 0 0-.01M14.5 15.8a1.6 1.6 0 1 0 0-.01",
  twin: "M7.5 12.5a5 5 0 1 1 5-5M12.5 7.5a5 5 0 1 1-5 5M7.5 12.5h5v-5h-5z",
  settings: "M3 6h7M14 6h3M3 14h3M10 14h7M12 3.8v4.4M8 11.8v4.4",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l4 4",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M10 1.8v1.8M10 16.4v1.8M1.8 10h1.8M16.4 10h1.8M4.2 4.2l1.3 1.3M14.5 14.5l1.3 1.3M4.2 15.8l1.3-1.3M14.5 5.5l1.3-1.3",
  moon: "M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z",
  keys: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
  close: "M5 5l10 10M15 5 5 15",
  more: "M5 9.9v.2M10 9.9v.2M15 9.9v.2",
  table: "M3 4.5h14v11H3zM3 8h14M8 8v7.5",
  map: "M3 5.5 7.5 4l5 2L17 4.5v10L12.5 16l-5-2L3 15.5zM7.5 4v10M12.5 6v10",
  back: "M12 4.5 6.5 10l5.5 5.5",
  on: "M8 4.5 13.5 10 8 15.5",
  fit: "M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4",
  plus: "M10 4.5v11M4.5 10h11",
  minus: "M4.5 10h11",
  done: "M3.5 10.5 8 15 16.5 5.5",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  down: "M5 8l5 5 5-5",
  undo: "M7.5 5 4 8.5 7.5 12M4.5 8.5H12a4 4 0 0 1 0 8H9",
  redo: "M12.5 5 16 8.5 12.5 12M15.5 8.5H8a4 4 0 0 0 0 8h3",
  van: "M2.5 6h9v8h-9zM11.5 9H15l2.5 2.5V14h-6M5.5 15.6a1.5 1.5 0 1 0 0-.01M14 15.6a1.5 1.5 0 1 0 0-.01",
  play: "M6 4l9.5 6L6 16z",
  pause: "M7 4.5v11M13 4.5v11",
  step: "M5 4.5l8 5.5-8 5.5zM15.5 4.5v11",
  rain: "M6 12a3.5 3.5 0 1 1 .6-6.95A4.5 4.5 0 0 1 15 6.5a2.8 2.8 0 0 1-.5 5.5M7 14.5 6 17M10.5 14.5l-1 2.5M14 14.5 13 17",
  out: "M8 3.5H4v13h4M8.5 10H17M13.5 6.5 17 10l-3.5 3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" class="icon">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
