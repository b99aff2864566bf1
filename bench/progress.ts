/** One line on stderr that says what is being measured: rewritten on a terminal, else a line for each figure. */
export class Progress {
  private last = '';
  private readonly since = performance.now();

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  readonly say = (text: string): void => {
    const seconds = Math.round((performance.now() - this.since) / 1000);
    if (this.out.isTTY) this.out.write(`\r\u001b[K${seconds} s  ${text}`);
    else if (figureOf(text) !== figureOf(this.last)) this.out.write(`${seconds} s  ${text}\n`);
    this.last = text;
  };

  end(): void {
    if (this.out.isTTY) this.out.write('\r\u001b[K');
  }
}

const figureOf = (text: string): string => text.replace(/ \d+\/\d+$/, '');
