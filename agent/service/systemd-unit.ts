// The systemd unit of the agent: what it may do on this machine, and when it is started again. Pure.

export const UNIT = 'presence-agent.service';
/** Runs as this user, which owns nothing but the state directory. */
export const USER = 'presence-agent';
/** Proxies and secrets as `NAME=value`, if somebody wants them there. */
export const ENVIRONMENT_FILE = '/etc/presence-agent/environment';

export interface UnitOptions {
  /** Words of the command line up to the agent's own. */
  readonly program: readonly string[];
  readonly configFile: string;
  readonly stateDir: string;
  /** A log file of ours, which has to stay writable. */
  readonly logFile?: string;
}

/**
 * systemd hears of us through `systemd-notify`, a process of its own: hence NotifyAccess=all, and
 * KillMode=mixed, so that it may still say that we stop. The watchdog is generous, a machine that swaps is not to be punished. MemoryDenyWriteExecute would end
 * V8, which writes the code that it runs.
 */
export function systemdUnit({ program, configFile, stateDir, logFile }: UnitOptions): string {
  const command = [...program, '--config', configFile, 'run'].map(quoted).join(' ');
  const writable = [stateDir, ...(logFile ? [directoryOf(logFile)] : [])].map(quoted).join(' ');
  return `[Unit]
Description=Presence agent: innovaphone PBX and Microsoft Teams
After=network-online.target nss-lookup.target time-sync.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
WatchdogSec=60
ExecStart=${command}
SyslogIdentifier=presence-agent
EnvironmentFile=-${ENVIRONMENT_FILE}
Restart=always
RestartSec=5
KillMode=mixed
TimeoutStopSec=10
User=${USER}
Group=${USER}
UMask=0077
ReadWritePaths=${writable}
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
ProcSubset=pid
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** As systemd reads a word: `%` and `$` mean something to it. */
function quoted(word: string): string {
  const safe = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /[\s"'\\;]/.test(safe) ? `"${safe.replace(/["\\]/g, '\\$&')}"` : safe;
}

const directoryOf = (file: string) => file.replace(/\/[^/]*$/, '') || '/';
