/** What we use of node-nlp 4.27, which has no types of its own. */
declare module 'node-nlp' {
  export class NlpManager {
    constructor(settings: object);
    readonly container: { register(name: string, plugin: unknown, single: boolean): void };
    addDocument(locale: string, text: string, intent: string): void;
    train(): Promise<void>;
    process(
      locale: string,
      text: string,
    ): Promise<{
      readonly intent: string;
      readonly classifications: readonly { readonly intent: string; readonly score: number }[];
    }>;
  }
}
