import { CommandError } from '../command-error.js';
import { shortened, wrapped } from './layout.js';
import { stepKeys, type StepKey, type Texts } from './words.js';

/** One call as it is shown. */
export interface Scene {
  /** The agency that calls. */
  readonly who: string;
  readonly call: string;
  readonly body?: unknown;
  readonly status: number;
  readonly answer: unknown;
}

const INDENT = '    ';
/** Characters of a body and of an answer that are shown. */
const BODY = 280;
const ANSWER = 420;
const paint = (code: number, text: string): string =>
  process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text;

/** Where the story is shown, step by step. It ends at the first step that does not go as told: what follows would build on it. */
export class Stage {
  private played = 0;

  constructor(
    private readonly texts: Texts,
    private readonly write: (line: string) => void,
  ) {}

  opening(lines: readonly string[]): void {
    this.lines('', ...lines.flatMap((line) => wrapped(line, '')));
  }

  /**
   * Shows a step.
   * @param found what the story goes on with; undefined where the answer was not as told
   * @throws CommandError where the answer was not as told
   */
  step<Found>(key: StepKey, scene: Scene, found: Found | undefined): Found {
    const { title, means } = this.texts.steps[key];
    const number = this.played + 1;
    this.lines(
      '',
      paint(1, `${String(number).padStart(2)}. ${title}`),
      ...wrapped(`${scene.who}: ${scene.call}`, INDENT).map((line) => paint(36, line)),
      ...(scene.body === undefined ? [] : wrapped(shortened(scene.body, BODY), `${INDENT}  `)),
      ...wrapped(`→ ${scene.status} ${shortened(scene.answer, ANSWER)}`, INDENT),
      ...(found === undefined ? [] : wrapped(means, INDENT)),
      INDENT +
        (found === undefined ? paint(31, `✗ ${this.texts.notAsTold}`) : paint(32, `✓ ${this.texts.asTold}`)),
    );
    if (found === undefined) throw new CommandError(this.texts.notAsTold);
    this.played = number;
    return found;
  }

  /** What ended the story too early, with the step that was being played. */
  stopped(error: unknown): unknown {
    const key = stepKeys[this.played];
    if (!(error instanceof CommandError) || !key) return error;
    this.score();
    return new CommandError(this.texts.stopped(this.played + 1, this.texts.steps[key].title, error.message), {
      cause: error,
    });
  }

  score(): void {
    this.lines('', paint(1, this.texts.score(this.played, stepKeys.length)));
  }

  lines(...lines: readonly string[]): void {
    for (const line of lines) this.write(line);
  }
}
