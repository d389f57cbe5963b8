/** Counts what happens, by channel and kind – never by person. */
export interface Meter {
  received(channel: string, type: string): void;
  turned(channel: string, decision: string): void;
  sent(channel: string, outcome: string, took: number): void;
  /** One question to a platform that does not bring its events: `ok`, or why not. */
  polled(channel: string, outcome: string): void;
  /** By which of several known formulas a delivery was signed; `none` = by none of them. */
  signed(channel: string, formula: string): void;
  /** What may still be sent, by the platform's own word. */
  quota(channel: string, kind: string, remain: number): void;
}
