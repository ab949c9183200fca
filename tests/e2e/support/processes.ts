/** The command as one that gets the signal if this process ends first, however it ends: setpriv is of util-linux. */
export function endWithThisProcess(signal: 'TERM' | 'KILL', command: string, args: string[]): [string, string[]] {
  return ['setpriv', ['--pdeathsig', signal, command, ...args]];
}
