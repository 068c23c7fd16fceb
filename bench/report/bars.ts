/** A group of horizontal bars under one label. */
export interface BarGroup {
  label: string;
  bars: Bar[];
}

export interface Bar {
  name: string;
  /** Lengths that follow each other; mostly one. `kind` chooses the colour, and its name in the legend. */
  parts: { kind: string; length: number }[];
  /** Single measurements, as dots over the bar. */
  dots?: number[];
  /** At the bar's end. */
  text: string;
}

export interface BarChart {
  title: string;
  groups: BarGroup[];
  /** A line over all groups. */
  mark?: { at: number; label: string };
  /** Names the kinds by their colours. */
  hasLegend?: boolean;
}

const WIDTH = 860;
const NAMES = 230;
const VALUES = 150;
const BAR = 18;
const GAP = 6;
const LINE = 22;

/** A picture of bars as SVG: no script, no font file, colours that follow the reader's light or dark mode. */
export function drawBars({ title, groups, mark, hasLegend = false }: BarChart): string {
  const kinds = [...new Set(groups.flatMap(({ bars }) => bars.flatMap(({ parts }) => parts.map(({ kind }) => kind))))];
  const longest = Math.max(mark?.at ?? 0, ...groups.flatMap(({ bars }) => bars.flatMap(extent)), Number.MIN_VALUE);
  const scaled = (length: number) => (length / longest) * (WIDTH - NAMES - VALUES);
  const lines: string[] = [];
  let y = 34;
  if (hasLegend) {
    lines.push(legend(kinds, y));
    y += LINE;
  }
  const top = y;
  for (const { label, bars } of groups) {
    if (label) lines.push(text({ x: 8, y: y + 14, content: label, style: 'group' }));
    if (label) y += LINE;
    for (const bar of bars) {
      lines.push(drawBar({ bar, y, kinds, scaled }));
      y += BAR + GAP;
    }
    y += GAP;
  }
  if (mark) {
    const x = NAMES + scaled(mark.at);
    lines.push(`<line class="mark" x1="${round(x)}" x2="${round(x)}" y1="${top - 2}" y2="${y}"/>`);
    lines.push(text({ x: x + 4, y: y + 12, content: mark.label, style: 'note' }));
    y += LINE;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" role="img" aria-label="${escapeXml(title)}">`,
    STYLE,
    text({ x: 8, y: 20, content: title, style: 'title' }),
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

interface DrawBarInput {
  bar: Bar;
  y: number;
  kinds: string[];
  scaled(length: number): number;
}

function drawBar({ bar, y, kinds, scaled }: DrawBarInput): string {
  let x = NAMES;
  const parts = bar.parts.map(({ kind, length }) => {
    const rect = `<rect class="k${kinds.indexOf(kind) % COLOURS.length}" x="${round(x)}" y="${y}" width="${round(scaled(length))}" height="${BAR}"><title>${escapeXml(kind)}</title></rect>`;
    x += scaled(length);
    return rect;
  });
  const dots = (bar.dots ?? []).map(
    (value) => `<circle class="dot" cx="${round(NAMES + scaled(value))}" cy="${y + BAR / 2}" r="2.5"/>`,
  );
  const end = NAMES + scaled(Math.max(0, ...extent(bar)));
  return [
    text({ x: NAMES - 8, y: y + 13, content: bar.name, style: 'name' }),
    ...parts,
    ...dots,
    text({ x: end + 8, y: y + 13, content: bar.text, style: 'value' }),
  ].join('\n');
}

function legend(kinds: string[], y: number): string {
  let x = 8;
  return kinds
    .map((kind, index) => {
      const entry = `<rect class="k${index % COLOURS.length}" x="${x}" y="${y}" width="12" height="12"/>${text({ x: x + 17, y: y + 10, content: kind, style: 'value' })}`;
      x += 34 + kind.length * 7;
      return entry;
    })
    .join('\n');
}

function extent({ parts, dots = [] }: Bar): number[] {
  return [parts.reduce((sum, { length }) => sum + length, 0), ...dots];
}

function text({ x, y, content, style }: { x: number; y: number; content: string; style: string }): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}">${escapeXml(content)}</text>`;
}

/** Distinguishable for colour-blind readers too (Okabe and Ito), and on both backgrounds. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#882255', '#999999'];

const STYLE = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 15px; font-weight: 600; } .group { font-weight: 600; } .name { text-anchor: end; } .note { font-size: 12px; }
.mark { stroke: #1f2328; stroke-dasharray: 4 3; } .dot { fill: #ffffff; stroke: #1f2328; }
${COLOURS.map((colour, index) => `.k${index} { fill: ${colour}; }`).join(' ')}
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .mark { stroke: #e6edf3; } .dot { fill: #0d1117; stroke: #e6edf3; }
}
</style>`;

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
