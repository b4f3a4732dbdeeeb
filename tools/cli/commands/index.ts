// The subcommands of `chaincloud`, in the order in which `--help` lists them.
import type { Command } from '../command';
import { accountCommand } from './account';
import { apiCommand } from './api';
import { backupCommand } from './backup';
import { benchCommand } from './bench';
import { buildCommand } from './build';
import { consoleCommand } from './console';
import { deviceCommand } from './device';
import { doctorCommand } from './doctor';
import { flashCommand } from './flash';
import { gatewayCommand } from './gateway';
import { policyCommand } from './policy';
import { provisionCommand } from './provision';
import { reportCommand } from './report';
import { requestCommand } from './request';
import { rescanCommand } from './rescan';
import { restoreCommand } from './restore';
import { simCommand } from './sim';
import { sweepCommand } from './sweep';
import { unlockCommand } from './unlock';
import { vdeviceCommand } from './vdevice';
import { webhookCommand } from './webhook';
import { websiteCommand } from './website';

export const COMMANDS: Command[] = [
  simCommand,
  apiCommand,
  gatewayCommand,
  vdeviceCommand,
  policyCommand,
  websiteCommand,
  accountCommand,
  requestCommand,
  deviceCommand,
  rescanCommand,
  webhookCommand,
  buildCommand,
  flashCommand,
  consoleCommand,
  provisionCommand,
  unlockCommand,
  backupCommand,
  restoreCommand,
  sweepCommand,
  doctorCommand,
  benchCommand,
  reportCommand,
];
