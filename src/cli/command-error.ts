/** What ends a command: one line that says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
