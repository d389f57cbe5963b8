/** What this browser keeps between visits. Where storage is forbidden (a frame, a strict setting), until the page closes. */
export interface Keep {
  get(name: Kept): string | undefined;
  set(name: Kept, value: string | undefined): void;
  /** Tells what another tab of this browser changed. */
  onChange(listener: (name: Kept, value: string | undefined) => void): void;
}

/** `token` opens the conversation, `unsent` waits for the network, `large` is the size of letters. */
export type Kept = (typeof names)[number];

const names = ['token', 'unsent', 'large'] as const;
const prefix = 'nhipcau.';

export function browserKeep(): Keep {
  const memory = new Map<Kept, string>();
  return {
    get(name) {
      return memory.get(name) ?? stored(() => localStorage.getItem(prefix + name)) ?? undefined;
    },
    set(name, value) {
      const isStored = stored(() => {
        if (value === undefined) localStorage.removeItem(prefix + name);
        else localStorage.setItem(prefix + name, value);
        return true;
      });
      if (isStored || value === undefined) memory.delete(name);
      else memory.set(name, value);
    },
    onChange(listener) {
      window.addEventListener('storage', ({ key, newValue }) => {
        // A key of null means that everything was cleared.
        for (const name of names)
          if (key === null || key === prefix + name) listener(name, newValue ?? undefined);
      });
    },
  };
}

function stored<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
