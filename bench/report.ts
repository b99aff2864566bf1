import type { Figure, Goal, Judged } from './figure.js';
import { reaches } from './figure.js';
import type { Options } from './options.js';

export interface Report {
  readonly machine: string;
  readonly date: string;
  readonly commit: string;
  readonly figures: Readonly<Record<string, Judged>>;
}

const headings = ['figure', 'ratio', 'per second', 'p50 ms', 'p99 ms', 'other', 'must', 'aim', ''];
const inColumns = new Set(['ratio', 'perSecond', 'p50', 'p99', 'must', 'aim', 'met', 'skipped']);

/** The table for people. */
export function table({ machine, date, commit, figures }: Report): string {
  const rows = [headings, ...Object.entries(figures).map(rowOf)];
  const widths = headings.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${machine} · ${date} · ${commit}`, '', ...lines].join('\n');
}

function rowOf([name, figure]: [string, Judged]): string[] {
  if ('skipped' in figure) return [name, '', '', '', '', '', '', '', `skipped: ${String(figure['skipped'])}`];
  const text = (key: string): string => (figure[key] === undefined ? '' : String(figure[key]));
  const other = Object.entries(figure).filter(([key]) => !inColumns.has(key));
  return [
    name,
    text('ratio'),
    text('perSecond'),
    text('p50'),
    text('p99'),
    other.map(([key, value]) => `${key} ${String(value)}`).join(', '),
    goalText(figure.must),
    goalText(figure.aim),
    verdict(figure),
  ];
}

function goalText(goal: Goal): string {
  if (goal === null) return '–';
  if (typeof goal === 'number') return `≥ ${goal}`;
  return Object.entries(goal)
    .map(([name, most]) => `${name} ≤ ${most}`)
    .join(', ');
}

function verdict(figure: Judged): string {
  if (figure.must === null) return '';
  if (!figure.met) return 'NOT MET';
  return reaches(figure, figure.aim) ? 'aim' : 'must';
}

/** What --help prints. */
export function help(
  figures: readonly Figure[],
  defaults: Pick<Options, 'seconds' | 'rounds' | 'records' | 'entries'>,
): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const line = ({ name, what }: Figure): string => `  ${name.padEnd(width)}  ${what}`;
  return [
    'npm run bench -- [options]: measures a hub on this machine against what plain SQL can do on it.',
    '',
    '  --only a,b      only these figures',
    '  --json          one JSON object on stdout (npm run -s bench -- --json keeps out npm’s own lines)',
    `  --seconds N     length of a slice (${defaults.seconds})`,
    `  --rounds N      slices of each figure (${defaults.rounds})`,
    `  --records N     records that growth makes; the log has half as many entries (${defaults.records})`,
    `  --entries N     entries of audit.large (${defaults.entries})`,
    '  --profile DIR   the hubs write CPU profiles there when they stop',
    '  --help          this',
    '',
    'Figures:',
    ...figures.filter(({ onRequest }) => !onRequest).map(line),
    '',
    'Only where --only names it:',
    ...figures.filter(({ onRequest }) => onRequest).map(line),
  ].join('\n');
}
