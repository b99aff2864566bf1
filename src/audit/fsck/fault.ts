/** Something in which log and database differ. */
export interface Fault {
  readonly subject: string;
  readonly fault: string;
}
