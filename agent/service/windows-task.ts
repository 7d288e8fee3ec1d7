// The service on Windows: a task of the Task Scheduler that starts with the machine. A Node program is no
// Windows service by itself, and a wrapper would be one more download to trust and to keep up to date. Pure.

export const TASK = 'Presence Agent';

export interface TaskOptions {
  /** Words of the command line up to the agent's own. */
  readonly program: readonly string[];
  readonly configFile: string;
}

/**
 * Task Scheduler 1.2 XML ([MS-TSCH] 2.5). It runs as LOCAL SERVICE (S-1-5-19), which has no rights beyond
 * the network, and has no time limit (PT0S). RestartOnFailure is for tasks that cannot be started (2.5.4.2),
 * not for programs that end: so it is started every minute, which is ignored while it runs (IgnoreNew).
 */
export function windowsTask({ program, configFile }: TaskOptions): string {
  const [command = '', ...words] = [...program, '--config', configFile, 'run'];
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Presence agent: innovaphone PBX and Microsoft Teams</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
    <TimeTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2025-01-01T00:00:00</StartBoundary>
      <Repetition>
        <Interval>PT1M</Interval>
      </Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-19</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xml(command)}</Command>
      <Arguments>${xml(words.map(quoted).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** As CommandLineToArgvW takes a word apart again. */
function quoted(word: string): string {
  if (!/[\s"]/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

const xml = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
