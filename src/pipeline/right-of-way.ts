/** What arrives goes before what is answered: a platform waits for the one, a person hardly notices the other. */
export interface RightOfWay {
  /** Does at once what somebody outside waits for. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when another job may begin: as long as something arrives one in each round of input and output, else all. */
  turn(): Promise<void>;
}

/** Jobs begin in the order in which they asked. Nothing that arrives can hold all of them up. */
export function rightOfWay(): RightOfWay {
  let arriving = 0;
  let waiting: (() => void)[] = [];
  const letGo = (): void => {
    const free = arriving > 0 ? 1 : waiting.length;
    const begin = waiting.slice(0, free);
    waiting = waiting.slice(free);
    for (const go of begin) go();
    if (waiting.length > 0) setImmediate(letGo);
  };
  return {
    first: async (work) => {
      arriving++;
      try {
        return await work();
      } finally {
        arriving--;
      }
    },
    turn: () =>
      new Promise((resolve) => {
        if (waiting.push(resolve) === 1) setImmediate(letGo);
      }),
  };
}
