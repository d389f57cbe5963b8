import { AppError, ContentError } from '../errors.ts';

/**
 * Runs a command of the terminal and ends with its exit code: 0 good, 1 a check failed or something broke,
 * 2 wrong use. What a person can mend is said in a sentence.
 */
export async function runCommand(
  command: (args: readonly string[]) => Promise<boolean | undefined>,
): Promise<void> {
  try {
    const passed = await command(process.argv.slice(2).filter((arg) => arg !== '--'));
    process.exitCode = passed === false ? 1 : 0;
  } catch (error) {
    process.exitCode = isWrongUse(error) ? 2 : 1;
    const isMendable =
      error instanceof AppError || error instanceof ContentError || isWrongUse(error);
    console.error(isMendable && error instanceof Error ? error.message : error);
  }
}

function isWrongUse(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'usage' || error.code === 'config';
  // node:util parseArgs
  return (
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  );
}
