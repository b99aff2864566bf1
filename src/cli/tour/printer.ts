import type { Texts } from './words.js';

export interface Step {
  readonly title: string;
  readonly call: string;
  readonly answer: string;
  readonly means: string;
  readonly asTold: boolean;
}

const WIDTH = 96;
const paint = process.stdout.isTTY
  ? (code: number, text: string): string => `\u001b[${code}m${text}\u001b[0m`
  : (_code: number, text: string): string => text;

/** Prints the steps and counts them. */
export class Printer {
  private steps = 0;
  private right = 0;

  constructor(
    private readonly texts: Texts,
    private readonly write: (text: string) => void,
  ) {}

  opening(lines: readonly string[]): void {
    this.write(`\n${lines.map((line) => wrap(line, '')).join('\n')}\n`);
  }

  step({ title, call, answer, means, asTold }: Step): void {
    this.steps += 1;
    if (asTold) this.right += 1;
    const mark = asTold ? paint(32, `✓ ${this.texts.asTold}`) : paint(31, `✗ ${this.texts.notAsTold}`);
    this.write(
      [
        '',
        paint(1, `${this.steps}. ${title}`),
        `   ${paint(36, call)}`,
        `   → ${short(answer)}`,
        wrap(means, '   '),
        `   ${mark}`,
        '',
      ].join('\n'),
    );
  }

  /** @returns whether every step went as told */
  closing(): boolean {
    this.write(`\n${this.texts.score(this.right, this.steps)}\n`);
    return this.right === this.steps;
  }
}

const short = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 297)}…`);

function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length >= WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => indent + each).join('\n');
}
