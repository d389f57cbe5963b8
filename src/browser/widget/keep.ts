/** What this browser keeps between visits. Where storage is forbidden (a frame, a strict setting), until the page closes. */
export interface Keep {
  get(name: Kept): string | undefined;
  set(name: Kept, value: string | undefined): void;
  /** All lines that wait, of whichever tab, in no order. */
  unsent(): readonly Unsent[];
  /** Tells what another tab of this browser changed; undefined: it cleared everything. */
  onChange(listener: (name: string | undefined) => void): void;
}

/**
 * `token` opens the conversation; `unsent.<id>` is a line that waits for the network, each on its own, so that tabs do
 * not overwrite each other's; `large` is the size of letters.
 */
export type Kept = 'token' | 'large' | Unsent;
export type Unsent = `unsent.${string}`;

const prefix = 'nhipcau.';

/** What this browser remembers, in localStorage; where that is forbidden or full, in memory until the page is left. */
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
    unsent() {
      const keys = stored(() => Object.keys(localStorage)) ?? [];
      const names = [...keys.map((key) => key.slice(prefix.length)), ...memory.keys()];
      return [...new Set(names)].filter(isUnsent);
    },
    onChange(listener) {
      window.addEventListener('storage', ({ key }) => {
        if (key === null) listener(undefined);
        else if (key.startsWith(prefix)) listener(key.slice(prefix.length));
      });
    },
  };
}

function isUnsent(name: string): name is Unsent {
  return name.startsWith('unsent.');
}

function stored<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
