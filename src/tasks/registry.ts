import { channels } from './channels.ts';
import { forms } from './forms.ts';
import { holds } from './holds.ts';
import { notify } from './notify.ts';
import { retention } from './retention.ts';
import type { Task } from './task.ts';

/** Every task, one line each. */
export const tasks: readonly Task[] = [holds, notify, retention, forms, channels];
