/** A button: what is read, and what comes back when it is pressed (`payload` ≤ 64 bytes, carries its own context). */
export interface Choice {
  readonly title: string;
  readonly payload: string;
  /** In a group: leads into a private chat, where the payload then arrives as `opened.ref`. */
  readonly privately?: true;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** What the bot says, in words of no platform; `Channel.render` makes calls of it. */
export type Reply =
  | {
      readonly type: 'text';
      readonly text: string;
      readonly choices?: readonly Choice[];
      /** An answer under which the person may say whether it helped. */
      readonly feedback?: boolean;
      /** Asks for name and number, agreed to before: a platform with a form of its own for that may show it. */
      readonly asks?: 'contact';
      /** The intent it answers; set with `feedback`. */
      readonly about?: string;
      /** The notice it may go as where the window is closed and the platform takes approved templates; `values` by name. */
      readonly template?: {
        readonly for: string;
        readonly values: Readonly<Record<string, string>>;
      };
      /** After it a colleague answers in the platform's own inbox, where the channel hands over to that. */
      readonly handsOver?: true;
      /** Goes to a comment under a post: under it for all to read, or once to its author alone. */
      readonly comment?: { readonly id: string; readonly to: 'all' | 'author' };
    }
  | {
      readonly type: 'card';
      readonly title: string;
      readonly body: string;
      readonly links: readonly Link[];
    }
  | { readonly type: 'image'; readonly url: string; readonly alt: string };

/** Why something is sent; decides when it may go, and whether it is sent again after an unknown outcome. */
export type Purpose = 'answer' | 'comment' | 'moderator' | 'reminder' | 'broadcast';

/** The notice a reply may go as. */
export function templateOf(reply: Reply): string | undefined {
  return reply.type === 'text' ? reply.template?.for : undefined;
}
