import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';

/**
 * Deploys the scenarios of integ/ to whatever AWS the environment names, and asserts; the arguments are integ-runner's. It
 * works on a copy, since the runner writes down what it has deployed, and the committed snapshots stay as they are.
 */
const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'inherit' });
const copy = mkdtempSync('.integ-local-');
try {
  cpSync('integ', copy, { recursive: true });
  run('cdk', 'bootstrap', `aws://${process.env.CDK_DEFAULT_ACCOUNT}/${process.env.CDK_DEFAULT_REGION}`);
  // A copy has no snapshot on another branch to update from.
  run('integ-runner', '--parallel-regions', String(process.env.CDK_DEFAULT_REGION), '--directory', copy, '--language', 'typescript',
    '--update-on-failed', '--force', '--disable-update-workflow', ...process.argv.slice(2));
} catch (error) {
  // Who failed has said why.
  process.exitCode = (error as { status?: number }).status ?? 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
