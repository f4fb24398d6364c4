/** Runs the commands of a page of the documentation as a reader would: in one shell, block after block, as they stand. */

import { type ChildProcess, spawn } from 'node:child_process';

/** A code block of the page, by the heading above it. */
export interface Block {
  readonly heading: string;
  readonly code: string;
}

/** The blocks that are marked `sh`. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const section of markdown.split(/^## /m).slice(1)) {
    const heading = section.slice(0, section.indexOf('\n'));
    for (const [, code = ''] of section.matchAll(/^```sh\n(.*?)^```$/gms)) blocks.push({ heading, code });
  }
  return blocks;
}

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
}

/** A shell in which variables live on from one block to the next. */
export class Shell {
  private readonly child: ChildProcess;
  private output = '';

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.child = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** @returns the exit code of the block's last command that failed, or 0, and everything that was printed */
  async run(code: string): Promise<Ran> {
    this.output = '';
    const end = /\n?--- end (\d+) ---\n$/;
    // The commands read nothing: a question would be answered with the rest of the page.
    this.child.stdin?.write(
      `worst=0; trap 'worst=$?' ERR\n{\n${code}\n} </dev/null\nprintf '\\n--- end %d ---\\n' $worst\n`,
    );
    while (!end.test(this.output)) {
      if (this.child.exitCode !== null) throw new Error(`the shell ended: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [, exitCode] = end.exec(this.output) ?? [];
    return { exitCode: Number(exitCode), output: this.output.replace(end, '') };
  }

  close(): void {
    this.child.kill('SIGKILL');
  }
}
