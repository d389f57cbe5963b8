/** What the server says and hears: the interface of the web chat (docs/architecture.md). Types alone. */

export interface Choice {
  readonly title: string;
  readonly payload: string;
}

export interface Message {
  readonly seq: number;
  readonly id: string;
  readonly from: 'person' | 'bot' | 'moderator' | 'system';
  readonly by?: { readonly name: string; readonly organisation: string };
  /** Plain text. */
  readonly text: string;
  readonly choices: readonly Choice[];
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly feedback?: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Status {
  readonly handledBy: 'bot' | 'moderator';
  /** The bot has something to read: an answer may come. */
  readonly answering?: true;
  readonly waitingSince?: number;
  readonly opensAt?: number;
  readonly starting?: true;
}

export interface Page {
  readonly messages: readonly Message[];
  readonly status: Status;
}

/** What a person wants to say, until the server has it. The id makes a second POST the same message. */
export interface Draft {
  readonly id: string;
  readonly at: number;
  readonly say:
    { readonly text: string } | { readonly choice: string /* payload */; readonly title: string };
}

/** Why the last message did not get through. */
export type Trouble = 'network' | 'too_many';

/** What stands in the bubble. */
export function wordsOf({ say }: Draft): string {
  return 'text' in say ? say.text : say.title;
}
