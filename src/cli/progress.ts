import type { TrainingProgress } from '../training.ts';

/** Progress of learning on stderr: one line that is rewritten at a terminal, a line every tenth elsewhere. */
export function progressLine(what = 'Đang học'): {
  show(progress: TrainingProgress): void;
  end(message: string): void;
} {
  const out = process.stderr;
  let tenths = -1;
  return {
    show({ sentences, part }) {
      const now = Math.floor(part * 10);
      const count = sentences > 0 ? `${sentences.toLocaleString('vi')} câu ` : '';
      const text = `${what} ${count}${Math.round(part * 100)} %`;
      if (out.isTTY) out.write(`\r\u001b[2K${text}`);
      else if (now > tenths) out.write(`${text}\n`);
      tenths = Math.max(tenths, now);
    },
    end(message) {
      out.write(
        `${out.isTTY && tenths >= 0 ? '\r\u001b[2K' : ''}${message === '' ? '' : `${message}\n`}`,
      );
    },
  };
}
