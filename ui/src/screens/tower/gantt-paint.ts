// The Gantt's canvas: only the rows in sight are painted.
import { hm } from "../../lib/format";
import { marks, reach, ticks, xOf, type Axis } from "../../lib/gantt";
import type { RunBar } from "../../types";

export interface Scene {
  axis: Axis; rows: readonly RunBar[]; top: number; height: number; rowHeight: number; head: number;
  now_s: number; offset_s: number; live: boolean; chosen: number; hover: number; ink: (name: string) => string;
}

export function paint(canvas: HTMLCanvasElement, s: Scene): void {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const width = s.axis.width, height = s.height;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const c = canvas.getContext("2d")!;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  hours(c, s);
  c.save();
  c.beginPath();
  c.rect(0, s.head, width, height - s.head);
  c.clip();
  const first = Math.max(0, Math.floor(s.top / s.rowHeight));
  for (let i = first; i < s.rows.length; i++) {
    const y = s.head + i * s.rowHeight - s.top;
    if (y > height) break;
    row(c, s, s.rows[i]!, y);
  }
  c.restore();
  nowLine(c, s);
}

function hours(c: CanvasRenderingContext2D, s: Scene): void {
  c.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  c.textBaseline = "middle";
  c.textAlign = "left";
  c.strokeStyle = s.ink("--line");
  c.fillStyle = s.ink("--ink-3");
  c.lineWidth = 1;
  for (const t of ticks(s.axis, s.offset_s)) {
    const x = Math.round(xOf(s.axis, t)) + 0.5;
    c.beginPath();
    c.moveTo(x, 0);
    c.lineTo(x, s.height);
    c.stroke();
    const now = xOf(s.axis, s.now_s);
    if (x > now + 24 || x + 38 < now - 24) c.fillText(hm(t, s.offset_s), x + 5, s.head / 2);
  }
}

function row(c: CanvasRenderingContext2D, s: Scene, bar: RunBar, y: number): void {
  const middle = y + s.rowHeight / 2;
  if (bar.run === s.chosen || bar.run === s.hover) {
    c.fillStyle = s.ink(bar.run === s.chosen ? "--accent-soft" : "--hover");
    c.fillRect(0, y, s.axis.width, s.rowHeight);
  }
  const [from, to] = reach(bar, s.live).map((t) => xOf(s.axis, t)) as [number, number];
  const past = Math.min(to, Math.max(from, xOf(s.axis, s.now_s)));
  c.lineWidth = 2;
  c.lineCap = "round";
  stroke(c, from, past, middle, s.ink("--line-2"), []);
  stroke(c, past, to, middle, s.ink("--line-2"), bar.status === "planned" ? [2, 4] : []);
  end(c, from, middle, s.ink("--ink-3"));
  end(c, to, middle, s.ink("--ink-3"));
  doors(c, s, bar, middle);
}

function stroke(c: CanvasRenderingContext2D, from: number, to: number, y: number, ink: string, dash: number[]): void {
  if (to <= from) return;
  c.setLineDash(dash);
  c.strokeStyle = ink;
  c.beginPath();
  c.moveTo(from, y);
  c.lineTo(to, y);
  c.stroke();
  c.setLineDash([]);
}

function end(c: CanvasRenderingContext2D, x: number, y: number, ink: string): void {
  c.fillStyle = ink;
  c.fillRect(x - 0.75, y - 5, 1.5, 10);
}

/** Doors as circles: outline to come, filled done; only what is late has a colour, a red diamond. Crowded marks grow slender. */
function doors(c: CanvasRenderingContext2D, s: Scene, bar: RunBar, y: number): void {
  const all = marks(bar, s.live).map((m) => ({ x: xOf(s.axis, m.at_s), kind: m.kind }));
  const room = all.length > 1 ? Math.abs(all[all.length - 1]!.x - all[0]!.x) / (all.length - 1) : 20;
  const r = Math.max(1.6, Math.min(4, room * 0.42));
  const ground = s.ink(bar.run === s.chosen ? "--accent-soft" : bar.run === s.hover ? "--hover" : "--surface");
  const late = s.ink("--late"), done = s.ink("--ink-3"), open = s.ink("--ink-2");
  c.lineWidth = r < 2.5 ? 1 : 1.5;
  for (const { x, kind } of all) {
    if (x < -6 || x > s.axis.width + 6) continue;
    c.beginPath();
    if (kind === "late" || kind === "done_late") {
      const d = Math.max(3.2, r + 1);
      c.moveTo(x, y - d); c.lineTo(x + d, y); c.lineTo(x, y + d); c.lineTo(x - d, y); c.closePath();
    } else c.arc(x, y, r, 0, 7);
    const ink = kind === "late" || kind === "done_late" ? late : kind === "done" ? done : open;
    c.fillStyle = kind === "open" ? ground : kind === "late" ? ground : ink;
    c.fill();
    c.strokeStyle = ink;
    c.stroke();
  }
}

function nowLine(c: CanvasRenderingContext2D, s: Scene): void {
  const x = Math.round(xOf(s.axis, s.now_s)) + 0.5;
  if (x < 0 || x > s.axis.width) return;
  const ink = s.ink("--accent");
  c.strokeStyle = ink;
  c.lineWidth = 1.5;
  c.beginPath();
  c.moveTo(x, s.head);
  c.lineTo(x, s.height);
  c.stroke();
  const label = hm(s.now_s, s.offset_s);
  const w = c.measureText(label).width + 10;
  c.fillStyle = ink;
  c.beginPath();
  c.roundRect(x - w / 2, 4, w, s.head - 8, 4);
  c.fill();
  c.fillStyle = s.ink("--on-accent");
  c.textAlign = "center";
  c.fillText(label, x, s.head / 2 + 0.5);
}
